"""Connected accounts, transfers, reversals, balances and payouts."""

import urllib.request

import pytest
import stripe


def charge(client, amount=100_000):
    request = {"amount": amount, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True, "payment_method_types": ["card"]}
    return client.v1.payment_intents.create(request | {"transfer_group": "c1"}).latest_charge


def solver(client, **more):
    return client.v1.accounts.create({"type": "express", "country": "DE", "email": "solver@example.com", **more}).id


def available(client, account=None):
    options = {"stripe_account": account} if account else {}
    return {row.currency: row.amount for row in client.v1.balance.retrieve(options=options).available}


def test_transfers_of_a_charge_never_exceed_it(client):
    source, account = charge(client), solver(client)
    request = {"currency": "eur", "destination": account, "source_transaction": source}
    first = client.v1.transfers.create(request | {"amount": 54_000, "expand": ["destination_payment"]})
    assert (first.transfer_group, first.destination_payment.amount) == ("c1", 54_000)
    client.v1.transfers.create(request | {"amount": 36_000})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.transfers.create(request | {"amount": 10_001})
    assert refused.value.code == "balance_insufficient"
    assert available(client, account) == {"eur": 90_000}
    assert available(client) == {"eur": 100_000 - 2930 - 90_000}


def test_a_transfer_without_a_charge_needs_available_money(client):
    with pytest.raises(stripe.InvalidRequestError, match="insufficient available funds"):
        client.v1.transfers.create({"amount": 1, "currency": "eur", "destination": solver(client)})


def test_a_reversal_brings_a_transfer_back_once(client):
    account = solver(client)
    transfer = client.v1.transfers.create(
        {"amount": 54_000, "currency": "eur", "destination": account, "source_transaction": charge(client)}
    )
    client.v1.transfers.reversals.create(transfer.id, {"amount": 4_000})
    client.v1.transfers.reversals.create(transfer.id)
    after = client.v1.transfers.retrieve(transfer.id)
    assert (after.amount_reversed, after.reversed, [row.amount for row in after.reversals.data]) == (54_000, True, [50_000, 4_000])
    assert available(client, account) == {"eur": 0}
    with pytest.raises(stripe.InvalidRequestError, match="fully reversed"):
        client.v1.transfers.reversals.create(transfer.id)


def test_settlement_keeps_money_pending_until_the_clock_gets_there(start_sandbox):
    sandbox = start_sandbox(settlement_seconds="172800")
    client = sandbox.client()
    account = solver(client)
    client.v1.transfers.create({"amount": 54_000, "currency": "eur", "destination": account, "source_transaction": charge(client)})
    assert available(client, account) == {"eur": 0}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payouts.create({"amount": 54_000, "currency": "eur"}, {"stripe_account": account})
    assert refused.value.code == "balance_insufficient"
    sandbox.advance(172_801)
    assert available(client, account) == {"eur": 54_000}
    assert client.v1.payouts.create({"amount": 54_000, "currency": "eur"}, {"stripe_account": account}).status == "pending"


def test_a_payout_travels_on_the_sandbox_clock(start_sandbox):
    sandbox = start_sandbox(payout_seconds="86400")
    client = sandbox.client()
    account = solver(client)
    client.v1.transfers.create({"amount": 54_000, "currency": "eur", "destination": account, "source_transaction": charge(client)})
    mine = {"stripe_account": account}
    payout = client.v1.payouts.create({"amount": 50_000, "currency": "eur", "metadata": {"payout_id": "p1"}}, mine)
    assert available(client, account) == {"eur": 4_000}
    sandbox.advance(1)
    assert client.v1.payouts.retrieve(payout.id, options=mine).status == "in_transit"
    sandbox.advance(86_400)
    assert client.v1.payouts.retrieve(payout.id, options=mine).status == "paid"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payouts.retrieve(payout.id)  # not the platform's own


@pytest.mark.parametrize(
    "bank",
    ["btok_us_verified_accountClosed", {"object": "bank_account", "country": "US", "currency": "eur", "account_number": "000111111113"}],
)
def test_a_closed_bank_account_sends_the_payout_back(client, waiting, bank):
    account = solver(client, external_account=bank)
    client.v1.transfers.create({"amount": 54_000, "currency": "eur", "destination": account, "source_transaction": charge(client)})
    mine = {"stripe_account": account}
    payout = client.v1.payouts.create({"amount": 54_000, "currency": "eur"}, mine)
    waiting(lambda: client.v1.payouts.retrieve(payout.id, options=mine).status == "failed")
    failed = client.v1.payouts.retrieve(payout.id, {"expand": ["failure_balance_transaction"]}, mine)
    assert (failed.failure_code, failed.failure_balance_transaction.amount) == ("account_closed", 54_000)
    assert available(client, account) == {"eur": 54_000}


def test_onboarding_can_be_left_to_its_page(client):
    account = solver(client, metadata={"sandbox_onboarding": "required"})
    before = client.v1.accounts.retrieve(account)
    assert (before.payouts_enabled, before.capabilities.transfers) == (False, "inactive")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.transfers.create({"amount": 1, "currency": "eur", "destination": account, "source_transaction": charge(client)})
    assert refused.value.code == "insufficient_capabilities_for_transfer"
    link = client.v1.account_links.create({"account": account, "type": "account_onboarding"})
    with urllib.request.urlopen(link.url, b"") as page:
        assert page.status == 200
    after = client.v1.accounts.retrieve(account)
    assert (after.payouts_enabled, after.details_submitted, after.requirements.currently_due) == (True, True, [])


def test_an_unknown_account_is_not_ours_to_act_for(client):
    with pytest.raises(stripe.PermissionError) as refused:
        client.v1.balance.retrieve(options={"stripe_account": "acct_none"})
    assert refused.value.json_body["error"]["code"] == "account_invalid"


def test_a_pending_payout_can_be_called_back(start_sandbox):
    sandbox = start_sandbox(payout_seconds="3600")
    client = sandbox.client()
    account = solver(client)
    client.v1.transfers.create({"amount": 900, "currency": "eur", "destination": account, "source_transaction": charge(client)})
    mine = {"stripe_account": account}
    moved = client.v1.payouts.create({"amount": 400, "currency": "eur"}, mine)
    sandbox.advance(1)
    with pytest.raises(stripe.InvalidRequestError, match="only be canceled while they are pending"):
        client.v1.payouts.cancel(moved.id, options=mine)
    assert client.v1.payouts.update(moved.id, {"metadata": {"a": "b"}}, mine).metadata["a"] == "b"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payouts.create({"amount": 100, "currency": "eur", "destination": "ba_none"}, mine)
    assert refused.value.param == "destination"
    assert [row.id for row in client.v1.payouts.list({"status": "in_transit"}, mine).data] == [moved.id]


def test_an_account_changes_its_bank_and_goes_when_it_is_empty(client):
    account = solver(client)
    client.v1.accounts.update(account, {"email": "new@example.com", "metadata": {"user_id": "u1"}})
    added = client.v1.accounts.external_accounts.create(account, {"external_account": "btok_us_verified", "metadata": {"a": "b"}})
    shown = client.v1.accounts.retrieve(account)
    assert (shown.email, shown.metadata["user_id"]) == ("new@example.com", "u1")
    assert shown.external_accounts.data[0].id == added.id
    assert [bank.default_for_currency for bank in shown.external_accounts.data] == [True, False]
    transfer = client.v1.transfers.create({"amount": 900, "currency": "eur", "destination": account, "source_transaction": charge(client)})
    with pytest.raises(stripe.InvalidRequestError, match="balance"):
        client.v1.accounts.delete(account)
    client.v1.transfers.reversals.create(transfer.id)
    assert client.v1.accounts.delete(account).deleted
    with pytest.raises(stripe.PermissionError):
        client.v1.accounts.retrieve(account)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.transfers.create({"amount": 1, "currency": "eur", "destination": account})
    assert refused.value.code == "resource_missing"


def test_balance_transactions_tell_every_movement(client):
    account = solver(client)
    source = charge(client)
    transfer = client.v1.transfers.create({"amount": 900, "currency": "eur", "destination": account, "source_transaction": source})
    client.v1.refunds.create({"charge": source, "amount": 100})
    rows = client.v1.balance_transactions.list({"currency": "eur"}).data
    assert [(row.type, row.amount, row.fee) for row in rows] == [("refund", -100, 0), ("transfer", -900, 0), ("charge", 100_000, 2930)]
    (row,) = client.v1.balance_transactions.list({"source": transfer.id}).data
    assert client.v1.balance_transactions.retrieve(row.id).status == "available"
    assert sum(row.net for row in rows) == available(client)["eur"]


def test_transfers_and_their_reversals_can_be_looked_up(client):
    account, source = solver(client), charge(client)
    transfer = client.v1.transfers.create({"amount": 900, "currency": "eur", "destination": account, "source_transaction": source})
    changed = client.v1.transfers.update(transfer.id, {"description": "Milestone 1", "metadata": {"saga_id": "s1"}})
    assert (changed.description, changed.metadata["saga_id"]) == ("Milestone 1", "s1")
    reversal = client.v1.transfers.reversals.create(transfer.id, {"amount": 100})
    assert client.v1.transfers.reversals.retrieve(transfer.id, reversal.id).amount == 100
    assert [row.id for row in client.v1.transfers.reversals.list(transfer.id).data] == [reversal.id]
    assert [row.id for row in client.v1.transfers.list({"transfer_group": "c1"}).data] == [transfer.id]
    with pytest.raises(stripe.InvalidRequestError, match="greater than unreversed"):
        client.v1.transfers.reversals.create(transfer.id, {"amount": 801})
    with pytest.raises(stripe.InvalidRequestError, match="same as the transfer currency"):
        client.v1.transfers.create({"amount": 1, "currency": "usd", "destination": account, "source_transaction": source})
    with pytest.raises(stripe.InvalidRequestError, match="amount"):
        client.v1.transfers.create({"currency": "eur", "destination": account})
