"""`python -m local_platform up [folder]` runs the platform until Ctrl-C, `demo [folder]` walks the journey against the one that runs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from dotenv import dotenv_values

from local_platform import demo
from local_platform.errors import PlatformError
from local_platform.supervisor import ADDRESSES, Supervisor


def up(folder: Path) -> int:
    """Settings come from the environment and, where that says nothing, from .env."""
    file = {name: value for name, value in dotenv_values(".env").items() if value}
    try:
        Supervisor(folder, {**file, **os.environ}).run()
    except PlatformError as error:
        print(f"OpenChance cannot start: {error}", file=sys.stderr)
        return 1
    return 0


def walk(folder: Path) -> int:
    """The demo finds the platform where the supervisor said it is, unless the environment says otherwise."""
    addresses = folder / ADDRESSES
    if addresses.exists():
        os.environ.update({**json.loads(addresses.read_text()), **os.environ})
    return demo.main()


def main(arguments: list[str]) -> int:
    match arguments:
        case ["up" | "demo" as command, *rest] if len(rest) < 2:
            folder = Path(rest[0] if rest else ".local")
            return up(folder) if command == "up" else walk(folder)
        case _:
            print("usage: python -m local_platform up|demo [folder]", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
