"""The REST interface: a table of routes and the one handler that serves them all."""
