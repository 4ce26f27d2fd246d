"""Which hosts may be contacted: told from the addresses a name resolves to, never from the name."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from tracker.capture.causes import Fault

if TYPE_CHECKING:
    from collections.abc import Collection

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last four bytes are the IPv4 address behind a translator."""


def resolve(host: str, port: int, allow_private: Collection[str], seconds: float) -> tuple[str, ...]:
    """Return the addresses of a host that may be connected to, in the order of the resolver.

    A host all of whose addresses are public may be, and one that ``allow_private`` names as ``host`` or
    ``host:port``. Raises ``Fault`` with the cause ``dns``, also where no resolver answers in so many
    ``seconds``, or ``private address``.
    """
    addresses = _look_up_within(host, port, seconds)
    if not is_allowed(host, port, allow_private):
        private = next((address for address in addresses if not is_public(address)), None)
        if private:
            where = host if private == host else f"{host}, at {private},"
            raise Fault("private address", f"{where} is not public; allow_private in watch.toml allows it")
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


def _look_up_within(host: str, port: int, seconds: float) -> tuple[str, ...]:
    """Look a name up in a thread that is left behind where it takes too long: the system knows no timeout."""
    found: SimpleQueue[tuple[str, ...] | Fault] = SimpleQueue()
    Thread(target=lambda: found.put(_look_up(host, port)), daemon=True).start()
    try:
        addresses = found.get(timeout=max(seconds, 0))
    except Empty:
        raise Fault("dns", f"{host}: no resolver answered in {seconds:.1f} s") from None
    if isinstance(addresses, Fault):
        raise addresses
    return addresses


def _look_up(host: str, port: int) -> tuple[str, ...] | Fault:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        return Fault("dns", f"{host}: {getattr(error, 'strerror', None) or 'not a name of a host'}")
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_allowed(host: str, port: int, allow_private: Collection[str]) -> bool:
    """Tell whether a list of private hosts names one, alone or with its port."""
    bare = host.strip("[]").lower()
    written = f"[{bare}]" if ":" in bare else bare
    return not {bare, written, f"{written}:{port}"}.isdisjoint(name.lower() for name in allow_private)
