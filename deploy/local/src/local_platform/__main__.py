"""`python -m local_platform up [folder]` runs the platform until Ctrl-C; settings come from the environment and from .env."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dotenv import dotenv_values

from local_platform.errors import PlatformError
from local_platform.supervisor import Supervisor


def main(arguments: list[str]) -> int:
    match arguments:
        case ["up"]:
            folder = Path(".local")
        case ["up", place]:
            folder = Path(place)
        case _:
            print("usage: python -m local_platform up [folder]", file=sys.stderr)
            return 2
    file = {name: value for name, value in dotenv_values(".env").items() if value}
    try:
        Supervisor(folder, {**file, **os.environ}).run()
    except PlatformError as error:
        print(f"OpenChance cannot start: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
