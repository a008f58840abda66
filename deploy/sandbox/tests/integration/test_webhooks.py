"""Events and their signed delivery."""

from collections import Counter

REQUEST = {"amount": 1000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True, "payment_method_types": ["card"]}


def test_events_are_signed_and_can_be_fetched_again(start_sandbox, endpoint, waiting):
    client = start_sandbox(webhook_url=endpoint.url, webhook_secret="whsec_test").client()
    intent = client.v1.payment_intents.create(REQUEST, {"idempotency_key": "k"})
    (event,) = waiting(lambda: endpoint.events("payment_intent.succeeded"))
    assert event["data"]["object"]["id"] == intent.id
    assert event["request"]["idempotency_key"] == "k"
    assert client.v1.events.retrieve(event["id"]).data.object["status"] == "succeeded"
    listed = client.v1.events.list({"types": ["charge.succeeded", "payment_intent.created"]})
    assert Counter(row.type for row in listed.data) == {"charge.succeeded": 1, "payment_intent.created": 1}


def test_what_is_not_taken_comes_again(start_sandbox, endpoint, waiting):
    endpoint.answers = [500, 400, 302]
    sandbox = start_sandbox(webhook_url=endpoint.url, webhook_secret="whsec_test")
    sandbox.client().v1.customers.create({"name": "Ada"})
    waiting(lambda: len(endpoint.received) == 4)
    assert len({event["id"] for event in endpoint.events()}) == 1
    (delivery,) = waiting(lambda: [row for row in sandbox.get("/_sandbox/webhooks")["items"] if row["state"] == "delivered"])
    assert (delivery["attempts"], delivery["outcome"]) == (4, "200")


def test_a_receiver_that_was_away_gets_its_events_after_a_restart(start_sandbox, endpoint, waiting):
    sandbox = start_sandbox(webhook_url="http://127.0.0.1:9/hook", webhook_secret="whsec_test")
    sandbox.client().v1.customers.create({"name": "Ada"})
    waiting(lambda: sandbox.get("/_sandbox/webhooks")["items"][0]["attempts"] > 0)
    assert sandbox.get("/_sandbox/stripe/events")["items"][0]["pending_webhooks"] == 1
    sandbox.stop()
    sandbox.env["SANDBOX_WEBHOOK_URL"] = endpoint.url
    sandbox.start()
    waiting(lambda: endpoint.events("customer.created"))


def test_a_connected_accounts_event_names_it(start_sandbox, endpoint, waiting):
    client = start_sandbox(webhook_url=endpoint.url, webhook_secret="whsec_test").client()
    account = client.v1.accounts.create({"type": "express", "country": "DE"})
    intent = client.v1.payment_intents.create(REQUEST)
    client.v1.transfers.create({"amount": 900, "currency": "eur", "destination": account.id, "source_transaction": intent.latest_charge})
    payout = client.v1.payouts.create({"amount": 900, "currency": "eur"}, {"stripe_account": account.id})
    (paid,) = waiting(lambda: endpoint.events("payout.paid"))
    assert (paid["account"], paid["data"]["object"]["id"]) == (account.id, payout.id)
    waiting(
        lambda: (
            len(endpoint.events("payout.created"))
            == len(endpoint.events("payout.updated"))
            == len(endpoint.events("transfer.created"))
            == 1
        )
    )
