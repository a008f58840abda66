"""The front door: REST and Socket.IO for clients."""

import chassis  # noqa: F401 - before structlog: chassis imports that one without what is not needed
