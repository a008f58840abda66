"""RabbitMQ's definitions beside users and rights: which queues the policy for dead letters is for."""

from __future__ import annotations

import re

from chassis.access import broker
from chassis.queues import HandlerQueue, dead_letters_of, waiting_queues
from chassis.replies import reply_key, reply_queue
from chassis.settings import BrokerSettings
from contracts import topology

PASSWORDS = dict.fromkeys(broker.USERS, "secret")


def test_dead_letters_stay_however_often_they_are_handed_out() -> None:
    (policy,) = broker.definitions(PASSWORDS, vhost="of its own")["policies"]
    assert (policy["vhost"], policy["apply-to"], policy["definition"]) == ("of its own", "queues", {"delivery-limit": 1_000_000_000})

    settings = BrokerSettings(amqp_url="amqp://broker/")
    handlers = [
        HandlerQueue(name, event)
        for known in (topology.CONSUMERS, topology.RETIRED)
        for own in known.values()
        for name, event in own.items()
    ]
    dead = {handler.dead_letters().name for handler in handlers}
    assert dead == {dead_letters_of(handler.name) for handler in handlers}
    others = {
        *(handler.name for handler in handlers),
        *(queue.name for handler in handlers for queue in waiting_queues(handler.service, settings)),
        *(f"rpc-{name}" for names in topology.NAMES.values() for name in names),
        *(reply_queue(reply_key(f"amqp://{user}@broker/")) for user in broker.USERS),
        "gateway.feed.1",
    }
    matched = {name for name in dead | others if re.search(policy["pattern"], name)}
    assert matched == dead != set()
