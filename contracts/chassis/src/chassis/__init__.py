"""What every deployable stands on.

`settings`, `logging`, `tracing`, `metrics`, `health`, `principal`, `clock`, `ids` and `rpc_client` are light; the rest needs the extra
`service` or `relay`.
"""
