"""The baseline: stock nameko with one `find_one`, nothing of ours. Prints `ready` when it takes calls."""

import eventlet

eventlet.monkey_patch()

import os  # noqa: E402 - after the patch, as nameko asks

from nameko.rpc import rpc  # noqa: E402
from nameko.runners import ServiceRunner  # noqa: E402
from pymongo import MongoClient  # noqa: E402


class BareService:
    name = "bare"
    challenges = MongoClient(os.environ["BARE_MONGO_URL"])["challenges"]["challenges"]

    @rpc
    def find(self, challenge_id):
        found = self.challenges.find_one({"_id": challenge_id}, {"title": True, "description": True, "version": True})
        return {**found, "found": True}


runner = ServiceRunner({"AMQP_URI": os.environ["BARE_AMQP_URL"], "max_workers": 32})
runner.add_service(BareService)
runner.start()
print("ready", flush=True)
runner.wait()
