"""Which addresses we send callbacks to: public ones, over TLS."""

import ipaddress
import socket
from urllib.parse import urlsplit

from django.conf import settings

from studio.brief import Problem

LOCAL = {"localhost", "127.0.0.1", "::1"}
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # RFC 4291 and the registry of IPv6 address space
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an address of IPv4


def callback_problem(url: str) -> Problem | None:
    """Return what is wrong with a callback address, before anything is looked up; none if it will do."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return Problem("callback_url", "not_a_url", "callback_url: this is not an address")
    if len(url) > 500 or not url.isascii() or not url.isprintable() or " " in url or not host:
        return Problem("callback_url", "not_a_url", "callback_url: not an address of up to 500 ASCII characters")
    if parts.username or parts.password:
        return Problem("callback_url", "credentials", "callback_url: must not carry a user name or password")
    if parts.scheme != "https" and not _is_debugging(parts.scheme, host):
        return Problem("callback_url", "not_https", "callback_url: must begin with https://", "https")
    return None


def public_address(host: str, port: int) -> str:
    """Look ``host`` up and return one address to connect to.

    Every address of the name must be public (guard against requests forged to reach the inside). The caller connects
    to the address returned, not to the name, so that a second look-up cannot answer otherwise. Raises ``OSError``.
    """
    found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if settings.DEBUG and host in LOCAL:
        return found[0]
    for address in found:
        if not _is_public(ipaddress.ip_address(address)):
            raise OSError(f"{host} is not a public address ({address})")
    return found[0]


def _is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is public; one of IPv6 that stands for one of IPv4 is as public as that is."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in NAT64:
            return _is_public(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF))
        if within := ip.ipv4_mapped or ip.sixtofour:
            return _is_public(within)
        return ip in GLOBAL_UNICAST and ip.is_global
    return ip.is_global and not ip.is_multicast


def _is_debugging(scheme: str, host: str) -> bool:
    return settings.DEBUG and scheme == "http" and host in LOCAL
