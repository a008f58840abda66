"""The copy of their data that people take with them does not hold what a mail proves: that its reader reads that mailbox."""

from __future__ import annotations

from datetime import UTC, datetime

from chassis.ids import new_id
from local_platform.databases import OpenStore
from notifications import migrations
from notifications.adapters.personal_data import personal_data

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ADA = new_id("user")


def test_a_mail_that_waits_is_told_without_its_words(open_store: OpenStore) -> None:
    database = open_store(migrations, NOW).database
    words = {"text": "https://openchance.example/confirm-email?token=t0ken", "html": "<a href='…?token=t0ken'>confirm</a>"}
    database.mails.insert_one({"_id": new_id("mail"), "version": 1, "user_id": ADA, "to": "bob@example.com", "status": "pending"} | words)
    copy = personal_data(database).export(ADA, None)
    assert [record.data["to"] for record in copy.items] == ["bob@example.com"]
    assert "t0ken" not in copy.model_dump_json()
