"""The object API of S3: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from sandbox.faults import Faults
from sandbox.s3.errors import S3Refused, denied, no_such_key
from sandbox.s3.forms import check_policy
from sandbox.s3.objects import Objects, Stored
from sandbox.s3.signatures import Presented, Signatures
from sandbox.settings import Settings

_KEPT_HEADERS = ("content-type", "content-disposition", "cache-control")
_OVERRIDES = {"response-content-disposition": "content-disposition", "response-content-type": "content-type"}
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_LARGEST_FORM = 36 * 1024 * 1024
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class S3Api:
    """One bucket, path style. What lies under `public/` is readable by everybody, as a bucket policy would have it."""

    objects: Objects
    settings: Settings
    faults: Faults

    def routes(self) -> list[web.RouteDef]:
        bucket = self.settings.s3_bucket
        return [
            web.post(f"/{bucket}", self._answered(self.post_form)),
            web.route("*", f"/{bucket}/{{key:.+}}", self._answered(self.handle)),
        ]

    def _answered(self, handler: Answer) -> Answer:
        async def answered(request: web.Request) -> web.StreamResponse:
            fault = self.faults.take("s3", request.method, request.path)
            if fault is not None:
                await asyncio.sleep(fault.delay_ms / 1000)
            try:
                if fault is not None and fault.status:
                    raise S3Refused(fault.status, "InternalError", "We encountered an internal error. Please try again.")
                return await handler(request)
            except S3Refused as error:
                return error.response(body=request.method != "HEAD")

        return answered

    async def handle(self, request: web.Request) -> web.StreamResponse:
        key, body = request.match_info["key"], await request.read()
        if not (request.method in ("GET", "HEAD") and key.startswith("public/") and "authorization" not in request.headers):
            self._signatures.check_request(_presented(request), body)
        match request.method:
            case "PUT":
                return self._put(request, key, body)
            case "GET" | "HEAD":
                return self._get(request, key)
            case "DELETE":
                self.objects.remove(key)
                return web.Response(status=204)
        raise S3Refused(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")

    async def post_form(self, request: web.Request) -> web.StreamResponse:
        form, data = await _form(request)
        if "key" not in form:
            raise S3Refused(400, "InvalidArgument", "Bucket POST must contain a field named 'key'.")
        self._signatures.check_form(form)
        check_policy(form, self.settings.s3_bucket, len(data))
        self.objects.put(form["key"], data, {name: form[name] for name in _KEPT_HEADERS if name in form})
        return web.Response(status=204)

    @property
    def _signatures(self) -> Signatures:
        return Signatures(self.settings.s3_access_key, self.settings.s3_secret_key)

    def _put(self, request: web.Request, key: str, body: bytes) -> web.Response:
        if source := request.headers.get("x-amz-copy-source"):
            return self._copy(source, key)
        kept = {name: request.headers[name] for name in request.headers if name.lower() in _KEPT_HEADERS or _is_meta(name)}
        stored = self.objects.put(key, body, {name.lower(): value for name, value in kept.items()})
        return web.Response(headers={"ETag": stored.etag})

    def _copy(self, source: str, key: str) -> web.Response:
        bucket, _, source_key = unquote(source).lstrip("/").partition("/")
        found = self.objects.get(source_key)
        if bucket != self.settings.s3_bucket or found is None:
            raise no_such_key()
        stored = self.objects.put(key, self.objects.path(source_key).read_bytes(), found.headers)
        xml = f'<CopyObjectResult xmlns="{_NAMESPACE}"><ETag>{stored.etag}</ETag></CopyObjectResult>'
        return web.Response(text=xml, content_type="application/xml")

    def _get(self, request: web.Request, key: str) -> web.StreamResponse:
        stored = self.objects.get(key)
        if stored is None:
            raise no_such_key()
        headers = _headers(stored) | {_OVERRIDES[name]: value for name, value in request.query.items() if name in _OVERRIDES}
        if request.method == "HEAD":
            return web.Response(headers=headers | {"Content-Length": str(stored.size)})
        return web.Response(body=self.objects.path(key).read_bytes(), headers=headers)


def _headers(stored: Stored) -> dict[str, str]:
    return {
        "content-type": "binary/octet-stream",
        "ETag": stored.etag,
        "X-Content-Type-Options": "nosniff",
        **dict(stored.headers),
    }


def _is_meta(name: str) -> bool:
    return name.lower().startswith("x-amz-meta-")


def _presented(request: web.Request) -> Presented:
    headers: Mapping[str, str] = {name.lower(): value for name, value in request.headers.items()}
    return Presented(request.method, request.rel_url.raw_path, tuple(request.query.items()), headers)


async def _form(request: web.Request) -> tuple[dict[str, str], bytes]:
    """The fields in lower case, and the file, which comes last. Raises: S3Refused."""
    if not request.content_type.startswith("multipart/"):
        raise S3Refused(412, "PreconditionFailed", "Bucket POST must be of the enclosure-type multipart/form-data")
    fields: dict[str, str] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            break
        if (part.name or "").lower() == "file":
            data = bytes(await part.read())
            if len(data) > _LARGEST_FORM:
                raise denied()
            return fields, data
        fields[(part.name or "").lower()] = await part.text()
    raise S3Refused(400, "InvalidArgument", "POST requires exactly one file upload per request.")
