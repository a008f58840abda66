"""How S3 refuses: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html."""

from xml.sax.saxutils import escape

from aiohttp import web


class S3Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def response(self, *, body: bool) -> web.Response:
        if not body:
            return web.Response(status=self.status)
        xml = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{self.code}</Code><Message>{escape(self.message)}</Message></Error>'
        return web.Response(status=self.status, text=xml, content_type="application/xml")


def denied(message: str = "Access Denied") -> S3Refused:
    return S3Refused(403, "AccessDenied", message)


def signature_wrong() -> S3Refused:
    return S3Refused(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    )


def no_such_key() -> S3Refused:
    return S3Refused(404, "NoSuchKey", "The specified key does not exist.")
