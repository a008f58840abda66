"""The rule that a description is cleaned before it is kept, and must say something afterwards."""

from challenges.domain.errors import DescriptionEmpty
from challenges.usecases.ports import CleanHtml
from contracts.errors import FieldError


def cleaned(description: str, clean_html: CleanHtml) -> str:
    """The safe part of a description.

    Raises:
        DescriptionEmpty: there is none.
    """
    safe = clean_html(description).strip()
    if not safe:
        raise DescriptionEmpty(fields=(FieldError(pointer="/description", detail="holds nothing but unsafe markup"),))
    return safe
