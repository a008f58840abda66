"""Amazon's own SDK against the sandbox's object store: what is signed rightly passes, what was changed or is late does not."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

BUCKET = "openchance"


def s3(url: str, secret: str = "sandbox-secret") -> Any:
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 0})
    return boto3.client(
        "s3", endpoint_url=url, region_name="eu-central-1", aws_access_key_id="sandbox", aws_secret_access_key=secret, config=config
    )


def refused(code: str, call: Callable[[], Any]) -> None:
    with pytest.raises(ClientError) as error:
        call()
    assert error.value.response["Error"]["Code"] == code


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_an_object_is_put_read_copied_and_removed(sandbox) -> None:
    store = s3(sandbox.url)
    store.put_object(Bucket=BUCKET, Key="a/ä b+c.txt", Body=b"hello", ContentType="text/plain", Metadata={"of": "Ada"})
    found = store.get_object(Bucket=BUCKET, Key="a/ä b+c.txt")
    assert (found["Body"].read(), found["ContentType"], found["Metadata"]) == (b"hello", "text/plain", {"of": "Ada"})
    store.copy_object(Bucket=BUCKET, Key="b", CopySource={"Bucket": BUCKET, "Key": "a/ä b+c.txt"})
    assert store.head_object(Bucket=BUCKET, Key="b")["ContentLength"] == 5
    store.delete_object(Bucket=BUCKET, Key="b")
    store.delete_object(Bucket=BUCKET, Key="b")
    refused("NoSuchKey", lambda: store.get_object(Bucket=BUCKET, Key="b"))
    refused("404", lambda: store.head_object(Bucket=BUCKET, Key="b"))


def test_a_wrong_secret_is_refused(sandbox) -> None:
    refused("SignatureDoesNotMatch", lambda: s3(sandbox.url, "guessed").put_object(Bucket=BUCKET, Key="x", Body=b"x"))


def test_private_objects_need_a_signature_and_public_ones_do_not(sandbox) -> None:
    store = s3(sandbox.url)
    for key in ("private/x", "public/x"):
        store.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    assert [status(f"{sandbox.url}/{BUCKET}/{key}") for key in ("private/x", "public/x")] == [403, 200]


def test_a_link_opens_its_object_until_it_expires(sandbox) -> None:
    store = s3(sandbox.url)
    store.put_object(Bucket=BUCKET, Key="private/cv.pdf", Body=b"%PDF", ContentType="application/pdf")
    asked = {"Bucket": BUCKET, "Key": "private/cv.pdf", "ResponseContentDisposition": 'attachment; filename="cv.pdf"'}
    link = store.generate_presigned_url("get_object", Params=asked, ExpiresIn=60)
    answer = requests.get(link, timeout=5)
    assert (answer.content, answer.headers["Content-Disposition"]) == (b"%PDF", 'attachment; filename="cv.pdf"')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert [status(link.replace("cv.pdf?", "other.pdf?")), status(link.replace("Expires=60", "Expires=600")), status(link[:-1])] == [
        403
    ] * 3
    brief = store.generate_presigned_url("get_object", Params=asked, ExpiresIn=1)
    deadline = time.monotonic() + 10
    while status(brief) == 200:
        assert time.monotonic() < deadline
    assert status(brief) == 403


def test_a_form_takes_what_its_policy_allows(sandbox) -> None:
    store = s3(sandbox.url)
    conditions = [{"Content-Type": "image/png"}, ["content-length-range", 1, 10]]
    form = store.generate_presigned_post(BUCKET, "incoming/1", Fields={"Content-Type": "image/png"}, Conditions=conditions, ExpiresIn=60)

    def post(data: bytes, **changed: str) -> int:
        return requests.post(form["url"], data=form["fields"] | changed, files={"file": data}, timeout=5).status_code

    assert post(b"12345") == 204
    assert store.head_object(Bucket=BUCKET, Key="incoming/1")["ContentType"] == "image/png"
    assert [post(b"x" * 11), post(b"")] == [400, 400]
    assert [post(b"1", **{"Content-Type": "text/html"}), post(b"1", key="incoming/2"), post(b"1", acl="public-read")] == [403] * 3
    assert post(b"1", **{"x-amz-signature": "0" * 64}) == 403
