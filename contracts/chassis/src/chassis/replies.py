"""Where answers go: by routing keys of the broker's user who asked, so that nobody else can bind a queue by them."""

from __future__ import annotations

import re
import uuid
from urllib.parse import unquote, urlsplit

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# Those of stock nameko clients are a bare UUID.
_KEY = re.compile(rf"(reply\.[\w-]+\.)?{UUID}")


def reply_key(amqp_url: str) -> str:
    """A new one for a connection by this URL: `reply.<user>.<uuid>`."""
    return f"reply.{unquote(urlsplit(amqp_url).username or 'guest')}.{uuid.uuid4()}"


def reply_queue(key: str) -> str:
    """The name of the queue that is bound by it."""
    return f"rpc.{key}"


def is_reply_key(key: str) -> bool:
    """Whether an answer may go there: who asks names the key, and must not send us anywhere else with it."""
    return _KEY.fullmatch(key) is not None
