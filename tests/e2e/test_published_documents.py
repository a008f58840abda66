"""What clients generate their code from, as the gateways serve it."""

from __future__ import annotations

import json
import urllib.request

from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from local_platform.platform import Platform


def test_every_gateway_serves_the_same_valid_openapi_document(platform: Platform) -> None:
    served = []
    for gateway in platform.gateway_urls:
        with urllib.request.urlopen(f"{gateway}/openapi.json", timeout=10) as answer:
            served.append(answer.read())
    assert len(served) > 1
    assert len(set(served)) == 1
    validate(json.loads(served[0]), cls=OpenAPIV31SpecValidator)
