"""The ledger in MongoDB: books, journals and balances."""

from __future__ import annotations

from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from payments.adapters.documents import BalanceDocument, BookDocument, JournalDocument, MoveDocument
from payments.adapters.inserting import insert, put
from payments.domain.errors import InvariantBroken
from payments.domain.ledger import Account, Balance, Book, Journal, Move


class MongoBooks:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(BookDocument, session)

    def get(self, book_id: str) -> Book:
        document = self._documents.get(book_id)
        return Book(book_id) if document is None else Book(book_id, document.version, document.length, document.last_hash)

    def save(self, book: Book) -> None:
        document = BookDocument(id=book.id, version=max(book.version, 1), length=book.length, last_hash=book.last_hash)
        put(self._documents, document, book.version)


class MongoJournals:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(JournalDocument, session)

    def add(self, journal: Journal) -> None:
        if self._documents.row(journal.key) is not None:
            raise InvariantBroken(f"the journal {journal.key} was written before")
        moves = [MoveDocument(source=move.source.id, destination=move.destination.id, amount=move.amount) for move in journal.moves]
        document = JournalDocument(
            id=journal.key,
            book=journal.book,
            number=journal.number,
            at=journal.at,
            moves=moves,
            previous_hash=journal.previous_hash,
            hash=journal.hash,
        )
        insert(self._documents, document)

    def get(self, key: str) -> Journal | None:
        document = self._documents.get(key)
        return None if document is None else _journal(document)

    def between(self, since: datetime, until: datetime) -> list[Journal]:
        found = self._documents.find({"at": {"$gte": since, "$lt": until}}, sort=[("at", 1)])
        return [_journal(document) for document in found]

    def of_book(self, book_id: str) -> list[Journal]:
        return [_journal(document) for document in self._documents.find({"book": book_id}, sort=[("number", 1)])]

    def of_account(self, account: Account) -> list[Journal]:
        """By two indexes of one field each; a journal that has the account on both sides comes by both."""
        ends = ("moves.source", "moves.destination")
        found = {document.id: document for end in ends for document in self._documents.find({end: account.id})}
        return [_journal(document) for document in found.values()]


class MongoBalances:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(BalanceDocument, session)

    def get(self, account: Account) -> Balance:
        document = self._documents.get(account.id)
        return Balance(account) if document is None else _balance(document)

    def of_owner(self, owner: str) -> list[Balance]:
        return [_balance(document) for document in self._documents.find({"owner": owner})]

    def save(self, balance: Balance) -> None:
        account = balance.account
        document = BalanceDocument(id=account.id, version=max(balance.version, 1), owner=account.owner, amount=balance.amount)
        put(self._documents, document, balance.version)


def _balance(document: BalanceDocument) -> Balance:
    return Balance(Account.from_id(document.id), document.amount, document.version)


def _journal(document: JournalDocument) -> Journal:
    return Journal(
        key=document.id,
        book=document.book,
        number=document.number,
        at=document.at,
        moves=tuple(Move(Account.from_id(move.source), Account.from_id(move.destination), move.amount) for move in document.moves),
        previous_hash=document.previous_hash,
        hash=document.hash,
    )
