"""What holds for every call: keys, idempotency, paging, faults, durability."""

import concurrent.futures
import signal

import pytest
import stripe

REQUEST = {"amount": 1000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True, "payment_method_types": ["card"]}


def test_the_same_key_gives_the_stored_answer(sandbox, client):
    first = client.v1.payment_intents.create(REQUEST, {"idempotency_key": "k"})
    second = client.v1.payment_intents.create(REQUEST, {"idempotency_key": "k"})
    assert second.to_dict() == first.to_dict()
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert second.last_response.headers["Original-Request"] == first.last_response.headers["Request-Id"]
    assert len(sandbox.get("/_sandbox/stripe/charges")["items"]) == 1


def test_a_decline_is_stored_too(sandbox, client):
    declined = REQUEST | {"payment_method": "pm_card_chargeDeclined"}
    messages = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refused:
            client.v1.payment_intents.create(declined, {"idempotency_key": "k"})
        messages.append((refused.value.http_body, refused.value.headers.get("Idempotent-Replayed")))
    assert messages[0][0] == messages[1][0]
    assert [replayed for _, replayed in messages] == [None, "true"]
    assert len(sandbox.get("/_sandbox/stripe/charges")["items"]) == 1


def test_bad_parameters_do_not_use_up_a_key(client):
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.create(REQUEST | {"amount": "x"}, {"idempotency_key": "k"})
    assert client.v1.payment_intents.create(REQUEST, {"idempotency_key": "k"}).status == "succeeded"


@pytest.mark.parametrize("other", ["parameters", "endpoint"])
def test_a_key_is_for_one_request(client, other):
    client.v1.payment_intents.create(REQUEST, {"idempotency_key": "k"})
    resource, request = (
        (client.v1.payment_intents, REQUEST | {"amount": 1001}) if other == "parameters" else (client.v1.customers, {"name": "Ada"})
    )
    with pytest.raises(stripe.IdempotencyError) as refused:
        resource.create(request, {"idempotency_key": "k"})
    assert refused.value.http_status == 400
    assert f"same {other}" in str(refused.value)


def test_a_key_in_use_is_409(sandbox, waiting):
    sandbox.fault(provider="stripe", delay_ms=5000, path="/v1/payment_intents")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        slow = pool.submit(sandbox.client().v1.payment_intents.create, REQUEST, {"idempotency_key": "k"})
        waiting(lambda: sandbox.get("/_sandbox/faults")["items"] == [])
        with pytest.raises(stripe.StripeError) as refused:
            sandbox.client().v1.payment_intents.create(REQUEST, {"idempotency_key": "k"})
        assert (refused.value.http_status, refused.value.json_body["error"]["code"]) == (409, "idempotency_key_in_use")
        assert slow.result().status == "succeeded"
    assert len(sandbox.get("/_sandbox/stripe/charges")["items"]) == 1


def test_twenty_at_once_charge_once(sandbox):
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        calls = [pool.submit(sandbox.client(retries=5).v1.payment_intents.create, REQUEST, {"idempotency_key": "k"}) for _ in range(20)]
        assert len({call.result().id for call in calls}) == 1
    assert len(sandbox.get("/_sandbox/stripe/charges")["items"]) == 1


@pytest.mark.parametrize("key", ["sk_live_123", "nonsense"])
def test_only_test_keys_are_let_in(sandbox, key):
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key"):
        sandbox.client(key).v1.balance.retrieve()


def test_no_key_is_401(sandbox):
    status, body = sandbox.call("GET", "/v1/balance")
    assert status == 401
    assert body["error"]["type"] == "invalid_request_error"


def test_unknown_urls_and_objects_are_404(sandbox, client):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.retrieve("pi_none")
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL") as refused:
        client.v1.coupons.list()
    assert refused.value.http_status == 404


def test_the_version_that_was_asked_for_is_answered(client):
    answer = client.v1.balance.retrieve(options={"stripe_version": "2026-10-28.endive"})
    assert answer.last_response.headers["Stripe-Version"] == "2026-10-28.endive"
    assert answer.last_response.headers["Request-Id"].startswith("req_")


def test_lists_page_by_object_in_both_directions(client):
    made = [client.v1.customers.create({"name": f"c{n}"}).id for n in range(5)][::-1]
    first = client.v1.customers.list({"limit": 2})
    assert ([row.id for row in first.data], first.has_more) == (made[:2], True)
    second = client.v1.customers.list({"limit": 2, "starting_after": made[1]})
    assert [row.id for row in second.data] == made[2:4]
    back = client.v1.customers.list({"limit": 2, "ending_before": made[4]})
    assert ([row.id for row in back.data], back.has_more) == (made[2:4], True)
    assert [row.id for row in client.v1.customers.list({"limit": 2}).auto_paging_iter()] == made
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.list({"starting_after": "cus_none"})


def test_metadata_merges_and_unsets(client):
    customer = client.v1.customers.create({"metadata": {"a": "1", "b": "2"}})
    assert dict(client.v1.customers.update(customer.id, {"metadata": {"a": "", "c": "3"}}).metadata.to_dict()) == {"b": "2", "c": "3"}


def test_a_fault_refuses_as_often_as_ordered(sandbox, client):
    sandbox.fault(provider="stripe", status=503, count=2, path="/v1/customers", method="POST")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client.v1.customers.create({"name": "Ada"})
    assert client.v1.customers.create({"name": "Ada"}).name == "Ada"
    assert len(sandbox.get("/_sandbox/stripe/customers")["items"]) == 1


@pytest.mark.parametrize("fault", [{"after": True}, {"after": True, "status": 500}])
def test_an_answer_lost_after_the_work_is_found_by_its_key(sandbox, client, fault):
    sandbox.fault(provider="stripe", path="/v1/payment_intents", **fault)
    with pytest.raises((stripe.APIConnectionError, stripe.APIError)):
        client.v1.payment_intents.create(REQUEST, {"idempotency_key": "k"})
    charged = sandbox.get("/_sandbox/stripe/charges")["items"]
    assert len(charged) == 1
    found = client.v1.payment_intents.create(REQUEST, {"idempotency_key": "k"})
    assert found.latest_charge == charged[0]["id"]


def test_nothing_answered_is_lost_by_a_kill(start_sandbox):
    sandbox = start_sandbox()
    client = sandbox.client()
    sandbox.advance(3600)
    intent = client.v1.payment_intents.create(REQUEST, {"idempotency_key": "k"})
    sandbox.stop(signal.SIGKILL)
    sandbox.start()
    again = sandbox.client().v1.payment_intents.create(REQUEST, {"idempotency_key": "k"})
    assert again.id == intent.id
    assert sandbox.get("/_sandbox/clock")["offset_seconds"] == 3600


def test_it_stops_on_sigterm(start_sandbox):
    assert start_sandbox().stop() == 0


def test_a_reset_forgets_all_but_the_clock(sandbox, client):
    before = sandbox.advance(60)["offset_seconds"]
    client.v1.payment_intents.create(REQUEST, {"idempotency_key": "k"})
    sandbox.fault(provider="stripe", status=500)
    assert sandbox.call("POST", "/_sandbox/reset")[0] == 204
    assert sandbox.get("/_sandbox/stripe/events")["items"] == sandbox.get("/_sandbox/faults")["items"] == []
    client.v1.payment_intents.create(REQUEST | {"amount": 2000}, {"idempotency_key": "k"})
    assert sandbox.get("/_sandbox/clock")["offset_seconds"] == before


def test_bad_orders_are_refused(sandbox):
    assert sandbox.call("POST", "/_sandbox/faults", {"provider": "paypal", "status": 500})[0] == 422
    assert sandbox.call("POST", "/_sandbox/faults", {"provider": "stripe"})[0] == 422
    assert sandbox.call("POST", "/_sandbox/clock/advance", {"seconds": -1})[0] == 422
    assert sandbox.call("GET", "/_sandbox/stripe/tea")[0] == 404
