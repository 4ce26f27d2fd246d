"""Reading addresses, and deciding which hosts may be contacted, by their IP addresses."""

from __future__ import annotations

import socket
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

import httpx2

from tracker.capture.causes import LONGEST_QUOTE, FetchFault
from tracker.inputs.compiled import read_packaged
from tracker.inputs.passwords import strip_user

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    _Address = IPv4Address | IPv6Address

_LAST = 0xFFFFFFFF
_LAST_PORT = 0xFFFF
_HOLDING: tuple[tuple[IPv6Network, tuple[Callable[[int], int], ...]], ...] = (
    (IPv6Network("::ffff:0:0/96"), (lambda number: number & _LAST,)),
    (IPv6Network("64:ff9b::/96"), (lambda number: number & _LAST,)),
    (IPv6Network("2002::/16"), (lambda number: number >> 80 & _LAST,)),
    (IPv6Network("2001::/32"), (lambda number: number >> 64 & _LAST, lambda number: ~number & _LAST)),
)
"""Ranges of IPv6 whose addresses hold some of IPv4: mapped (RFC 4291), translated (RFC 6052), 6to4 (RFC 3056)
and Teredo (RFC 4380), whose server and client are held."""


def read_url(text: str, onto: httpx2.URL | None = None) -> httpx2.URL:
    """Read an address, relative to another if one is given, without its fragment.

    Raises ``FetchFault``: ``bad scheme``, or ``bad address`` for one that holds a password or cannot be read.
    """
    try:
        url = onto.join(text) if onto else httpx2.URL(text)
        url = url.copy_with(fragment=None) if url.fragment else url
        # Reading the host decodes its Punycode, which may be none.
        is_bare = bool(url.host) and not url.userinfo
        is_port = url.port is None or 0 < url.port <= _LAST_PORT
    except (httpx2.InvalidURL, ValueError, UnicodeError) as error:
        raise FetchFault("bad address", f"{_show(text)} cannot be read") from error
    if url.scheme not in {"http", "https"}:
        raise FetchFault("bad scheme", _show(text))
    if not is_bare:
        raise FetchFault("bad address", "an address with a user name, or without a host")
    if not is_port:
        raise FetchFault("bad address", f"port {url.port} is none of 1 to {_LAST_PORT}"[:LONGEST_QUOTE])
    return url


def _show(address: str) -> str:
    """Return an address to print, without user name and password."""
    return repr(strip_user(address)[:LONGEST_QUOTE])


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
            is_secret = any(_is_in(each, "secret") for each in _read_all(private))
            hint = "" if is_secret else "; allow_private in watch.toml allows it"
            raise FetchFault("private address", f"{where} is not public{hint}")
    return addresses


def is_public(address: str) -> bool:
    """Tell whether an IP address is one host on the open internet, by ``special_addresses.toml``.

    IPv4 addresses inside IPv6 ones (mapped, translated, 6to4, Teredo) are checked too. Python's own
    ``is_global`` is not asked: its ranges differ from release to release.
    """
    return not any(_is_in(each, "special") or _is_in(each, "secret") for each in _read_all(address))


def _read_all(address: str) -> tuple[_Address, ...]:
    """Return the addresses that decide about one: itself, or those of IPv4 that it holds."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        for network, readers in _HOLDING:
            if parsed in network:
                return tuple(IPv4Address(read(int(parsed))) for read in readers)
    return (parsed,)


def _is_in(address: _Address, table: str) -> bool:
    return any(address in network for network in _ranges(table))


@cache
def _ranges(table: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(map(ip_network, read_packaged(__package__, "special_addresses.toml")[table]))


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
