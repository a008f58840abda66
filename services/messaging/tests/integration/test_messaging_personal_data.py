"""A copy of somebody's data and erasing it read what is theirs, and not all that everybody ever wrote."""

from chassis.privacy.keeping import ERASED
from local_platform.query_plans import watched
from messaging.adapters.personal_data import personal_data

ADA, BOB = "user_ada", "user_bob"
MESSAGES, CONVERSATIONS = 240, 110


def plant(database):
    """More than a page of each."""
    senders = (ADA, BOB)
    database.messages.insert_many(
        {
            "_id": f"message_{number:03}",
            "version": 1,
            "conversation_id": "conversation_000",
            "seq": number,
            "sender_id": senders[number % 2],
            "client_message_id": f"client {number}",
            "text": f"text {number}",
        }
        for number in range(MESSAGES)
    )
    database.conversations.insert_many(
        {
            "_id": f"conversation_{number:03}",
            "version": 1,
            "application_id": f"application_{number}",
            "participants": [{"user_id": person, "read_seq": 0, "sent_since": 0} for person in senders],
            "last_seq": number,
            "last_message": {"sender_id": senders[number % 2], "text": "the last"} if number else None,
            "active_at": number,
        }
        for number in range(CONVERSATIONS)
    )


def test_copies_and_erasing_use_indexes(store, mongo_url, database_name):
    plant(store.database)
    with watched(mongo_url, database_name) as (database, asked):
        keeper, found, cursor = personal_data(database), [], None
        while True:
            page = keeper.export(ADA, cursor)
            found += [record.id for record in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert len(found) == len(set(found)) == MESSAGES // 2 + CONVERSATIONS
        assert keeper.erase(ADA) == {"messages": MESSAGES // 2, "conversations": CONVERSATIONS // 2 - 1}
        assert keeper.erase(ADA) == {}
        assert {query.collection for query in asked.queries} == {"messages", "conversations"}
        assert asked.scanning(database) == []
        assert asked.without_index(database) == []
    texts = {row["sender_id"]: row["text"] == ERASED for row in store.database.messages.find({})}
    assert texts == {ADA: True, BOB: False}
    last = {
        row["last_message"]["sender_id"]: row["last_message"]["text"] for row in store.database.conversations.find({"last_seq": {"$gt": 0}})
    }
    assert last == {ADA: ERASED, BOB: "the last"}
