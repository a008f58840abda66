"""How identity refuses the staff, and whom the staff keeps out: rules that can say no, with their stable codes."""

from datetime import datetime

from contracts.errors import DomainError, FieldError, Kind


class AccountSuspended(DomainError):
    """This account is suspended."""

    kind = Kind.FORBIDDEN
    code = "identity.account.suspended"

    def __init__(self, until: datetime | None) -> None:
        super().__init__(f"This account is suspended until {until.isoformat(timespec='minutes')}." if until else None)


class AccountBanned(DomainError):
    """This account is banned."""

    kind = Kind.FORBIDDEN
    code = "identity.account.banned"


class BanStands(DomainError):
    """A suspension does not soften a ban: restore the account first."""

    kind = Kind.CONFLICT
    code = "identity.account.ban_stands"


class AccountNotKeptOut(DomainError):
    """This account is neither suspended nor banned."""

    kind = Kind.CONFLICT
    code = "identity.account.not_kept_out"


class SuspensionOver(DomainError):
    """A suspension ends in the future."""

    kind = Kind.INVALID
    code = "identity.suspension.over"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/until", detail="is not in the future"),))


class NotPermitted(DomainError):
    """None of your roles may do this."""

    kind = Kind.FORBIDDEN
    code = "identity.role.missing"


class OnOneself(DomainError):
    """Somebody else has to do this: nobody changes their own roles or standing."""

    kind = Kind.FORBIDDEN
    code = "identity.admin.on_oneself"


class StaffProtected(DomainError):
    """This person belongs to the staff: only admins may do this."""

    kind = Kind.FORBIDDEN
    code = "identity.admin.staff_protected"


class RoleHeld(DomainError):
    """This person has this role."""

    kind = Kind.CONFLICT
    code = "identity.role.held"


class RoleNotHeld(DomainError):
    """This person does not have this role."""

    kind = Kind.CONFLICT
    code = "identity.role.not_held"


class LastRole(DomainError):
    """This is the person's only role: give them another one first."""

    kind = Kind.CONFLICT
    code = "identity.role.last"


class AdminAppointed(DomainError):
    """There is an admin, who can grant roles to others."""

    kind = Kind.CONFLICT
    code = "identity.admin.appointed"


class AddressUnproven(DomainError):
    """This address is not proven yet: follow the link in the mail first."""

    kind = Kind.CONFLICT
    code = "identity.email.unproven"


class RegistrationClosed(DomainError):
    """New accounts cannot be opened at the moment."""

    kind = Kind.FORBIDDEN
    code = "identity.registration.closed"


class ReadOnly(DomainError):
    """The platform is being looked after: you can log in and read, but new accounts and links have to wait for the moment."""

    kind = Kind.UNAVAILABLE
    code = "identity.read_only"
    retry_after_s = 60


class SettingUnknown(DomainError):
    """There is no such setting."""

    kind = Kind.NOT_FOUND
    code = "identity.setting.not_found"


class SettingInvalid(DomainError):
    """The setting cannot take this value."""

    kind = Kind.INVALID
    code = "identity.setting.invalid"

    def __init__(self, expected: str) -> None:
        super().__init__(fields=(FieldError(pointer="/value", detail=f"must be {expected}"),))


class ConfigurationStale(DomainError):
    """This has changed since it was read: read it again and repeat the change."""

    kind = Kind.CONFLICT
    code = "identity.configuration.stale"
