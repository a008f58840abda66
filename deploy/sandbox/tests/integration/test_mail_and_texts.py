"""SendGrid and Twilio by their SDKs, and the page that shows what came."""

import json
import urllib.request

import pytest
import sendgrid
from python_http_client.exceptions import HTTPError
from sendgrid.helpers.mail import Category, Content, From, Header, Mail, To
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client


def mail(to="ada@example.com", **change):
    message = Mail(From("hello@openchance.test", "OpenChance"), To(to, "Ada"), "Verify <your> email")
    message.content = [Content("text/plain", "Code 42"), Content("text/html", "<p>Code 42</p>")]
    message.add_header(Header("List-Unsubscribe", "<https://openchance.test/u/1>"))
    message.add_header(Header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    message.add_category(Category("verification"))
    return message.get() | change


@pytest.fixture
def mailer(sandbox):
    return sendgrid.SendGridAPIClient(api_key="SG.test", host=sandbox.url)


def test_a_mail_is_kept_with_its_headers(sandbox, mailer):
    answer = mailer.send(mail())
    assert answer.status_code == 202
    mailer.send(mail("bob@example.com"))
    (kept,) = sandbox.get("/_sandbox/mail?to=Ada@example.com")["items"]
    assert kept["message_id"] == answer.headers["X-Message-Id"]
    assert (kept["to"], kept["from_name"], kept["text"], kept["html"]) == ("ada@example.com", "OpenChance", "Code 42", "<p>Code 42</p>")
    assert kept["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert kept["categories"] == ["verification"]
    assert len(sandbox.get("/_sandbox/mail")["items"]) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"from": {"email": "nobody"}}, "from.email"),
        ({"from": None}, "from.email"),
        ({"personalizations": []}, "personalizations"),
        ({"personalizations": [{"to": []}]}, "personalizations.0.to"),
        ({"personalizations": [{"to": [{"email": "x"}]}]}, "personalizations.0.to.0.email"),
        ({"personalizations": [{"to": [{"email": "a@b.co"}, {"email": "A@b.co"}]}]}, "personalizations.0"),
        ({"subject": ""}, "subject"),
        ({"content": []}, "content"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content.0.value"),
        ({"content": [{"type": "text/html", "value": "x"}, {"type": "text/plain", "value": "x"}]}, "content"),
        ({"headers": {"Subject": "x"}}, "headers"),
    ],
)
def test_a_bad_mail_is_refused_by_field(sandbox, mailer, change, field):
    with pytest.raises(HTTPError) as refused:
        mailer.send(mail(**change))
    assert refused.value.status_code == 400
    assert json.loads(refused.value.body)["errors"][0]["field"] == field
    assert sandbox.get("/_sandbox/mail")["items"] == []


def test_mail_faults(sandbox, mailer):
    sandbox.fault(provider="sendgrid", status=503)
    with pytest.raises(HTTPError) as refused:
        mailer.send(mail())
    assert refused.value.status_code == 503
    sandbox.fault(provider="sendgrid", after=True)
    with pytest.raises(OSError):  # noqa: PT011 - whatever a lost connection raises
        mailer.send(mail())
    assert len(sandbox.get("/_sandbox/mail")["items"]) == 1


@pytest.fixture
def texter(sandbox):
    client = Client("AC" + "0" * 32, "token")
    client.api.base_url = sandbox.url
    return client


def test_a_text_is_kept(sandbox, texter):
    sent = texter.messages.create(to="+4915112345678", from_="+15005550006", body="Code 42")
    assert (sent.status, sent.num_segments, sent.error_code) == ("queued", "1", None)
    assert texter.messages(sent.sid).fetch().status == "delivered"
    (kept,) = sandbox.get("/_sandbox/sms?to=%2B4915112345678")["items"]
    assert kept["body"] == "Code 42"


@pytest.mark.parametrize(
    ("to", "body", "code"), [("12", "x", 21211), ("+15005550009", "x", 21614), ("+15005550004", "x", 21610), ("+4915112345678", "", 21602)]
)
def test_a_bad_text_is_refused_by_code(texter, to, body, code):
    with pytest.raises(TwilioRestException) as refused:
        texter.messages.create(to=to, from_="+15005550006", body=body)
    assert (refused.value.status, refused.value.code) == (400, code)


def test_the_page_shows_what_came_escaped(sandbox, mailer, texter):
    mailer.send(mail())
    texter.messages.create(to="+4915112345678", from_="+15005550006", body="Hi <there>")
    request = {"amount": 1000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True, "payment_method_types": ["card"]}
    intent = sandbox.client().v1.payment_intents.create(request)
    with urllib.request.urlopen(sandbox.url) as page:
        text = page.read().decode()
    assert "Verify &lt;your&gt; email" in text
    assert "Hi &lt;there&gt;" in text
    assert intent.id in text
    assert "10.00 EUR" in text


def test_texts_need_the_accounts_own_credentials(sandbox, texter):
    stranger = Client("AC" + "1" * 32, "token", account_sid="AC" + "0" * 32)
    stranger.api.base_url = sandbox.url
    with pytest.raises(TwilioRestException) as refused:
        stranger.messages.create(to="+4915112345678", from_="+15005550006", body="x")
    assert (refused.value.status, refused.value.code) == (401, 20003)
    with pytest.raises(TwilioRestException) as refused:
        texter.messages("SM" + "0" * 32).fetch()
    assert refused.value.status == 404


def test_text_faults(sandbox, texter):
    request = {"to": "+4915112345678", "from_": "+15005550006", "body": "x"}
    sandbox.fault(provider="twilio", status=503)
    with pytest.raises(TwilioRestException) as refused:
        texter.messages.create(**request)
    assert refused.value.status == 503
    sandbox.fault(provider="twilio", status=500, after=True)
    with pytest.raises(TwilioRestException):
        texter.messages.create(**request)
    assert len(sandbox.get("/_sandbox/sms")["items"]) == 1
