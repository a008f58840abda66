"""Stand-ins for the gateway's tests: an RPC client that answers from a table, and samples of every message."""
