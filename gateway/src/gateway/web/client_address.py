"""From which address a request comes, as far as the proxies in front of us can be believed."""

from __future__ import annotations

import ipaddress

from aiohttp import web


def client_address(request: web.Request, trusted_proxies: int) -> str:
    """The client's address; an IPv6 client counts by its /64, which one household or server holds.

    Each trusted proxy appends the address it was called from to X-Forwarded-For: what stands further left is the client's word.
    """
    address = request.remote or "unknown"
    if trusted_proxies:
        hops = [hop.strip() for line in request.headers.getall("X-Forwarded-For", []) for hop in line.split(",")]
        if len(hops) >= trusted_proxies:
            address = hops[-trusted_proxies]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return request.remote or "unknown"
    if parsed.version == 6 and parsed.ipv4_mapped:  # how a socket for both families shows an IPv4 client
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
