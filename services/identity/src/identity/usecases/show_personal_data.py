"""How deletions and exports become views."""

from contracts.catalogue import SERVICES
from contracts.identity.privacy import ConfirmationView, DeletionStatus, DeletionView, ExportView
from identity.domain.personal_data import Deletion, Export


def deletion_view(deletion: Deletion) -> DeletionView:
    return DeletionView(
        id=deletion.id,
        user_id=deletion.user_id,
        status=DeletionStatus.COMPLETED if deletion.completed_at else DeletionStatus.ERASING,
        requested_at=deletion.requested_at,
        completed_at=deletion.completed_at,
        confirmations=tuple(
            ConfirmationView(service=one.service, erased=dict(one.erased), confirmed_at=one.at) for one in deletion.confirmations
        ),
        waits_for=deletion.waits_for(SERVICES),
    )


def export_view(export: Export) -> ExportView:
    return ExportView(
        id=export.id,
        status=export.status,
        requested_at=export.requested_at,
        expires_at=export.expires_at,
        size_bytes=export.size_bytes,
    )
