"""Organisations: who may do what to whom, invitations, and that somebody always owns one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from chassis.principal import PersonRequired, Principal
from contracts.identity.events import (
    BrandingChanged,
    InvitationSent,
    MemberAdded,
    MemberRemoved,
    MemberRoleChanged,
    OrganisationCreated,
    SupportTierChanged,
)
from contracts.identity.organisation_views import OrganisationRole, SupportTier
from contracts.identity.organisations import (
    AcceptInvitation,
    ChangeMemberRole,
    CreateOrganisation,
    GetOrganisation,
    InviteMember,
    LeaveOrganisation,
    ListInvitations,
    ListMembers,
    RemoveMember,
    ResendInvitation,
    RevokeInvitation,
    SetSupportTier,
    UpdateOrganisation,
)
from contracts.identity.roles import Role
from identity.domain.administration_errors import AddressUnproven, NotPermitted
from identity.domain.credential import Credential, KeptSecret, Kind
from identity.domain.errors import LoginThrottled, TokenInvalid
from identity.domain.organisation_errors import (
    AlreadyMember,
    InvitationClosed,
    InvitationExists,
    InvitationForAnother,
    InvitationNotFound,
    InvitationTooSoon,
    LastOwner,
    MemberNotFound,
    OrganisationNotFound,
    OrganisationStale,
    RoleTooLow,
)
from identity.domain.personal_data import ObligationsOpen
from identity.usecases.accept_invitation import AcceptInvitationHandler
from identity.usecases.change_member_role import ChangeMemberRoleHandler
from identity.usecases.create_organisation import CreateOrganisationHandler
from identity.usecases.get_organisation import GetOrganisationHandler
from identity.usecases.invite_member import InviteMemberHandler
from identity.usecases.leave_organisation import LeaveOrganisationHandler
from identity.usecases.list_invitations import ListInvitationsHandler
from identity.usecases.list_members import ListMembersHandler
from identity.usecases.list_my_organisations import ListMyOrganisationsHandler
from identity.usecases.remove_member import RemoveMemberHandler
from identity.usecases.request_deletion import RequestDeletionHandler
from identity.usecases.resend_invitation import ResendInvitationHandler
from identity.usecases.revoke_invitation import RevokeInvitationHandler
from identity.usecases.send_invitation import SendInvitation
from identity.usecases.set_support_tier import SetSupportTierHandler
from identity.usecases.update_organisation import UpdateOrganisationHandler


@dataclass
class Acme:
    """An organisation that Ada owns, and short ways to act in it."""

    world: object
    owner: Principal
    id: str = ""

    def __post_init__(self):
        work, now, new_id = self.world.unit_of_work, self.world.clock.now, self.world.new_id
        send = SendInvitation(self.world.attempts, self.world.tokens, new_id)
        self.create = CreateOrganisationHandler(work, new_id, now)
        self.get, self.mine = GetOrganisationHandler(work), ListMyOrganisationsHandler(work)
        self.update, self.tier = UpdateOrganisationHandler(work), SetSupportTierHandler(work, new_id, now)
        self._invite = InviteMemberHandler(work, send, now)
        self._resend = ResendInvitationHandler(work, self.world.attempts, self.world.tokens, now)
        self._revoke = RevokeInvitationHandler(work)
        self._accept = AcceptInvitationHandler(work, now)
        self._change, self._remove, self._leave = ChangeMemberRoleHandler(work), RemoveMemberHandler(work), LeaveOrganisationHandler(work)
        self.id = self.create(CreateOrganisation(name="Acme"), self.owner).id

    def invite(self, email, role="member", by=None):
        return self._invite(InviteMember(organisation_id=self.id, email=email, role=role), by or self.owner)

    def resend(self, invitation_id, by=None):
        return self._resend(ResendInvitation(organisation_id=self.id, invitation_id=invitation_id), by or self.owner)

    def revoke(self, invitation_id, by=None):
        return self._revoke(RevokeInvitation(organisation_id=self.id, invitation_id=invitation_id), by or self.owner)

    def accept(self, token, by):
        return self._accept(AcceptInvitation(token=token), by)

    def change(self, user_id, role, by=None):
        return self._change(ChangeMemberRole(organisation_id=self.id, user_id=user_id, role=role), by or self.owner)

    def remove(self, user_id, by=None):
        return self._remove(RemoveMember(organisation_id=self.id, user_id=user_id), by or self.owner)

    def leave(self, by):
        return self._leave(LeaveOrganisation(organisation_id=self.id), by)

    def shown(self, by):
        return self.get(GetOrganisation(organisation_id=self.id), by)

    def roles(self):
        page = ListMembersHandler(self.world.unit_of_work)(ListMembers(organisation_id=self.id), self.owner)
        return {member.display_name: member.role.value for member in page.items}

    @property
    def mailed(self) -> str:
        return self.world.events(InvitationSent)[-1].token

    def joined(self, name, role="member") -> Principal:
        """Somebody with a proven address who was invited and came."""
        person = self.person(name)
        self.invite(f"{name}@example.org", role)
        self.accept(self.mailed, person)
        return person

    def person(self, name) -> Principal:
        account = self.world.registered(email=f"{name}@example.org", display_name=name.title())
        self.world.verified()
        return self.world.as_principal(account.id)


@pytest.fixture
def acme(world, ada):
    world.verified()
    return Acme(world, world.as_principal(ada.id))


def test_the_founder_owns_it(world, acme):
    view = acme.shown(acme.owner)
    assert (view.name, view.my_role, view.support_tier, view.version) == ("Acme", OrganisationRole.OWNER, SupportTier.STANDARD, 1)
    assert [one.id for one in acme.mine(acme.owner).items] == [acme.id]
    (created,) = world.events(OrganisationCreated)
    assert (created.name, created.owner_id, created.subject) == ("Acme", acme.owner.user_id, acme.id)
    with pytest.raises(AddressUnproven):
        acme.create(CreateOrganisation(name="Other"), replace(acme.owner, email_verified=False))


def test_to_strangers_it_does_not_exist_whatever_they_try(world, acme):
    stranger = acme.person("mallory")
    attempts = [
        lambda: acme.shown(stranger),
        lambda: acme.invite("x@example.org", by=stranger),
        lambda: acme.change(acme.owner.user_id, "member", by=stranger),
        lambda: acme.remove(acme.owner.user_id, by=stranger),
        lambda: acme.leave(stranger),
        lambda: acme.update(UpdateOrganisation(organisation_id=acme.id, name="Mine"), stranger),
        lambda: ListMembersHandler(world.unit_of_work)(ListMembers(organisation_id=acme.id), stranger),
        lambda: ListInvitationsHandler(world.unit_of_work)(ListInvitations(organisation_id=acme.id), stranger),
    ]
    for attempt in attempts:
        with pytest.raises(OrganisationNotFound):
            attempt()
    support = replace(stranger, roles=frozenset({Role.SUPPORT}))
    assert acme.shown(support).my_role is None


def test_an_invited_person_joins_once_with_the_address_that_was_invited(world, acme):
    grace, mallory = acme.person("grace"), acme.person("mallory")
    invitation = acme.invite("Grace@Example.org", "admin")
    sent = world.events(InvitationSent)[-1]
    assert (sent.email, sent.organisation_name, sent.invitation_id) == ("Grace@example.org", "Acme", invitation.id)
    with pytest.raises(InvitationForAnother):
        acme.accept(sent.token, mallory)
    view = acme.accept(sent.token, grace)
    assert view.my_role is OrganisationRole.ADMIN
    assert world.events(MemberAdded)[-1].user_id == grace.user_id
    for again in (grace, mallory):
        with pytest.raises(TokenInvalid):
            acme.accept(sent.token, again)
    with pytest.raises(AlreadyMember):
        acme.invite("grace@example.org")


def test_an_address_that_is_not_proven_is_nobodys(world, acme):
    account = world.registered(email="grace@example.org")
    acme.invite("grace@example.org")
    with pytest.raises(InvitationForAnother):
        acme.accept(acme.mailed, world.as_principal(account.id))
    world.verified()
    assert acme.accept(acme.mailed, world.as_principal(account.id))


def test_an_invitation_expires_and_is_sent_anew(world, acme):
    grace = acme.person("grace")
    first = acme.invite("grace@example.org")
    token = acme.mailed
    with pytest.raises(InvitationExists):
        acme.invite("GRACE@example.org")
    world.clock.advance(timedelta(days=14))
    with pytest.raises(TokenInvalid):
        acme.accept(token, grace)
    second = acme.invite("grace@example.org")
    assert (second.id, second.expires_at) == (first.id, world.clock.now() + timedelta(days=14))
    assert acme.accept(acme.mailed, grace)


def test_an_invitation_is_sent_again_with_another_token(world, acme):
    grace = acme.person("grace")
    invitation = acme.invite("grace@example.org")
    before = acme.mailed
    with pytest.raises(InvitationTooSoon):
        acme.resend(invitation.id)
    world.clock.advance(timedelta(days=13))
    assert acme.resend(invitation.id).expires_at == world.clock.now() + timedelta(days=14)
    with pytest.raises(TokenInvalid):
        acme.accept(before, grace)
    acme.accept(acme.mailed, grace)
    with pytest.raises(InvitationClosed):
        acme.resend(invitation.id)


def test_a_revoked_invitation_opens_nothing_and_another_may_follow(world, acme):
    grace = acme.person("grace")
    invitation = acme.invite("grace@example.org")
    assert acme.revoke(invitation.id).status == "revoked"
    with pytest.raises(TokenInvalid):
        acme.accept(acme.mailed, grace)
    with pytest.raises(InvitationClosed):
        acme.revoke(invitation.id)
    acme.invite("grace@example.org")
    with pytest.raises(InvitationNotFound):
        acme.revoke("invitation_" + "0" * 26)


def test_admins_invite_and_remove_members_and_never_make_or_remove_owners(acme):
    admin, member = acme.joined("grace", "admin"), acme.joined("linus")
    acme.invite("x@example.org", "admin", by=admin)
    for forbidden in (
        lambda: acme.invite("y@example.org", "owner", by=admin),
        lambda: acme.remove(acme.owner.user_id, by=admin),
        lambda: acme.change(member.user_id, "admin", by=admin),
        lambda: acme.invite("y@example.org", by=member),
        lambda: acme.remove(admin.user_id, by=member),
        lambda: acme.update(UpdateOrganisation(organisation_id=acme.id, name="Mine"), member),
    ):
        with pytest.raises(RoleTooLow):
            forbidden()
    acme.remove(member.user_id, by=admin)
    assert acme.roles() == {"Ada": "owner", "Grace": "admin"}
    with pytest.raises(MemberNotFound):
        acme.remove(member.user_id, by=admin)


def test_there_is_always_an_owner(world, acme):
    grace = acme.joined("grace")
    for last in (
        lambda: acme.leave(acme.owner),
        lambda: acme.remove(acme.owner.user_id),
        lambda: acme.change(acme.owner.user_id, "member"),
    ):
        with pytest.raises(LastOwner):
            last()
    assert acme.change(grace.user_id, "owner").role is OrganisationRole.OWNER
    acme.change(acme.owner.user_id, "admin", by=grace)
    with pytest.raises(LastOwner):
        acme.leave(grace)
    acme.leave(acme.owner)
    assert [event.role.value for event in world.events(MemberRoleChanged)] == ["owner", "admin"]
    assert [(event.user_id, event.reason) for event in world.events(MemberRemoved)] == [(acme.owner.user_id, "left")]
    with pytest.raises(OrganisationNotFound):
        acme.shown(acme.owner)


def test_what_somebody_is_in_it_shows_in_its_version(acme):
    bob = acme.joined("bob", "admin")
    seen = {}
    for after in (lambda: None, lambda: acme.change(bob.user_id, "member"), lambda: acme.change(bob.user_id, "admin")):
        after()
        shown = acme.shown(bob)
        seen[shown.version] = shown.my_role.value
    acme.leave(bob)
    acme.invite("bob@example.org")
    acme.accept(acme.mailed, bob)
    shown = acme.shown(bob)
    assert [*seen.values(), shown.my_role.value] == ["admin", "member", "admin", "member"]
    assert shown.version not in seen


def owner_leaving(world, acme, principal):
    other_services = SimpleNamespace(obligations=lambda token: ())
    return RequestDeletionHandler(world.unit_of_work, other_services, world.tokens, world.new_id, world.clock.now)(principal)


def test_an_owner_who_is_being_erased_owns_nothing_any_more(world, acme):
    bob = acme.joined("bob", "owner")
    acme.joined("carol")
    owner_leaving(world, acme, acme.owner)
    for leave in (acme.leave, lambda by: acme.change(by.user_id, "member", by=by)):
        with pytest.raises(LastOwner):
            leave(bob)
    with pytest.raises(ObligationsOpen) as owed:
        owner_leaving(world, acme, bob)
    assert [field.detail for field in owed.value.fields] == [f"organisation {acme.id}: You are its only owner: hand it over first."]
    assert bob.user_id in world.memory.accounts
    assert world.memory.organised.organisations[acme.id].owner_ids == (bob.user_id,)


def test_what_goes_with_its_only_owner_is_joined_by_nobody(world, acme):
    acme.invite("bob@example.org")
    bob, token = acme.person("bob"), acme.mailed
    owner_leaving(world, acme, acme.owner)
    with pytest.raises(OrganisationNotFound):
        acme.accept(token, bob)


def test_an_owner_who_was_invited_counts(acme):
    grace = acme.joined("grace", "owner")
    acme.leave(acme.owner)
    with pytest.raises(LastOwner):
        acme.leave(grace)


def test_looks_change_as_far_as_they_are_mentioned_and_tell_of_contrast(world, acme):
    look = UpdateOrganisation(organisation_id=acme.id, primary_colour="#FFCC00", logo_url="https://acme.example/logo.svg")
    view = acme.update(look, acme.owner)
    assert (view.branding.primary_colour, view.branding.logo_url, view.name) == ("#ffcc00", "https://acme.example/logo.svg", "Acme")
    (contrast,) = view.branding.contrast
    assert (contrast.text, contrast.readable_on_white, contrast.on_white, contrast.on_black) == ("#000000", False, 1.51, 13.89)
    kept = acme.update(UpdateOrganisation(organisation_id=acme.id, name="Acme AG", logo_url=None, expected_version=2), acme.owner)
    assert (kept.name, kept.branding.primary_colour, kept.branding.logo_url) == ("Acme AG", "#ffcc00", None)
    assert [event.name for event in world.events(BrandingChanged)] == ["Acme", "Acme AG"]
    assert acme.update(UpdateOrganisation(organisation_id=acme.id, name="Acme AG"), acme.owner).version == 3
    with pytest.raises(OrganisationStale):
        acme.update(UpdateOrganisation(organisation_id=acme.id, name="Late", expected_version=2), acme.owner)


@pytest.mark.parametrize("bad", [{"primary_colour": "red"}, {"primary_colour": "#12345g"}, {"logo_url": "http://acme.example/l.svg"}])
def test_colours_and_logos_are_checked(acme, bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        UpdateOrganisation(organisation_id=acme.id, **bad)


def test_the_support_tier_is_set_by_admins_of_the_platform(world, acme):
    command = SetSupportTier(organisation_id=acme.id, tier="premium", reason="Signed the contract.")
    with pytest.raises(NotPermitted):
        acme.tier(command, acme.owner)
    admin = replace(acme.owner, user_id="user_" + "9" * 26, roles=frozenset({Role.ADMIN}))
    assert acme.tier(command, admin).support_tier is SupportTier.PREMIUM
    assert [event.support_tier for event in world.events(SupportTierChanged)] == [SupportTier.PREMIUM]
    (entry,) = world.memory.audit.values()
    assert (entry.action, entry.target, entry.details) == ("organisations.tier_set", acme.id, {"before": "standard", "after": "premium"})


def test_nobody_is_flooded_with_invitations(world, acme):
    for _ in range(3):
        acme.revoke(acme.invite("grace@example.org").id)
    with pytest.raises(LoginThrottled):
        acme.invite("grace@example.org")


def test_sending_again_counts_as_inviting_does(world, acme):
    invitation = acme.invite("grace@example.org")
    for _ in range(2):
        world.clock.advance(timedelta(minutes=1))
        acme.resend(invitation.id)
    world.clock.advance(timedelta(minutes=1))
    with pytest.raises(LoginThrottled):
        acme.resend(invitation.id)
    assert len(world.events(InvitationSent)) == 3


def test_a_program_acts_as_an_admin_of_its_own_organisation_alone(acme):
    program = Principal("client_1", "s", frozenset(), False, "", scopes=frozenset(), machine=True, organisation_id=acme.id)
    assert acme.shown(program).my_role is None
    assert acme.invite("grace@example.org", by=program).invited_by == "client_1"
    with pytest.raises(RoleTooLow):
        acme.invite("linus@example.org", "owner", by=program)
    with pytest.raises(OrganisationNotFound):
        acme.shown(replace(program, organisation_id="organisation_2"))


@pytest.fixture(params=["key", "program"])
def without_anybody(request, acme):
    """Who asks while no person is there: an owner's key, or a program of the organisation."""
    key = replace(acme.owner, scopes=frozenset({"organisations:write"}))
    return key if request.param == "key" else replace(key, user_id="client_1", machine=True, organisation_id=acme.id)


def test_keys_and_programs_invite_members_alone(world, acme, without_anybody):
    for role, refusal in (("admin", PersonRequired), ("owner", RoleTooLow if without_anybody.machine else PersonRequired)):
        with pytest.raises(refusal):
            acme.invite("grace@example.org", role, by=without_anybody)
    waiting = [acme.invite(f"{role}@example.org", role).id for role in ("member", "admin")]
    world.clock.advance(timedelta(minutes=1))
    with pytest.raises(PersonRequired):
        acme.resend(waiting[1], by=without_anybody)
    assert acme.resend(waiting[0], by=without_anybody).role is OrganisationRole.MEMBER
    assert acme.invite("grace@example.org", by=without_anybody).role is OrganisationRole.MEMBER


@pytest.mark.parametrize(
    ("invited_as", "becomes"),
    [("owner", "admin"), ("admin", "member"), ("member", "member"), ("owner", None), ("member", None)],
    ids=lambda role: role or "removed",
)
def test_who_is_removed_or_demoted_lets_nobody_in_any_more(world, acme, invited_as, becomes):
    sender, grace = acme.joined("sender", "owner"), acme.person("grace")
    invitation = acme.invite("grace@example.org", invited_as, by=sender)
    if becomes is None:
        acme.remove(sender.user_id)
    else:
        acme.change(sender.user_id, becomes)
    with pytest.raises(TokenInvalid):
        acme.accept(acme.mailed, grace)
    world.clock.advance(timedelta(minutes=1))
    assert acme.resend(invitation.id).invited_by == acme.owner.user_id
    assert acme.accept(acme.mailed, grace).my_role == invited_as, "somebody else stands for it now"


def test_who_is_demoted_and_may_still_invite_a_member_does(acme):
    sender, grace = acme.joined("sender", "owner"), acme.person("grace")
    acme.invite("grace@example.org", by=sender)
    acme.change(sender.user_id, "admin")
    assert acme.accept(acme.mailed, grace)


def test_a_programs_invitations_end_with_it(world, acme):
    program = Principal("client_1", "s", frozenset(), False, "", scopes=frozenset(), machine=True, organisation_id=acme.id)
    secrets = (KeptSecret("digest", "prefix", world.clock.now(), world.clock.now() + timedelta(days=90)),)
    kept = Credential("client_1", 1, Kind.CLIENT, acme.id, acme.owner.user_id, "Partner", (), secrets, "session_1", world.clock.now())
    with world.unit_of_work() as work:
        work.credentials.add(kept)
    grace, linus = acme.person("grace"), acme.person("linus")
    acme.invite("grace@example.org", by=program)
    assert acme.accept(acme.mailed, grace)
    acme.invite("linus@example.org", by=program)
    with world.unit_of_work() as work:
        work.credentials.save(kept.revoked(world.clock.now()))
    with pytest.raises(TokenInvalid):
        acme.accept(acme.mailed, linus)
