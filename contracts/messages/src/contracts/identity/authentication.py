"""What may be asked about proving who one is: step-up, passwords, addresses, sessions."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from contracts.base import Command
from contracts.identity.views import AccessTokenView

GivenPassword = Annotated[str, StringConstraints(min_length=1, max_length=128), Field(repr=False)]


class StepUp(Command[AccessTokenView]):
    """Prove again who you are, for what is dangerous: the session goes on with a fresh access token."""

    service: ClassVar[str] = "authentication"
    password: GivenPassword
