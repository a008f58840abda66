"""eventlet, as services use it: without its notice of deprecation, which an operator can do nothing about, and light.

Names are looked up by the system's resolver in native threads, not by eventlet's own copy of dnspython: decision record 0045.
"""

from __future__ import annotations

import os
import warnings

from chassis.lean import without

os.environ["EVENTLET_NO_GREENDNS"] = "yes"
with warnings.catch_warnings(), without("OpenSSL"):
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet
    import eventlet.green.socket
    import eventlet.tpool

from chassis.name_lookup import beside_the_hub

for _name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "getnameinfo"):
    setattr(eventlet.green.socket, _name, beside_the_hub(getattr(eventlet.patcher.original("socket"), _name)))

__all__ = ["eventlet"]
