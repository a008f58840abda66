"""The indexes by which one person's data is found: what keeps it from being erased, a copy of it, and erasing it."""

from typing import Any

from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    """Create what is not there yet. Those that end in `_id` are for copies, which are paged by it.

    Who is invited is found by an index of m0003.
    """
    database.challenges.create_index([("challenger_id", 1), ("_id", 1)], name="of_challenger")
    database.challenges.create_index("solver_id", name="of_solver")
    database.submissions.create_index([("solver_id", 1), ("_id", 1)], name="of_solver")
    database.submissions.create_index([("challenger_id", 1), ("_id", 1)], name="of_challenger")
    database.reviews.create_index([("author_id", 1), ("_id", 1)], name="of_author")
    database.reviews.create_index([("subject_id", 1), ("_id", 1)], name="of_subject")
