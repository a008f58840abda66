"""An organisation's own domain, and the login at its own provider that stands on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from organisation_fakes import FakeRecords, FakeSeals

from chassis.principal import StepUpRequired
from contracts.identity.authentication import CompleteSignIn, StartLink, StartSignIn
from contracts.identity.events import BrandingChanged, MemberAdded, SsoChanged
from contracts.identity.organisations import (
    ClaimDomain,
    CreateOrganisation,
    FindSignIn,
    GetBranding,
    GetSso,
    LeaveOrganisation,
    ReleaseDomain,
    RemoveSso,
    SetSso,
    VerifyDomain,
)
from identity.domain.administration_errors import RegistrationClosed
from identity.domain.configuration import Setting
from identity.domain.errors import LinkRequired, ProviderAway
from identity.domain.organisation_errors import (
    AddressElsewhere,
    DomainTaken,
    DomainUnproven,
    IssuerUnusable,
    OrganisationNotFound,
    RecordMissing,
    SsoNotFound,
)
from identity.domain.sign_in import Link, Protocol, Provider, Vouched
from identity.usecases.claim_domain import ClaimDomainHandler
from identity.usecases.create_organisation import CreateOrganisationHandler
from identity.usecases.find_sign_in import FindSignInHandler
from identity.usecases.get_branding import GetBrandingHandler
from identity.usecases.get_sso import GetSsoHandler
from identity.usecases.leave_organisation import LeaveOrganisationHandler
from identity.usecases.release_domain import ReleaseDomainHandler
from identity.usecases.remove_sso import RemoveSsoHandler
from identity.usecases.set_sso import SetSsoHandler
from identity.usecases.verify_domain import VerifyDomainHandler

DOMAIN = "acme.example"


class Acme:
    """An organisation of Ada's, and its domain."""

    def __init__(self, world, owner, name="Acme"):
        self.world, self.owner, self.records = world, owner, FakeRecords()
        self.id = CreateOrganisationHandler(world.unit_of_work, world.new_id, world.clock.now)(CreateOrganisation(name=name), owner).id

    def claim(self, domain=DOMAIN):
        handler = ClaimDomainHandler(self.world.unit_of_work, self.world.tokens, self.world.clock.now)
        return handler(ClaimDomain(organisation_id=self.id, domain=domain), self.owner)

    def verify(self):
        handler = VerifyDomainHandler(self.world.unit_of_work, self.records, self.world.clock.now)
        return handler(VerifyDomain(organisation_id=self.id), self.owner)

    def proven(self, domain=DOMAIN):
        claimed = self.claim(domain)
        self.records.told[claimed.record_name] = ("v=spf1 -all", claimed.record_value)
        return self.verify()

    def set_sso(self, issuer="https://login.acme.example"):
        handler = SetSsoHandler(self.world.unit_of_work, self.world.begin_sign_in, FakeSeals(), True, self.world.clock.now)
        return handler(SetSso(organisation_id=self.id, issuer=issuer, client_id="us", client_secret="s3cret"), self.owner)

    def found(self, email):
        with self.world.unit_of_work() as work:
            return FindSignInHandler(work.organisations)(FindSignIn(email=email)).provider

    def logs_in(self, email, verified=True, subject="s-1"):
        self.world.sign_ins.person = Vouched(subject, email, verified, "Grace")
        binding = self.world.start_sign_in(StartSignIn(provider=self.id)).binding
        return self.came_back(binding)

    def came_back(self, binding):
        return self.world.complete_sign_in(CompleteSignIn(provider=self.id, code="code", state=self.world.sign_ins.state, binding=binding))


@pytest.fixture
def acme(world, ada):
    world.verified()
    return Acme(world, world.in_session())


def test_a_domain_is_proven_by_its_record(world, acme):
    claimed = acme.claim()
    assert claimed.record_name == "_openchance.acme.example"
    assert acme.claim() == claimed, "claiming it again changes nothing"
    with pytest.raises(RecordMissing):
        acme.verify()
    acme.records.told[claimed.record_name] = ("openchance-verification=another",)
    with pytest.raises(RecordMissing):
        acme.verify()
    acme.records.told[claimed.record_name] = (claimed.record_value,)
    assert acme.verify().verified_at == acme.verify().verified_at == world.clock.now()
    assert [event.domain for event in world.events(BrandingChanged)] == [DOMAIN]
    with world.unit_of_work() as work:
        assert GetBrandingHandler(work.organisations)(GetBranding(domain="ACME.example")).name == "Acme"


def test_what_is_claimed_but_not_proven_is_nobodys(world, acme):
    acme.claim()
    with world.unit_of_work() as work, pytest.raises(OrganisationNotFound):
        GetBrandingHandler(work.organisations)(GetBranding(domain=DOMAIN))
    with pytest.raises(DomainUnproven):
        acme.set_sso()
    other = Acme(world, acme.owner, "Other")
    other.proven()
    claimed = acme.claim()
    acme.records.told[claimed.record_name] = (claimed.record_value,)
    with pytest.raises(DomainTaken):
        acme.verify()
    with pytest.raises(DomainTaken):
        Acme(world, acme.owner, "Third").claim()


def test_its_people_find_its_provider_by_their_domain(acme):
    acme.proven()
    assert acme.found("grace@acme.example") is None
    view = acme.set_sso()
    assert (view.provider, view.issuer, view.client_id) == (acme.id, "https://login.acme.example", "us")
    assert view.redirect_uri.endswith(f"/v1/auth/oauth/{acme.id}/callback")
    assert acme.found("Grace@ACME.example") == acme.id
    assert acme.found("grace@elsewhere.example") is None


def test_the_secret_is_sealed_and_never_shown(world, acme):
    acme.proven()
    acme.set_sso()
    shown = GetSsoHandler(world.unit_of_work, world.begin_sign_in.redirect_uri)(GetSso(organisation_id=acme.id), acme.owner)
    assert "s3cret" not in shown.model_dump_json()
    assert world.memory.organised.organisations[acme.id].sso.sealed_secret == "sealed s3cret"


def test_a_provider_that_does_not_answer_is_not_taken(world, acme, monkeypatch):
    def away(*_):
        raise ProviderAway

    acme.proven()
    monkeypatch.setattr(world.sign_ins, "authorization_url", away)
    with pytest.raises(IssuerUnusable) as refused:
        acme.set_sso()
    assert [field.pointer for field in refused.value.fields] == ["/issuer"]
    assert world.events(SsoChanged) == []


def test_who_comes_from_the_provider_with_an_address_of_the_domain_is_a_member(world, acme):
    acme.proven()
    acme.set_sso()
    assert acme.logs_in("grace@acme.example").tokens
    joined = world.events(MemberAdded)[-1]
    assert (joined.organisation_id, joined.role.value) == (acme.id, "member")
    assert acme.logs_in("grace@acme.example").tokens, "the second time the link does it"
    assert len(world.events(MemberAdded)) == 2


def test_a_domain_with_letters_of_its_own_is_found_however_the_address_is_written(world, acme):
    acme.proven("xn--bcher-kva.example")
    acme.set_sso()
    for email in ("grace@bücher.example", "grace@xn--bcher-kva.example", "Grace@BÜCHER.example"):
        assert acme.found(email) == acme.id
    assert acme.found("grace@bucher.example") is None
    assert acme.logs_in("grace@bücher.example").tokens
    assert world.events(MemberAdded)[-1].organisation_id == acme.id
    with pytest.raises(AddressElsewhere):
        acme.logs_in("linus@bucher.example", subject="s-2")


def test_its_word_on_other_addresses_does_not_count(world, acme):
    acme.proven()
    acme.set_sso()
    for email in ("victim@mail.example", "victim@evil-acme.example", "victim@acme.example.evil.example"):
        with pytest.raises(AddressElsewhere):
            acme.logs_in(email)
    world.registered(email="grace@acme.example")
    with pytest.raises(LinkRequired):
        acme.logs_in("grace@acme.example")
    with world.unit_of_work() as work:
        work.configuration.keep_setting(Setting("registration.open", False, 1))
    with pytest.raises(RegistrationClosed):
        acme.logs_in("linus@acme.example")


def test_members_alone_link_it_and_the_link_goes_with_the_membership(world, acme):
    acme.proven()
    acme.set_sso()
    bob = world.in_session_of("bob@example.org")
    world.sign_ins.person = Vouched("s-9", "bob@acme.example", True, "Bob")
    with pytest.raises(OrganisationNotFound):
        acme.came_back(world.start_link(StartLink(provider=acme.id), bob).binding)
    world.sign_ins.person = Vouched("s-1", "ada@acme.example", True, "Ada")
    acme.came_back(world.start_link(StartLink(provider=acme.id), acme.owner).binding)
    with world.unit_of_work() as work:
        organisation = work.organisations.get(acme.id)
        work.organisations.save(organisation.with_owner(bob.user_id))
        assert work.links.of(acme.owner.user_id)
    LeaveOrganisationHandler(world.unit_of_work)(LeaveOrganisation(organisation_id=acme.id), acme.owner)
    with world.unit_of_work() as work:
        assert work.links.of(acme.owner.user_id) == []


def test_single_sign_on_ends_with_the_domain(world, acme):
    acme.proven()
    acme.set_sso()
    release = ReleaseDomainHandler(world.unit_of_work, world.clock.now)
    release(ReleaseDomain(organisation_id=acme.id), acme.owner)
    assert [event.issuer for event in world.events(SsoChanged)] == ["https://login.acme.example", None]
    with pytest.raises(SsoNotFound):
        RemoveSsoHandler(world.unit_of_work, world.clock.now)(RemoveSso(organisation_id=acme.id), acme.owner)
    world.clock.advance(timedelta(minutes=10))
    with pytest.raises(StepUpRequired):
        release(ReleaseDomain(organisation_id=acme.id), acme.owner)


def test_another_domain_in_place_of_a_proven_one_asks_for_a_proof_and_tells(world, acme):
    acme.claim("first.example")
    world.clock.advance(timedelta(minutes=10))
    acme.proven()  # asks for nothing: no domain was proven yet
    acme.owner = replace(acme.owner, authenticated_at=world.clock.now())
    acme.set_sso()
    world.clock.advance(timedelta(minutes=10))
    before = len(world.memory.events)
    assert acme.claim().verified_at, "the same one again"
    with pytest.raises(StepUpRequired):
        acme.claim("other.example")
    assert acme.found("grace@acme.example") == acme.id
    assert len(world.memory.events) == before
    acme.owner = replace(acme.owner, authenticated_at=world.clock.now())
    assert acme.claim("other.example").verified_at is None
    branding, sso = world.memory.events[before:]
    assert (type(branding), branding.domain) == (BrandingChanged, None)
    assert (type(sso), sso.issuer) == (SsoChanged, None)
    assert acme.found("grace@acme.example") is None


def another_at_once(acme):
    acme.set_sso("https://other.example")


def another_after_none(acme):
    RemoveSsoHandler(acme.world.unit_of_work, acme.world.clock.now)(RemoveSso(organisation_id=acme.id), acme.owner)
    acme.set_sso("https://other.example")


def another_after_the_domain_was_given_up(acme):
    ReleaseDomainHandler(acme.world.unit_of_work, acme.world.clock.now)(ReleaseDomain(organisation_id=acme.id), acme.owner)
    acme.proven()
    acme.set_sso("https://other.example")


@pytest.mark.parametrize("names", [another_at_once, another_after_none, another_after_the_domain_was_given_up])
def test_another_issuers_people_are_other_people_whatever_their_subjects(world, acme, names):
    acme.proven()
    acme.set_sso()
    world.sign_ins.person = Vouched("1", "ada@acme.example", True, "Ada")
    acme.came_back(world.start_link(StartLink(provider=acme.id), acme.owner).binding)
    assert acme.logs_in("ada@acme.example", subject="1").tokens.access_token.split()[0] == acme.owner.user_id
    names(acme)
    stranger = acme.logs_in("linus@acme.example", subject="1").tokens.access_token.split()[0]
    assert stranger != acme.owner.user_id
    assert acme.logs_in("linus@acme.example", subject="1").tokens.access_token.split()[0] == stranger


def test_a_link_is_made_again_with_another_issuer(world, acme):
    acme.proven()
    for issuer in ("https://login.acme.example", "https://other.example"):
        acme.set_sso(issuer)
        world.sign_ins.person = Vouched("1", "ada@acme.example", True, "Ada")
        acme.came_back(world.start_link(StartLink(provider=acme.id), acme.owner).binding)
        assert acme.logs_in("ada@acme.example", subject="1").tokens.access_token.split()[0] == acme.owner.user_id
    assert [link.issuer for link in world.memory.links.values()] == ["https://other.example"]


def test_links_from_before_issuers_were_kept_open_nothing_of_an_organisation(world, acme):
    acme.proven()
    acme.set_sso()
    with world.unit_of_work() as work:
        work.links.add(Link(acme.id, "1", acme.owner.user_id, world.clock.now()))
        work.links.add(Link("company", "1", acme.owner.user_id, world.clock.now()))
    assert acme.logs_in("linus@acme.example", subject="1").tokens.access_token.split()[0] != acme.owner.user_id
    binding = world.start_sign_in(StartSignIn(provider="company")).binding
    back = CompleteSignIn(provider="company", code="code", state=world.sign_ins.state, binding=binding)
    assert world.complete_sign_in(back).tokens.access_token.split()[0] == acme.owner.user_id


@pytest.mark.parametrize("domain", ["localhost", "-acme.example", "acme", "acme.example.", "a b.example", "acme.1"])
def test_a_domain_is_a_name(acme, domain):
    with pytest.raises(ValueError, match="domain"):
        acme.claim(domain)


def test_a_provider_vouches_for_its_domain_alone():
    provider = Provider("organisation_1", Protocol.OIDC, "https://x.example", "c", "s", domain=DOMAIN)
    assert provider.vouches_for("Ada@ACME.example")
    assert not provider.vouches_for("ada@sub.acme.example")
    assert Provider("google", Protocol.OIDC, "https://x.example", "c", "s").vouches_for("anybody@anywhere.example")
