"""The front door: REST and Socket.IO for clients."""
