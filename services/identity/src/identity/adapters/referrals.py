"""Referral codes, and who came by whom, in MongoDB."""

from __future__ import annotations

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from chassis.documents import DocumentCollection
from chassis.mongo import LostRace
from identity.adapters.organisation_documents import ReferralCodeDocument, ReferralDocument, ReferralTurnDocument
from identity.domain.referral import Referral
from identity.domain.referral_errors import ReferralMade

_TURN = "late claims"


class MongoReferrals:
    """The port Referrals; without a session for reads outside a transaction."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._codes = DocumentCollection(ReferralCodeDocument, session)
        self._rows = DocumentCollection(ReferralDocument, session)
        self._turns = DocumentCollection(ReferralTurnDocument, session)

    def code_of(self, user_id: str) -> str | None:
        found = self._codes.row(user_id)
        return str(found["code"]) if found else None

    def owner_of(self, code: str) -> str | None:
        found = self._codes.rows({"code": code})
        return str(found[0]["_id"]) if found else None

    def keep_code(self, user_id: str, code: str) -> None:
        try:
            self._codes.insert(ReferralCodeDocument(id=user_id, code=code))
        except DuplicateKeyError as error:
            raise LostRace("the code, or the person's, is there already") from error

    def get(self, user_id: str) -> Referral | None:
        found = self._rows.get(user_id)
        if found is None:
            return None
        return Referral(found.id, found.version, found.referrer_id, found.code, found.attributed_at, found.qualified_at)

    def brought_by(self, referrer_id: str) -> tuple[int, int]:
        found = self._rows.rows({"referrer_id": referrer_id})
        return len(found), sum(1 for row in found if row.get("qualified_at") is not None)

    def add(self, referral: Referral) -> None:
        try:
            self._rows.insert(_document(referral))
        except DuplicateKeyError as error:
            raise ReferralMade from error

    def save(self, referral: Referral) -> None:
        self._rows.replace(_document(referral), expected_version=referral.version - 1)

    def one_at_a_time(self) -> None:
        turn = self._turns.get(_TURN)
        if turn is not None:
            self._turns.replace(turn, expected_version=turn.version)
            return
        try:
            self._turns.insert(ReferralTurnDocument(id=_TURN))
        except DuplicateKeyError as error:
            raise LostRace("somebody else began") from error


def _document(referral: Referral) -> ReferralDocument:
    return ReferralDocument(
        id=referral.user_id,
        version=referral.version,
        referrer_id=referral.referrer_id,
        code=referral.code,
        attributed_at=referral.attributed_at,
        qualified_at=referral.qualified_at,
    )
