"""Entity tags."""

from __future__ import annotations

import pytest
from gateway_fakes.samples import view

from contracts.base import Done
from contracts.challenges.views import ChallengeView
from contracts.identity.administration import AdminAccountView
from gateway.problems import HttpProblem
from gateway.rest.conditional import etag, expected_version, unchanged


def test_a_versioned_view_has_a_tag_and_another_none() -> None:
    assert etag(view(ChallengeView, version=7)) == '"7"'
    assert etag(Done()) is None


def test_what_changes_by_the_clock_has_no_tag_though_it_has_a_version() -> None:
    assert etag(view(AdminAccountView, version=7)) is None


@pytest.mark.parametrize("header", ['"7"', 'W/"7"', '"6", "7"', '"a,b" , W/"7"', "*"])
def test_a_known_tag_is_unchanged(header: str) -> None:
    assert unchanged(header, '"7"')


@pytest.mark.parametrize("header", [None, '"6"', '"77"', '"6", "8"', '"a\\"', '""'])
def test_another_tag_is_not(header: str | None) -> None:
    assert not unchanged(header, '"7"')


@pytest.mark.parametrize("header", ["7", '"7', '"7" "8"', '"7",', "", "W/7"])
def test_a_malformed_list_of_tags_is_refused(header: str) -> None:
    with pytest.raises(HttpProblem) as refused:
        unchanged(header, '"7"')
    assert refused.value.status == 400


def test_what_has_no_version_is_never_unchanged() -> None:
    assert not unchanged("*", None)


@pytest.mark.parametrize(("header", "version"), [(None, None), ("*", None), ('"3"', 3), ('"0"', 0), (' "12" ', 12)])
def test_the_expected_version_is_read(header: str | None, version: int | None) -> None:
    assert expected_version(header) == version


@pytest.mark.parametrize("header", ["3", 'W/"3"', '"-3"', '"03"', '"3", "4"', '"abc"', "", '"99999999999"'])
def test_what_is_no_version_of_ours_is_malformed(header: str) -> None:
    with pytest.raises(HttpProblem) as refused:
        expected_version(header)
    assert (refused.value.status, refused.value.code) == (400, "gateway.if_match.malformed")
