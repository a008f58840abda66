"""An S3-compatible object store by Amazon's SDK: upload forms and links that a browser uses, and the objects themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, TypeVar
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from contracts.errors import DomainError, Kind

R = TypeVar("R")
_GONE = frozenset({"404", "NoSuchKey", "NotFound"})


class FilesAway(DomainError):
    """The object store does not answer: try again."""

    kind = Kind.UNAVAILABLE
    code = "chassis.files.away"


@dataclass(frozen=True, slots=True)
class Place:
    """`endpoint` is how we reach the store (None: Amazon's own), `public_endpoint` how browsers do."""

    bucket: str
    region: str
    access_key: str
    secret_key: str
    endpoint: str | None = None
    public_endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class UploadForm:
    """Where a browser posts a file as multipart/form-data: these fields first, the file as `file` last."""

    url: str
    fields: dict[str, str]


class ObjectStore:
    """One bucket. What lies under `public/` is readable by everybody (a policy of the bucket); all else by signed links alone."""

    def __init__(self, place: Place) -> None:
        self._bucket = place.bucket
        self._ours = _client(place, place.endpoint)
        self._theirs = _client(place, place.public_endpoint or place.endpoint)
        base = place.public_endpoint or place.endpoint or f"https://s3.{place.region}.amazonaws.com"
        self._public = f"{base.rstrip('/')}/{place.bucket}"

    def upload_form(self, key: str, media_type: str, max_bytes: int, expires_s: int) -> UploadForm:
        """The store itself refuses another type or a larger file."""
        made = self._theirs.generate_presigned_post(
            self._bucket,
            key,
            Fields={"Content-Type": media_type},
            Conditions=[{"Content-Type": media_type}, ["content-length-range", 1, max_bytes]],
            ExpiresIn=expires_s,
        )
        return UploadForm(str(made["url"]), {str(name): str(value) for name, value in made["fields"].items()})

    def link(self, key: str, file_name: str, expires_s: int) -> str:
        """A link to download a private object by; it is never shown inline (RFC 6266, 8187)."""
        disposition = f"attachment; filename*=UTF-8''{quote(file_name, safe='')}"
        asked = {"Bucket": self._bucket, "Key": key, "ResponseContentDisposition": disposition}
        return str(self._theirs.generate_presigned_url("get_object", Params=asked, ExpiresIn=expires_s))

    def public_url(self, key: str) -> str:
        """Where everybody finds a public object, for good."""
        return f"{self._public}/{key}"

    def read(self, key: str, max_bytes: int) -> bytes | None:
        """An object, cut one byte behind `max_bytes`, so that one that is too large can be told. Raises: FilesAway."""

        def read() -> bytes:
            with self._ours.get_object(Bucket=self._bucket, Key=key)["Body"] as body:
                return bytes(body.read(max_bytes + 1))

        return self._unless_gone(read)

    def write(self, key: str, data: bytes | IO[bytes], media_type: str, *, inline: bool) -> None:
        """Raises: FilesAway."""
        kept = {"CacheControl": "public, max-age=31536000, immutable"} if inline else {"ContentDisposition": "attachment"}
        self._unless_gone(lambda: self._ours.put_object(Bucket=self._bucket, Key=key, Body=data, ContentType=media_type, **kept))

    def remove(self, key: str) -> None:
        """Also where there is none. Raises: FilesAway."""
        self._unless_gone(lambda: self._ours.delete_object(Bucket=self._bucket, Key=key))

    def _unless_gone(self, call: Callable[[], R]) -> R | None:
        try:
            return call()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _GONE:
                return None
            raise FilesAway from error
        except BotoCoreError as error:
            raise FilesAway from error


def _client(place: Place, endpoint: str | None) -> Any:
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=3,
        read_timeout=15,
        retries={"total_max_attempts": 2, "mode": "standard"},
        request_checksum_calculation="when_required",  # other makers' stores do not all know the newer checksums
        response_checksum_validation="when_required",
    )
    session = boto3.session.Session()
    return session.client(
        "s3",
        endpoint_url=endpoint,
        region_name=place.region,
        aws_access_key_id=place.access_key,
        aws_secret_access_key=place.secret_key,
        config=config,
    )
