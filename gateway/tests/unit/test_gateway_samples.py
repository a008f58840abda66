"""The samples the other tests build on are valid messages."""

from __future__ import annotations

from typing import Any

import pytest
from gateway_fakes.samples import sample, view

from contracts import catalogue
from contracts.base import Request
from gateway.rest import validation


@pytest.mark.parametrize("request_class", catalogue.requests(), ids=lambda request: request.method())
@pytest.mark.parametrize("optional", [False, True], ids=["required", "all"])
def test_every_request_has_a_valid_sample(request_class: type[Request[Any]], optional: bool) -> None:
    validation.from_json(request_class, sample(request_class, optional=optional))


@pytest.mark.parametrize("request_class", catalogue.requests(), ids=lambda request: request.method())
def test_every_answer_has_a_valid_sample(request_class: type[Request[Any]]) -> None:
    assert isinstance(view(request_class.answer), request_class.answer)
