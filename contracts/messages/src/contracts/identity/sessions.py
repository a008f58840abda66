"""What identity shows of sessions, logins and second factors."""

from pydantic import JsonValue

from contracts.base import UtcDatetime, View
from contracts.identity.views import TokensView
from contracts.ids import FactorId, LoginId, SessionId
from contracts.paging import Page


class SessionView(View):
    """One login that lasts. `device` is a name, `address_range` a network: never an address."""

    id: SessionId
    current: bool
    device: str
    address_range: str
    methods: tuple[str, ...]
    created_at: UtcDatetime
    last_used_at: UtcDatetime


class SessionsView(View):
    items: tuple[SessionView, ...]


class LoginView(View):
    """An attempt to log in: `outcome` is succeeded, wrong_password, wrong_code or code_missing; `methods` as in RFC 8176."""

    id: LoginId
    at: UtcDatetime
    outcome: str
    methods: tuple[str, ...]
    device: str
    address_range: str


class LoginPage(Page[LoginView]):
    pass


class DeviceView(View):
    """Keep it on this device and send it with each login: others' wrong guesses then never lock this device out."""

    device_token: str


class AvailabilityView(View):
    available: bool


class TotpSetupView(View):
    """The secret in base 32, and the same as a URI for a QR code (Key Uri Format)."""

    factor_id: FactorId
    secret: str
    uri: str


class RecoveryCodesView(View):
    """Each works once in place of a one-time password. Shown now and never again; none where there are some already."""

    factor_id: FactorId | None = None
    codes: tuple[str, ...]


class PasskeyOptionsView(View):
    """For PublicKeyCredential.parseCreationOptionsFromJSON and parseRequestOptionsFromJSON."""

    options: dict[str, JsonValue]


class FactorView(View):
    """`kind` is totp or passkey."""

    id: FactorId
    kind: str
    label: str
    created_at: UtcDatetime
    last_used_at: UtcDatetime | None


class FactorsView(View):
    items: tuple[FactorView, ...]
    recovery_codes_left: int


class KeySetView(View):
    """The public keys that access tokens are verified with (RFC 7517)."""

    keys: tuple[dict[str, JsonValue], ...]


class SignInStartedView(View):
    """Send the browser to `authorization_url`; keep `binding` in that browser until it comes back."""

    authorization_url: str
    binding: str


class LinkView(View):
    """A login elsewhere that opens this account."""

    provider: str
    linked_at: UtcDatetime


class LinksView(View):
    items: tuple[LinkView, ...]


class SignedInView(View):
    """After a login elsewhere: the session's tokens, or, where a logged-in person linked a provider, the link."""

    tokens: TokensView | None = None
    link: LinkView | None = None
