"""Documents bear an organisation's looks where its plan includes that, and the platform's everywhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from payments_bank import person
from payments_papers import SELLER, Office, issuer
from payments_subscribing import VISA, Subscribing

from chassis.ids import new_id
from contracts.identity.events import BrandingChanged, MemberAdded, MemberRemoved
from contracts.identity.organisation_views import OrganisationRole
from contracts.identity.roles import Role
from contracts.payments.document_views import DocumentKind, Locale
from contracts.payments.documents import SetBillingDetails
from contracts.payments.subscriptions import StartSubscription
from payments.adapters.papers.fonts import Fonts
from payments.adapters.papers.press import set_document
from payments.domain.documents.document import Branding
from payments.domain.documents.errors import OrganisationNotYours
from payments.usecases.branding import branding_of
from payments.usecases.get_billing_details import GetBillingDetailsHandler
from payments.usecases.keep_brand import KeepBrandHandler
from payments.usecases.keep_membership import KeepMembershipHandler
from payments.usecases.set_billing_details import SetBillingDetailsHandler

ACME, PLATFORM = new_id("organisation"), issuer().branding
LOOKS = Branding("Acme", "#aa0011")


@pytest.fixture
def world() -> Subscribing:
    """Who subscribes administers Acme, which has looks."""
    world = Subscribing()
    looks(world, 1)
    KeepMembershipHandler(world.memory.unit_of_work)(
        MemberAdded(organisation_id=ACME, user_id=world.owner.user_id, role=OrganisationRole.ADMIN), 1
    )
    return world


def looks(world: Subscribing, sequence: int, name: str = LOOKS.name, colour: str | None = LOOKS.colour) -> None:
    told = BrandingChanged(
        organisation_id=ACME, name=name, primary_colour=colour, accent_colour=None, logo_url=None, logo_asset_id=None, domain=None
    )
    KeepBrandHandler(world.memory.unit_of_work)(told, sequence)


def subscribe(world: Subscribing) -> None:
    order = StartSubscription(plan_id="team-month", payment_method=VISA, owner_id=ACME)
    world.call(lambda: world.start_handler(order, world.owner), None)


def choose(world: Subscribing, organisation_id: str | None) -> None:
    details = SetBillingDetails(name="Ada", address=("1 rue X",), country="FR", organisation_id=organisation_id)
    SetBillingDetailsHandler(world.memory.unit_of_work)(details, world.owner)


def of_owner(world: Subscribing) -> Branding:
    """What a document to who subscribes would bear now."""
    with world.memory.unit_of_work() as work:
        return branding_of(work, world.owner.user_id, world.clock.now(), PLATFORM)


def test_the_invoice_of_an_organisations_plan_bears_its_looks_and_names_the_platform_as_who_sells(world: Subscribing) -> None:
    subscribe(world)
    office = Office(world)
    office.write_down()
    (invoice,) = office.papers(DocumentKind.INVOICE)
    assert (invoice.draft.branding, invoice.issuer) == (LOOKS, SELLER)
    plain = replace(invoice, draft=replace(invoice.draft, branding=PLATFORM))
    assert set_document(invoice, Locale.EN, Fonts()) != set_document(plain, Locale.EN, Fonts())


def test_what_is_issued_keeps_its_looks_and_what_follows_bears_the_new_ones(world: Subscribing) -> None:
    subscribe(world)
    office = Office(world)
    office.write_down()
    looks(world, 3, "Acme Ltd", None)
    looks(world, 2, "late")
    world.refund(world.bills[0], 100)
    office.write_down()
    (invoice,), (note,) = office.papers(DocumentKind.INVOICE), office.papers(DocumentKind.CREDIT_NOTE)
    assert (invoice.draft.branding, note.draft.branding) == (LOOKS, Branding("Acme Ltd", PLATFORM.colour))


def test_members_choose_their_organisations_looks_for_their_own_documents(world: Subscribing) -> None:
    subscribe(world)
    assert of_owner(world) == PLATFORM
    choose(world, ACME)
    assert of_owner(world) == LOOKS
    choose(world, None)
    assert of_owner(world) == PLATFORM


def test_who_left_bears_the_platforms_again(world: Subscribing) -> None:
    subscribe(world)
    choose(world, ACME)
    KeepMembershipHandler(world.memory.unit_of_work)(MemberRemoved(organisation_id=ACME, user_id=world.owner.user_id, reason="left"), 2)
    assert of_owner(world) == PLATFORM


def test_without_a_plan_that_includes_it_or_after_its_end_the_platforms(world: Subscribing) -> None:
    choose(world, ACME)
    assert of_owner(world) == PLATFORM
    subscribe(world)
    assert of_owner(world) == LOOKS
    world.end()
    world.until(world.clock.now() + timedelta(days=40))
    assert of_owner(world) == PLATFORM


def test_an_organisation_without_looks_bears_the_platforms(world: Subscribing) -> None:
    subscribe(world)
    choose(world, ACME)
    world.memory.table("brands").clear()
    assert of_owner(world) == PLATFORM


def test_nobody_bears_the_looks_of_an_organisation_that_is_not_theirs(world: Subscribing) -> None:
    choose(world, ACME)
    uow, stranger = world.memory.unit_of_work, person(Role.SOLVER)
    for caller, organisation_id in ((stranger, ACME), (world.owner, new_id("organisation"))):
        details = SetBillingDetails(name="Eve", address=("2",), country="DE", organisation_id=organisation_id)
        with pytest.raises(OrganisationNotYours) as refused:
            SetBillingDetailsHandler(uow)(details, caller)
        assert refused.value.problem().fields[0].pointer == "/organisation_id"
    assert GetBillingDetailsHandler(uow)(world.owner).organisation_id == ACME
    assert GetBillingDetailsHandler(uow)(stranger).name is None
