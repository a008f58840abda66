"""How identity refuses about organisations: rules that can say no, with their stable codes."""

from contracts.errors import DomainError, FieldError, Kind


class OrganisationNotFound(DomainError):
    """There is no such organisation, or you are no member of it."""

    kind = Kind.NOT_FOUND
    code = "identity.organisation.not_found"


class OrganisationStale(DomainError):
    """The organisation has changed since it was read: read it again and repeat the change."""

    kind = Kind.CONFLICT
    code = "identity.organisation.stale"


class TooManyOrganisations(DomainError):
    """You own twenty organisations: that is the most."""

    kind = Kind.CONFLICT
    code = "identity.organisation.too_many"


class RoleTooLow(DomainError):
    """Your role in this organisation does not allow that."""

    kind = Kind.FORBIDDEN
    code = "identity.organisation.role_too_low"


class LastOwner(DomainError):
    """An organisation has an owner: make somebody else one first."""

    kind = Kind.CONFLICT
    code = "identity.organisation.last_owner"


class MemberNotFound(DomainError):
    """This person is no member."""

    kind = Kind.NOT_FOUND
    code = "identity.member.not_found"


class AlreadyMember(DomainError):
    """This person is a member."""

    kind = Kind.CONFLICT
    code = "identity.member.exists"


class InvitationNotFound(DomainError):
    """There is no such invitation."""

    kind = Kind.NOT_FOUND
    code = "identity.invitation.not_found"


class InvitationExists(DomainError):
    """This address is invited: send it again, or revoke it."""

    kind = Kind.CONFLICT
    code = "identity.invitation.exists"


class InvitationClosed(DomainError):
    """This invitation was accepted or revoked."""

    kind = Kind.CONFLICT
    code = "identity.invitation.closed"


class InvitationTooSoon(DomainError):
    """A mail was sent within the last minute."""

    kind = Kind.LIMITED
    code = "identity.invitation.too_soon"


class InvitationForAnother(DomainError):
    """This invitation is for another address, or yours is not proven yet."""

    kind = Kind.FORBIDDEN
    code = "identity.invitation.for_another"


class DomainUnproven(DomainError):
    """Claim a domain and prove it by its DNS record first."""

    kind = Kind.CONFLICT
    code = "identity.domain.unproven"


class DomainNotClaimed(DomainError):
    """This organisation has claimed no domain."""

    kind = Kind.NOT_FOUND
    code = "identity.domain.not_found"


class DomainTaken(DomainError):
    """Another organisation has proven this domain its own."""

    kind = Kind.CONFLICT
    code = "identity.domain.taken"


class RecordMissing(DomainError):
    """The DNS record is not there yet: it can take a while until everybody sees it."""

    kind = Kind.CONFLICT
    code = "identity.domain.record_missing"


class ResolverAway(DomainError):
    """The domain name system does not answer: try again."""

    kind = Kind.UNAVAILABLE
    code = "identity.domain.resolver_away"


class SsoNotFound(DomainError):
    """This organisation has no single sign-on."""

    kind = Kind.NOT_FOUND
    code = "identity.sso.not_found"


class IssuerUnusable(DomainError):
    """This provider cannot be used."""

    kind = Kind.INVALID
    code = "identity.sso.issuer_unusable"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/issuer", detail="publishes no OpenID configuration that could be used"),))


class AddressElsewhere(DomainError):
    """The organisation's provider vouches for addresses of the organisation's own domain alone."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.sso.address_elsewhere"


class BulkInviteNotFound(DomainError):
    """There is no such job."""

    kind = Kind.NOT_FOUND
    code = "identity.bulk_invite.not_found"


class TooManyBulkInvites(DomainError):
    """Three jobs of this organisation are running: wait until one is finished."""

    kind = Kind.CONFLICT
    code = "identity.bulk_invite.too_many"


class RowsUnreadable(DomainError):
    """The rows cannot be read."""

    kind = Kind.INVALID
    code = "identity.bulk_invite.unreadable"

    def __init__(self, detail: str) -> None:
        super().__init__(fields=(FieldError(pointer="/csv", detail=detail),))
