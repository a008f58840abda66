"""`python -m sandbox`: run the sandbox until SIGTERM or Ctrl-C."""

import logging
import sys

from aiohttp import web

from sandbox.app import build
from sandbox.settings import Settings


def main() -> None:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = Settings()
    logging.getLogger("sandbox").info("listening on %s", settings.base_url)
    try:
        web.run_app(build(settings), host=settings.host, port=settings.port, print=None, access_log=None, shutdown_timeout=5)
    except OSError as error:
        sys.exit(f"sandbox: cannot listen on {settings.host}:{settings.port}: {error.strerror or error}")


if __name__ == "__main__":
    main()
