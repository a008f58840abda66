"""Stripe's errors: https://docs.stripe.com/api/errors."""

from sandbox.storage import Json


class StripeError(Exception):
    """Answered as `{"error": …}`. What was done stays undone, unless `keeps` (a decline leaves a failed charge behind)."""

    def __init__(self, message: str, *, status: int = 400, code: str | None = None, param: str | None = None, **fields: object) -> None:
        super().__init__(message)
        self.status = status
        self.keeps = False
        self.error: Json = {"message": message, "type": "invalid_request_error"}
        if code is not None:
            self.error |= {"code": code, "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"}
        if param is not None:
            self.error["param"] = param
        self.error |= fields

    @property
    def validation(self) -> bool:
        """Stripe stores no idempotent answer for parameters that fail validation."""
        return self.status in (401, 403) or str(self.error.get("code", "")).startswith("parameter_")


class CardError(StripeError):
    """402: the card was refused. The attempt is on record."""

    def __init__(self, message: str, *, code: str, decline_code: str | None = None, **fields: object) -> None:
        super().__init__(message, status=402, code=code)
        self.error |= {"type": "card_error", **fields}
        self.keeps = True
        if decline_code is not None:
            self.error["decline_code"] = decline_code


def missing(kind: str, object_id: str, *, param: str = "id", status: int = 404) -> StripeError:
    word = "PaymentMethod" if kind == "payment_method" else kind
    return StripeError(f"No such {word}: '{object_id}'", status=status, code="resource_missing", param=param)
