"""One transaction over all that payments keeps."""

from __future__ import annotations

from pymongo.client_session import ClientSession

from chassis import audit
from chassis.mongo import MongoUnitOfWork
from chassis.principal import Principal
from payments.adapters.bill_chargebacks import MongoBillChargebacks
from payments.adapters.bills import MongoBills
from payments.adapters.chargebacks import MongoChargebacks
from payments.adapters.coupons import MongoCoupons
from payments.adapters.customers import MongoCustomers
from payments.adapters.disputes import MongoDisputes
from payments.adapters.document_archive import MongoDocuments, MongoDues, MongoSeries
from payments.adapters.escrows import MongoEscrows
from payments.adapters.histories import MongoBilling, MongoBrands, MongoPeople, MongoTallies, MongoTransactions
from payments.adapters.ledger import MongoBalances, MongoBooks, MongoJournals
from payments.adapters.memberships import MongoMemberships
from payments.adapters.payout_accounts import MongoPayoutAccounts
from payments.adapters.payouts import MongoPayouts
from payments.adapters.plans import MongoPlans
from payments.adapters.reconciliations import MongoReconciliations
from payments.adapters.sagas import MongoSagas
from payments.adapters.subscriptions import MongoSubscribers, MongoSubscriptions
from payments.adapters.webhook_events import MongoWebhookEvents


class PaymentsUnitOfWork(MongoUnitOfWork):
    def open(self, session: ClientSession) -> None:
        self.escrows = MongoEscrows(session)
        self.sagas = MongoSagas(session)
        self.disputes = MongoDisputes(session)
        self.payouts = MongoPayouts(session)
        self.books = MongoBooks(session)
        self.journals = MongoJournals(session)
        self.balances = MongoBalances(session)
        self.payout_accounts = MongoPayoutAccounts(session)
        self.reconciliations = MongoReconciliations(session)
        self.chargebacks = MongoChargebacks(session)
        self.coupons = MongoCoupons(session)
        self.customers = MongoCustomers(session)
        self.webhook_events = MongoWebhookEvents(session)
        self.due = MongoDues(session)
        self.documents = MongoDocuments(session)
        self.series = MongoSeries(session)
        self.transactions = MongoTransactions(session)
        self.tallies = MongoTallies(session)
        self.people = MongoPeople(session)
        self.billing = MongoBilling(session)
        self.brands = MongoBrands(session)
        self.plans = MongoPlans(session)
        self.subscriptions = MongoSubscriptions(session)
        self.bills = MongoBills(session)
        self.subscribers = MongoSubscribers(session)
        self.memberships = MongoMemberships(session)
        self.bill_chargebacks = MongoBillChargebacks(session)

    def act(self, action: str, target: str, reason: str | None, by: Principal) -> None:
        """Keep and publish what somebody of the staff did."""
        self.emit(audit.record(self._store, self.session, service="payments", action=action, target=target, reason=reason, actor=by))
