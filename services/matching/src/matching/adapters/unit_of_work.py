"""One transaction over all that matching keeps."""

from __future__ import annotations

from pymongo.client_session import ClientSession

from chassis.mongo import MongoUnitOfWork
from matching.adapters.repositories import MongoChallenges, MongoMatches, MongoSolvers
from matching.usecases.ports import Challenges, Matches, Solvers


class MatchingUnitOfWork(MongoUnitOfWork):
    """The port UnitOfWork."""

    challenges: Challenges
    solvers: Solvers
    matches: Matches

    def open(self, session: ClientSession) -> None:
        self.challenges = MongoChallenges(session)
        self.solvers = MongoSolvers(session)
        self.matches = MongoMatches(session)
