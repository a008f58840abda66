"""Addresses of servers with a user in them."""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit


def with_login(url: str, name: str, password: str) -> str:
    """The URL with this user in it; for MongoDB its users are those of the database `admin`."""
    parts = urlsplit(url)
    query = parts.query
    if parts.scheme.startswith("mongodb") and "authSource" not in query:
        query += "&" * bool(query) + "authSource=admin"
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{name}:{quote(password, safe='')}@{host}", query=query))
