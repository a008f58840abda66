"""`python -m chassis.access` creates the users of broker and databases, or brings them up to date; `definitions` prints RabbitMQ's."""

from __future__ import annotations

import base64
import json
import sys
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import unquote, urlsplit

import pymongo
from pydantic import ValidationError
from pymongo.errors import PyMongoError

from chassis.access import broker, database
from chassis.access.settings import AccessSettings
from chassis.settings import complaint

_TIMEOUT_S = 30


def create(settings: AccessSettings) -> list[str]:
    """Create the users where an address is given; says where.

    Raises:
        OSError: the broker is away, or refuses.
        pymongo.errors.PyMongoError: the database is away, or refuses.
    """
    done = []
    if settings.broker_api_url is not None:
        _import(settings.broker_api_url.get_secret_value(), broker.definitions(settings.plain_passwords(), settings.broker_vhost))
        done.append(f"the broker has the users {', '.join(broker.USERS)}")
    if settings.mongo_url is not None:
        with pymongo.MongoClient[dict[str, Any]](settings.mongo_url.get_secret_value()) as client:
            database.create_users(client["admin"], settings.plain_passwords())
        done.append(f"the database has the users {', '.join(database.USERS)}")
    return done


def _import(api_url: str, definitions: dict[str, Any]) -> None:
    parts = urlsplit(api_url)
    login = base64.b64encode(f"{unquote(parts.username or '')}:{unquote(parts.password or '')}".encode()).decode()
    address = parts._replace(netloc=parts.netloc.rpartition("@")[2], path=f"{parts.path.rstrip('/')}/api/definitions").geturl()
    request = urllib.request.Request(  # noqa: S310 - an operator says where
        address,
        data=json.dumps(definitions).encode(),
        headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"},
        method="POST",
    )
    urllib.request.urlopen(request, timeout=_TIMEOUT_S).close()  # noqa: S310


def main(arguments: list[str]) -> int:
    try:
        settings = AccessSettings()
    except ValidationError as error:
        return _refuse(complaint(error, AccessSettings))
    if arguments == ["definitions"]:
        sys.stdout.write(json.dumps(broker.definitions(settings.plain_passwords(), settings.broker_vhost), indent=1) + "\n")
        return 0
    if arguments or (settings.broker_api_url is None and settings.mongo_url is None):
        return _refuse("usage: python -m chassis.access [definitions], with ACCESS_BROKER_API_URL or ACCESS_MONGO_URL, or both")
    try:
        for line in create(settings):
            sys.stdout.write(f"{line}\n")
    except (OSError, PyMongoError) as error:
        return _refuse(f"the users are not created: {error}")
    return 0


def _refuse(why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
