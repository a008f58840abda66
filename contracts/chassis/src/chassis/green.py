"""eventlet, imported without its notice of deprecation: that is known, and an operator can do nothing about it."""

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet

__all__ = ["eventlet"]
