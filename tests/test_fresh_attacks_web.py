"""What a hostile web site may send: each attack once, in one table, against a whole night."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.nights import Page, make_archive, outcomes, run_night, running_site, source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.nights import Site

ADDRESSES = {
    "no Punycode": ("http://xn--/", "'http://xn--/' cannot be read"),
    "Punycode of what no name may hold": ("http://xn--a-ecp.ru/", "'http://xn--a-ecp.ru/' cannot be read"),
    "a port beyond all integers": (f"http://a.example:{'9' * 20}/", "is none of 1 to 65535"),
    "the port 0": ("http://a.example:0/", "port 0 is none of 1 to 65535"),
    "a port below zero": ("http://a.example:-1/", "port -1 is none of 1 to 65535"),
    "a user name that looks like a host": ("http://a.example@127.0.0.1/", "an address with a user name"),
    "a user name behind a backslash": ("http://a.example\\@127.0.0.1/", "an address with a user name"),
    "a bracket without an end": ("//[::1", "'//[::1' cannot be read"),
    "IPv4 in IPv6": ("http://[::ffff:127.0.0.1]/", "is not public"),
    "a zone behind loopback": ("http://[::1%251]/", "is not public"),
    "loopback as one number": ("http://2130706433/", "is not public"),
    "loopback in hexadecimal": ("http://0x7f.1/", "is not public"),
    "a program": ("javascript:1", "'javascript:1'"),
}
"""Addresses to which a source redirects, and what is said of each."""


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as made:
        yield made


def test_no_address_of_a_redirect_or_link_ends_a_night(tmp_path: Path, site: Site) -> None:
    tables = [f'[sources.list]\nkind = "index"\nurl = "{site.url("/list")}"\nlinks = "."\n']
    for number, (address, _) in enumerate(ADDRESSES.values(), 1):
        site.pages[f"/{number}"] = Page("", 302, {"Location": address})
        tables.append(source(f"s{number}", f"XAA/UNGA/{number}~prepared.en", site.url(f"/{number}")))
    site.say("/79")
    tables.append(source("honest", "XAA/UNGA/79~prepared.en", site.url("/79")))
    links = "".join(f'<a href="{address}">Statement</a>' for address, _ in ADDRESSES.values())
    site.pages["/list"] = Page(f"<html><body>{links}</body></html>", headers={"Content-Type": "text/html"})
    night = run_night(make_archive(tmp_path / "snapshots", "".join(tables), site.port))
    said = {check.source: check.detail or "" for check in night.checks}
    for number, (_, told) in enumerate(ADDRESSES.values(), 1):
        assert told in said[f"s{number}"]
    came = outcomes(night)
    assert {each for each in came if came[each] != "unreachable"} == {"honest", "list"}
