"""Look at how far a deletion is, and at its certificate once it is done."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.identity.privacy import DeletionView, GetDeletion
from identity.domain.personal_data import DeletionNotFound
from identity.domain.tokens import digest
from identity.usecases.privacy_ports import Deletions
from identity.usecases.show_personal_data import deletion_view


@dataclass(frozen=True, slots=True)
class GetDeletionHandler:
    deletions: Deletions

    def __call__(self, command: GetDeletion) -> DeletionView:
        """For whoever holds the token that was given when it began: nobody can log in to the account any more.

        Raises:
            DeletionNotFound.
        """
        deletion = self.deletions.by_token(digest(command.certificate_token))
        if deletion is None:
            raise DeletionNotFound
        return deletion_view(deletion)
