"""The private servers with users of their own: each program by its own name and password, as `chassis.access` describes them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pymongo

from chassis.access import broker, database
from chassis.access.broker import ADMINISTRATOR
from local_platform.logins import with_login
from local_platform.rabbitmq import RabbitMQ
from local_platform.servers import Mongo


class GuardedRabbitMQ(RabbitMQ):
    """Brings its users along when it starts: that takes no call of rabbitmqctl, and nobody is ever let in as guest."""

    def __init__(self, folder: Path, port: int, passwords: Mapping[str, str], *, log: Path | None = None) -> None:
        super().__init__(folder, port, log=log)
        self._passwords = passwords
        self.url = with_login(self.url, ADMINISTRATOR, passwords[ADMINISTRATOR])

    def _write_configuration(self) -> None:
        super()._write_configuration()
        file = self.folder / "definitions.json"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
            json.dump(broker.definitions(self._passwords), output)
        with (self.folder / "rabbitmq.conf").open("a") as configuration:
            configuration.write(f"load_definitions = {file}\n")


class GuardedMongo(Mongo):
    """Lets nobody in without a password. Its users are made before it first does so: later nobody could make the first."""

    def __init__(self, folder: Path, port: int, passwords: Mapping[str, str], *, log: Path | None = None) -> None:
        super().__init__(folder, port, log=log)
        self._passwords = passwords
        self.url = with_login(self.url, ADMINISTRATOR, passwords[ADMINISTRATOR])
        self.process.command.append("--auth")

    def launch(self) -> None:
        if not self.process.running:
            self._ensure_users()
        super().launch()

    def _ensure_users(self) -> None:
        wanted = hashlib.sha256(json.dumps(database.described(self._passwords)).encode()).hexdigest()
        made = self.folder / "users"  # a digest of those it has
        if made.exists() and made.read_text() == wanted:
            return
        open_to_all = Mongo(self.folder, self.port, log=self.log)
        open_to_all.start()
        try:
            with pymongo.MongoClient[dict[str, Any]](open_to_all.url) as client:
                database.create_users(client["admin"], self._passwords)
        finally:
            open_to_all.stop()
        made.write_text(wanted)
