"""What every deployable stands on.

`settings`, `logging`, `tracing`, `metrics`, `health`, `principal`, `clock`, `ids` and `rpc_client` are light; the rest needs the extra
`service` or `relay`.
"""

from chassis.lean import without

with without("rich"):  # it would only colour tracebacks that we render otherwise
    import structlog  # noqa: F401
