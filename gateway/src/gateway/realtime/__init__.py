"""Socket.IO: what clients may ask over a socket, and the domain events pushed to them."""
