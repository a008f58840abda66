"""The scheme a client used is what the proxy that ends TLS says, where there is one."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from gateway.web.client_scheme import client_scheme


@pytest.mark.parametrize(
    ("told", "scheme"),
    [
        (None, "http"),
        ("", "http"),
        ("https", "https"),
        ("HTTPS", "https"),
        (" https , http", "https"),
        ("http, https", "http"),
        ("wss", "https"),
    ],
)
def test_the_first_value_counts(told: str | None, scheme: str) -> None:
    headers = {} if told is None else {"X-Forwarded-Proto": told}
    assert client_scheme(make_mocked_request("GET", "/", headers=headers)) == scheme
