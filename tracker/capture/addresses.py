"""Which hosts may be contacted: told from the addresses a name resolves to, never from the name."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

from tracker.capture.causes import Fault

if TYPE_CHECKING:
    from collections.abc import Collection

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last four bytes are the IPv4 address behind a translator."""


def resolve(host: str, port: int, allow_private: Collection[str]) -> tuple[str, ...]:
    """Return the addresses of a host that may be connected to, in the order of the resolver.

    A host all of whose addresses are public may be, and one that ``allow_private`` names as ``host`` or
    ``host:port``. Raises ``Fault`` with the cause ``dns`` or ``private address``.
    """
    addresses = _look_up(host, port)
    if not _is_allowed(host, port, allow_private):
        private = next((address for address in addresses if not is_public(address)), None)
        if private:
            raise Fault("private address", f"{host} is {private}; name it in allow_private to allow it")
    return addresses


def is_public(address: str) -> bool:
    """Tell whether an IP address is one host on the open internet.

    IPv4 addresses inside IPv6 ones (mapped, translated, 6to4, Teredo) are looked at too.
    """
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv4Address):
        return parsed.is_global and not parsed.is_multicast
    inner = _inner(parsed)
    if inner:
        return all(is_public(str(one)) for one in inner)
    return parsed in _GLOBAL_UNICAST and parsed.is_global


def _inner(address: IPv6Address) -> tuple[IPv4Address, ...]:
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address in _TRANSLATED:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return (address.sixtofour,) if address.sixtofour else address.teredo or ()


def _look_up(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        raise Fault("dns", f"{host}: {getattr(error, 'strerror', None) or 'not a name of a host'}") from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_allowed(host: str, port: int, allow_private: Collection[str]) -> bool:
    bare = host.strip("[]").lower()
    written = f"[{bare}]" if ":" in bare else bare
    return not {bare, written, f"{written}:{port}"}.isdisjoint(name.lower() for name in allow_private)
