"""What an upload form may carry: its policy, https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.s3.errors import S3Refused, denied

_NOT_IN_POLICIES = {"policy", "x-amz-signature", "file"}


def check_policy(form: Mapping[str, str], bucket: str, size: int) -> None:
    """Every field must meet a condition and every condition must be met.

    Raises: S3Refused.
    """
    try:
        policy = json.loads(base64.b64decode(form.get("policy", ""), validate=True))
        expires = datetime.fromisoformat(policy["expiration"])
        conditions = policy["conditions"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise S3Refused(400, "InvalidPolicyDocument", "Invalid Policy: not a policy.") from None
    if datetime.now(UTC) >= expires:
        raise denied("Invalid according to Policy: Policy expired.")
    given = {"bucket": bucket, **form}
    covered = {"bucket", *(name for condition in conditions for name in _met(condition, given, size))}
    for name in form:
        if name not in covered | _NOT_IN_POLICIES and not name.startswith("x-ignore-"):
            raise denied(f"Invalid according to Policy: Extra input fields: {name}")


def _met(condition: Any, given: Mapping[str, str], size: int) -> list[str]:
    """The fields that a condition speaks of. Raises: S3Refused, where it is not met."""
    if isinstance(condition, dict):
        for name, wanted in condition.items():
            _require(given.get(name.lower()) == wanted, condition)
        return [name.lower() for name in condition]
    kind, first, second = condition
    if kind == "content-length-range":
        if size > second:
            raise S3Refused(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
        if size < first:
            raise S3Refused(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
        return []
    name = first.removeprefix("$").lower()
    value = given.get(name, "")
    _require(value == second if kind == "eq" else value.startswith(second), condition)
    return [name]


def _require(met: bool, condition: Any) -> None:
    if not met:
        raise denied(f"Invalid according to Policy: Policy Condition failed: {json.dumps(condition)}")
