"""Reading addresses, and deciding which hosts may be contacted, by their IP addresses."""

from __future__ import annotations

import re
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

import httpx

from tracker.capture.causes import LONGEST_QUOTE, FetchFault

if TYPE_CHECKING:
    from collections.abc import Collection

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last four bytes are the IPv4 address behind a translator."""


def read_url(text: str, onto: httpx.URL | None = None) -> httpx.URL:
    """Read an address, relative to another if one is given, without its fragment.

    Raises ``FetchFault``: ``bad scheme``, or ``bad address`` for one that holds a password or cannot be read.
    """
    try:
        url = onto.join(text) if onto else httpx.URL(text)
        url = url.copy_with(fragment=None) if url.fragment else url
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise FetchFault("bad address", f"{_show(text)} cannot be read") from error
    if url.scheme not in {"http", "https"}:
        raise FetchFault("bad scheme", _show(text))
    if url.userinfo or not url.host:
        raise FetchFault("bad address", "an address with a user name, or without a host")
    return url


def _show(address: str) -> str:
    """Return an address to print, without user name and password."""
    return repr(re.sub(r"//[^/]*@", "//", address[:LONGEST_QUOTE]))


def resolve(host: str, port: int, allow_private: Collection[str], seconds: float) -> tuple[str, ...]:
    """Return the IP addresses of a host that may be contacted, in the order of the resolver.

    All addresses of the host must be public, or ``allow_private`` must name it as ``host`` or ``host:port``.
    Raises ``FetchFault`` with the cause ``private address``, or ``dns``, also where no resolver answers
    within ``seconds``.
    """
    addresses = _look_up_within(host, port, seconds)
    if not is_allowed(host, port, allow_private):
        private = next((address for address in addresses if not is_public(address)), None)
        if private:
            where = host if private == host else f"{host}, at {private},"
            # There the cloud keeps its secrets, and no publisher a statement: nobody is led to allow it.
            hint = "" if _is_link_local(private) else "; allow_private in watch.toml allows it"
            raise FetchFault("private address", f"{where} is not public{hint}")
    return addresses


def is_public(address: str) -> bool:
    """Tell whether an IP address is one host on the open internet.

    IPv4 addresses inside IPv6 ones (mapped, translated, 6to4, Teredo) are checked too.
    """
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv4Address):
        return parsed.is_global and not parsed.is_multicast
    inner = _inner(parsed)
    if inner:
        return all(is_public(str(one)) for one in inner)
    return parsed in _GLOBAL_UNICAST and parsed.is_global


def _is_link_local(address: str) -> bool:
    parsed = ip_address(address.partition("%")[0])
    inner = _inner(parsed) if isinstance(parsed, IPv6Address) else ()
    return any(each.is_link_local for each in (parsed, *inner))


def _inner(address: IPv6Address) -> tuple[IPv4Address, ...]:
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address in _TRANSLATED:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return (address.sixtofour,) if address.sixtofour else address.teredo or ()


def _look_up_within(host: str, port: int, seconds: float) -> tuple[str, ...]:
    """Look a name up in a thread that is abandoned where it takes too long: the system has no timeout."""
    found: SimpleQueue[tuple[str, ...] | FetchFault] = SimpleQueue()
    Thread(target=lambda: found.put(_look_up(host, port)), daemon=True).start()
    try:
        addresses = found.get(timeout=max(seconds, 0))
    except Empty:
        raise FetchFault("dns", f"{host}: no resolver answered in {seconds:.1f} s") from None
    if isinstance(addresses, FetchFault):
        raise addresses
    return addresses


def _look_up(host: str, port: int) -> tuple[str, ...] | FetchFault:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        return FetchFault("dns", f"{host}: {getattr(error, 'strerror', None) or 'not a name of a host'}")
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_allowed(host: str, port: int, allow_private: Collection[str]) -> bool:
    """Tell whether a list of private hosts names a host, alone or with its port."""
    bare = host.strip("[]").lower()
    written = f"[{bare}]" if ":" in bare else bare
    return not {bare, written, f"{written}:{port}"}.isdisjoint(name.lower() for name in allow_private)
