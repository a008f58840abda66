"""Seeing and changing profiles."""

import pytest
from pydantic import ValidationError

from contracts.identity.commands import UpdateProfile
from contracts.identity.events import ProfileUpdated
from contracts.identity.queries import GetUser
from contracts.identity.views import PublicProfileView
from identity.domain.errors import ProfileInvalid, ProfileStale, UserNotFound

NOBODY = "user_" + "0" * 26


def update(world, me, **fields):
    return world.update_profile(UpdateProfile.model_validate(fields), world.as_principal(me.id))


def test_what_is_mentioned_changes_and_the_rest_stays(world, ada):
    update(world, ada, headline="Builds engines", skills=["Python", "python ", "Go"], links=["https://ada.example.org/work"])
    me = update(world, ada, bio="Since 1842.")
    assert (me.headline, me.bio, me.skills) == ("Builds engines", "Since 1842.", ("python", "go"))
    assert me.links == ("https://ada.example.org/work",)
    assert me.version == 3
    assert me == world.get_me(world.as_principal(ada.id))


def test_null_empties_a_field(world, ada):
    update(world, ada, headline="Builds engines", skills=["python"])
    me = update(world, ada, headline=None, skills=None)
    assert (me.headline, me.skills) == (None, ())


@pytest.mark.parametrize("field", ["display_name", "time_zone", "locale"])
def test_what_a_profile_needs_cannot_be_emptied(world, ada, field):
    with pytest.raises(ProfileInvalid) as refusal:
        update(world, ada, **{field: None})
    assert refusal.value.problem().fields[0].pointer == f"/{field}"


def test_copies_elsewhere_are_told_the_whole_profile(world, ada):
    me = update(world, ada, headline="Builds engines", time_zone="Europe/Berlin")
    [updated] = world.events(ProfileUpdated)
    assert (updated.user_id, updated.headline, updated.time_zone) == (ada.id, me.headline, "Europe/Berlin")
    assert (updated.display_name, updated.roles) == (ada.display_name, ada.roles)


def test_a_change_that_changes_nothing_tells_nothing(world, ada):
    assert update(world, ada, display_name=ada.display_name).version == ada.version
    assert update(world, ada).version == ada.version
    assert not world.events(ProfileUpdated)


def test_a_lost_update_is_refused(world, ada):
    update(world, ada, headline="First", expected_version=1)
    with pytest.raises(ProfileStale):
        update(world, ada, headline="Second", expected_version=1)
    assert update(world, ada, headline="Second", expected_version=2).headline == "Second"


def test_an_unknown_time_zone_is_refused(world, ada):
    with pytest.raises(ProfileInvalid):
        update(world, ada, time_zone="Mars/Olympus_Mons")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://example.org", "//example.org", "data:text/html,x"])
def test_links_are_web_addresses(link):
    with pytest.raises(ValidationError):
        UpdateProfile.model_validate({"links": [link]})


def test_others_see_the_public_profile_alone(world, ada):
    profile = world.get_user(GetUser(user_id=ada.id))
    assert (profile.id, profile.display_name, profile.roles) == (ada.id, "Ada", ada.roles)
    assert set(PublicProfileView.model_fields).isdisjoint({"email", "email_verified", "version"})


def test_an_unknown_person_is_not_found(world):
    with pytest.raises(UserNotFound):
        world.get_user(GetUser(user_id=NOBODY))
    with pytest.raises(UserNotFound):
        world.get_me(world.as_principal(NOBODY))
