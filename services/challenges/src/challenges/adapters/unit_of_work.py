"""One transaction over all that challenges keeps."""

from __future__ import annotations

from pymongo.client_session import ClientSession

from challenges.adapters.applications import MongoApplications
from challenges.adapters.challenges import MongoChallenges
from challenges.adapters.reviews import MongoReviews
from challenges.adapters.submissions import MongoSubmissions
from chassis.mongo import MongoUnitOfWork


class ChallengesUnitOfWork(MongoUnitOfWork):
    """The port UnitOfWork."""

    challenges: MongoChallenges
    applications: MongoApplications
    submissions: MongoSubmissions
    reviews: MongoReviews

    def open(self, session: ClientSession) -> None:
        self.challenges = MongoChallenges(session)
        self.applications = MongoApplications(session)
        self.submissions = MongoSubmissions(session)
        self.reviews = MongoReviews(session)
