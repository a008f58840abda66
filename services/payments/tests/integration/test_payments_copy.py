"""The copy of their data that people take with them shows nothing that is for the other side alone."""

from __future__ import annotations

from datetime import UTC, datetime

from payments_fake_wallets import FakeWallets

from chassis.ids import new_id
from local_platform.databases import OpenStore
from payments import migrations
from payments.adapters.personal_data import personal_data

NOW = datetime(2030, 1, 1, tzinfo=UTC)
PAYER, PAYEE = new_id("user"), new_id("user")


def test_the_link_to_the_payers_bank_is_the_payers(open_store: OpenStore) -> None:
    database = open_store(migrations, NOW).database
    action = {"action_url": "https://bank.example/3ds", "action_client_secret": "pi_1_secret_2", "action_expires_at": NOW}
    database.escrows.insert_one({"_id": new_id("escrow"), "version": 1, "payer_id": PAYER, "payee_id": PAYEE, "currency": "EUR"} | action)
    keeper = personal_data(database, FakeWallets())
    [of_payee], [of_payer] = keeper.export(PAYEE, None).items, keeper.export(PAYER, None).items
    assert of_payee.id == of_payer.id
    assert of_payee.data["currency"] == "EUR"
    assert not action.keys() & of_payee.data.keys()
    assert action.keys() <= of_payer.data.keys()
