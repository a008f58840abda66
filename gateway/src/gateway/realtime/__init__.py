"""Socket.IO: what clients may ask over a socket, and the domain events pushed to them."""

from chassis.lean import without

with without("valkey", "kombu", "requests", "websocket"):  # other managers than ours on redis, and clients
    import socketio  # noqa: F401
