"""The route table and the documents made from it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from gateway_fakes.samples import sample
from jsonschema_rs import Draft202012Validator

from contracts import catalogue
from contracts.base import Command, Query
from gateway.rest import openapi, page
from gateway.rest.openapi_special import SPECIAL
from gateway.rest.routes import EXPECTED_VERSION, Route
from gateway.rest.table import ROUTES

DOCUMENT = openapi.document(ROUTES)
README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_a_route_fits_its_request(route: Route) -> None:
    assert route.path_fields <= set(route.request.model_fields)
    assert issubclass(route.request, Query if route.method == "GET" else Command)
    assert route.path.startswith(("/v1/", "/.well-known/"))


def test_no_route_is_declared_twice() -> None:
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


def test_every_request_there_is_has_a_route() -> None:
    served = {request for route in ROUTES for request in (route.request, route.search)}
    special = {operation["operationId"] for operations in SPECIAL.values() for operation in operations.values()}
    asked_by_the_gateway_itself = {"exchange_api_key"}
    between_services = {"list_obligations", "export_personal_data", "get_person_key"}
    elsewhere = special | asked_by_the_gateway_itself | between_services
    assert {request.method() for request in catalogue.requests() if request not in served} == elsewhere


def test_every_route_is_documented() -> None:
    documented = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert documented == {(route.method, route.path) for route in ROUTES} | {
        ("POST", "/v1/webhooks/stripe"),
        ("POST", "/v1/oauth/token"),
        ("GET", "/v1/auth/oauth/{provider}/start"),
        ("POST", "/v1/me/links/{provider}/start"),
        ("GET", "/v1/auth/oauth/{provider}/callback"),
    }


@pytest.mark.parametrize("route", [route for route in ROUTES if route.has_body], ids=lambda route: route.name)
def test_a_body_holds_nothing_that_the_path_or_a_header_says(route: Route) -> None:
    body = DOCUMENT["components"]["schemas"].get(route.request.__name__, {"properties": {}})
    assert set(body["properties"]) == route.body_fields
    assert not {*route.path_fields, EXPECTED_VERSION} & set(body["properties"])
    assert set(body.get("required", ())) <= set(body["properties"])


def test_parameters_are_documented_where_they_are_taken() -> None:
    listing = DOCUMENT["paths"]["/v1/challenges"]["get"]
    names = {parameter["name"] for parameter in listing["parameters"]}
    assert {"q", "mine", "category", "sort", "cursor", "limit"} <= names
    answers = listing["responses"]["200"]["content"]["application/json"]["schema"]["oneOf"]
    assert [answer["$ref"].rpartition("/")[2] for answer in answers] == ["Page_ChallengeView_", "SearchResultView", "DegradedSearchView"]
    edit = {parameter["name"] for parameter in DOCUMENT["paths"]["/v1/challenges/{challenge_id}"]["patch"]["parameters"]}
    assert edit == {"challenge_id", "If-Match"}


@pytest.mark.parametrize(
    ("route", "name"),
    [pytest.param(route, name, id=f"{route.name} {name}") for route in ROUTES for name in sorted(route.path_fields)],
)
def test_a_name_in_a_path_is_documented_as_it_is_taken(route: Route, name: str) -> None:
    parameters = DOCUMENT["paths"][route.path][route.method.lower()]["parameters"]
    [schema] = [parameter["schema"] for parameter in parameters if parameter["in"] == "path" and parameter["name"] == name]
    whole = {**schema, "components": DOCUMENT["components"]}
    documented = Draft202012Validator(whole, validate_formats=True)
    assert documented.is_valid(str(sample(route.request)[name])), schema
    assert not documented.is_valid("")


def test_the_guide_says_which_routes_honour_if_match() -> None:
    """The others ignore it (RFC 9110, 13.1.1), so nobody should have to guess."""
    _, _, told = README.read_text().partition("`If-Match` is honoured by")
    listed = set(re.findall(r"`([A-Z]+) (/v1/[^` ]+)`", told.partition("\n\n")[0]))
    assert listed == {(route.method, route.path) for route in ROUTES if route.takes_version}


def test_every_reference_leads_somewhere() -> None:
    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [found for child in node.values() for found in references(child)]
        return [found for child in node for found in references(child)] if isinstance(node, list) else []

    for reference in references(DOCUMENT):
        node: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_the_page_shows_every_route_and_loads_nothing() -> None:
    html = page.render(DOCUMENT)
    for route in ROUTES:
        assert f"<details id={route.name}>" in html
    assert "<script" not in html
    assert not re.search(r"(?:src|href)=['\"]?(?:https?:)?//", html)


def test_the_events_document_stands_alone() -> None:
    document = openapi.asyncapi()
    assert document["asyncapi"] == "3.0.0"
    message = document["components"]["messages"]["messaging.message_sent.v1"]
    assert "message" in message["payload"]["schema"]["properties"]
