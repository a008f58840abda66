"""The collections of challenges and the indexes that its queries and its promises rest on."""

from typing import Any

from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    """Create what is not there yet. Each collection exists before the first transaction that writes to it."""
    existing = set(database.list_collection_names())
    for name in {"challenges", "applications", "applicants", "submissions", "reviews"} - existing:
        database.create_collection(name)

    challenges = database.challenges
    challenges.create_index([("visibility", 1), ("status", 1), ("published_at", -1), ("_id", -1)], name="listed_newest")
    challenges.create_index(
        [("visibility", 1), ("status", 1), ("reward_currency", 1), ("reward_high", -1), ("_id", -1)], name="listed_reward"
    )
    challenges.create_index([("visibility", 1), ("status", 1), ("deadline", 1), ("_id", 1)], name="listed_deadline")
    challenges.create_index([("party_ids", 1), ("created_at", -1), ("_id", -1)], name="of_party")

    applications = database.applications
    applications.create_index([("challenge_id", 1), ("applicant_id", 1)], name="one_per_person", unique=True)
    applications.create_index([("challenge_id", 1), ("created_at", 1), ("_id", 1)], name="to_challenge")
    applications.create_index([("challenge_id", 1), ("status", 1)], name="pending_to_challenge")
    applications.create_index([("applicant_id", 1), ("status", 1)], name="claims")

    submissions = database.submissions
    submissions.create_index([("milestone_id", 1), ("attempt", 1)], name="one_per_attempt", unique=True)
    submissions.create_index([("challenge_id", 1), ("created_at", 1), ("_id", 1)], name="of_challenge")

    reviews = database.reviews
    reviews.create_index([("challenge_id", 1), ("author_id", 1)], name="one_per_author", unique=True)
    reviews.create_index("hidden_until", name="hidden", sparse=True)
