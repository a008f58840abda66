"""Typed ids: TypeIDs (a prefix and a UUIDv7 in Crockford base 32), sortable and safe to show. See the TypeID specification 0.3."""

from typing import Annotated

from pydantic import StringConstraints

_SUFFIX = "[0-7][0-9a-hjkmnp-tv-z]{25}"


def _typeid(prefix: str) -> StringConstraints:
    return StringConstraints(pattern=f"^{prefix}_{_SUFFIX}$")


UserId = Annotated[str, _typeid("user")]
FactorId = Annotated[str, _typeid("factor")]
LoginId = Annotated[str, _typeid("login")]
ActionId = Annotated[str, _typeid("action")]
OrganisationId = Annotated[str, _typeid("organisation")]
InvitationId = Annotated[str, _typeid("invitation")]
BulkInviteId = Annotated[str, _typeid("bulkinvite")]
ApiKeyId = Annotated[str, _typeid("apikey")]
ClientId = Annotated[str, _typeid("client")]
UploadId = Annotated[str, _typeid("upload")]
FileId = Annotated[str, _typeid("file")]
PortfolioItemId = Annotated[str, _typeid("portfolio")]
DeletionId = Annotated[str, _typeid("deletion")]
ExportId = Annotated[str, _typeid("export")]
SessionId = Annotated[str, _typeid("session")]
ChallengeId = Annotated[str, _typeid("challenge")]
MilestoneId = Annotated[str, _typeid("milestone")]
ApplicationId = Annotated[str, _typeid("application")]
SubmissionId = Annotated[str, _typeid("submission")]
ReviewId = Annotated[str, _typeid("review")]
EscrowId = Annotated[str, _typeid("escrow")]
DisputeId = Annotated[str, _typeid("dispute")]
DocumentId = Annotated[str, _typeid("document")]
PayoutId = Annotated[str, _typeid("payout")]
SagaId = Annotated[str, _typeid("saga")]
SubscriptionId = Annotated[str, _typeid("subscription")]
BillId = Annotated[str, _typeid("bill")]
ConversationId = Annotated[str, _typeid("conversation")]
MessageId = Annotated[str, _typeid("message")]
NotificationId = Annotated[str, _typeid("notification")]
DeadLetterId = Annotated[str, _typeid("letter")]
