"""The entrypoints of challenges: four nameko services that run in one process."""

from challenges.service.applications import ApplicationsService
from challenges.service.challenges import ChallengesService
from challenges.service.reviews import ReviewsService
from challenges.service.submissions import SubmissionsService
from challenges.wiring import build_privacy
from chassis import configuration, entitlements, standings
from chassis.privacy.service import privacy_service

SERVICES = [
    ChallengesService,
    ApplicationsService,
    SubmissionsService,
    ReviewsService,
    configuration.listener("challenges"),
    entitlements.listener("challenges"),
    standings.listener("challenges"),
    privacy_service("challenges", build_privacy),
]
