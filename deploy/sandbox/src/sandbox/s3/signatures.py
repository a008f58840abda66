"""AWS Signature Version 4: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from sandbox.s3.errors import S3Refused, denied, signature_wrong

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
_AUTHORIZATION = re.compile(rf"{ALGORITHM} Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{{64}})$")
_SKEW = timedelta(minutes=15)
_LONGEST_LINK_S = 7 * 86_400
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Presented:
    """A request as it came: `path` is still percent-encoded, `query` decoded, the names of `headers` in lower case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Signatures:
    """Checks what was signed with one pair of keys. Real time counts, as it does at Amazon: SDKs sign with it."""

    access_key: str
    secret_key: str

    def check_request(self, request: Presented, body: bytes) -> None:
        """A request with an Authorization header or, without one, a signed link.

        Raises: S3Refused.
        """
        if any(name == "X-Amz-Signature" for name, _ in request.query):
            self._check_link(request)
            return
        found = _AUTHORIZATION.match(request.headers.get("authorization", ""))
        if not found:
            raise denied()
        credential, names, signature = found.groups()
        signed_at = _moment(request.headers.get("x-amz-date", ""))
        if abs(datetime.now(UTC) - signed_at) > _SKEW:
            raise S3Refused(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.")
        digest = request.headers.get("x-amz-content-sha256", "")
        if digest != UNSIGNED and digest != hashlib.sha256(body).hexdigest():
            raise S3Refused(
                400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed."
            )
        self._compare(signature, credential, signed_at, _canonical(request, names.split(";"), request.query, digest))

    def check_form(self, form: Mapping[str, str]) -> None:
        """The signature of a browser's upload form is that of its policy.

        Raises: S3Refused.
        """
        signed_at = _moment(form.get("x-amz-date", ""))
        scope = self._scope(form.get("x-amz-credential", ""), signed_at)
        if not hmac.compare_digest(self._sign(scope, form.get("policy", "")), form.get("x-amz-signature", "")):
            raise signature_wrong()

    def _check_link(self, request: Presented) -> None:
        given = dict(request.query)
        signed_at = _moment(given.get("X-Amz-Date", ""))
        try:
            lasts = int(given.get("X-Amz-Expires", ""))
        except ValueError:
            lasts = 0
        if not 1 <= lasts <= _LONGEST_LINK_S or given.get("X-Amz-Algorithm") != ALGORITHM:
            raise S3Refused(400, "AuthorizationQueryParametersError", "X-Amz-Expires must be between 1 second and a week.")
        if datetime.now(UTC) >= signed_at + timedelta(seconds=lasts):
            raise denied("Request has expired")
        query = [pair for pair in request.query if pair[0] != "X-Amz-Signature"]
        canonical = _canonical(request, given.get("X-Amz-SignedHeaders", "").split(";"), query, UNSIGNED)
        self._compare(given["X-Amz-Signature"], given.get("X-Amz-Credential", ""), signed_at, canonical)

    def _compare(self, signature: str, credential: str, signed_at: datetime, canonical: str) -> None:
        scope = self._scope(credential, signed_at)
        text = "\n".join((ALGORITHM, _stamp(signed_at), "/".join(scope), hashlib.sha256(canonical.encode()).hexdigest()))
        if not hmac.compare_digest(self._sign(scope, text), signature):
            raise signature_wrong()

    def _scope(self, credential: str, signed_at: datetime) -> tuple[str, ...]:
        access_key, *scope = credential.split("/")
        if access_key != self.access_key:
            raise S3Refused(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
        if len(scope) != 4 or scope[0] != _stamp(signed_at)[:8] or scope[2:] != ["s3", "aws4_request"]:
            raise S3Refused(400, "AuthorizationHeaderMalformed", "The credential scope is not one of S3 of that day.")
        return tuple(scope)

    def _sign(self, scope: tuple[str, ...], text: str) -> str:
        key = f"AWS4{self.secret_key}".encode()
        for part in scope:
            key = hmac.digest(key, part.encode(), hashlib.sha256)
        return hmac.digest(key, text.encode(), hashlib.sha256).hex()


def _canonical(request: Presented, names: list[str], query: Pairs, digest: str) -> str:
    if "host" not in names or sorted(names) != names:
        raise denied("There were headers present in the request which were not signed")
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in query)
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in names)
    return "\n".join((request.method, request.path, "&".join(f"{name}={value}" for name, value in pairs), headers, ";".join(names), digest))


def _moment(stamp: str) -> datetime:
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise denied("AWS authentication requires a valid Date or x-amz-date") from None


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")
