"""What search engines read first: the addresses of all pages that they may have (sitemaps.org, 0.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from tracker.publish.routes import link

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROBOTS: Final = "robots.txt"
_MOST: Final = 50_000
"""Addresses in one sitemap, by the protocol."""


def write_sitemaps(paths: Sequence[str], base: str) -> dict[str, bytes]:
    """Return the sitemaps of pages below an address, by their names."""
    parts = [paths[at : at + _MOST] for at in range(0, len(paths), _MOST)]
    return {
        f"sitemap{f'-{number}' if number > 1 else ''}.xml": _write_sitemap(part, base)
        for number, part in enumerate(parts, 1)
    }


def _write_sitemap(paths: Iterable[str], base: str) -> bytes:
    places = "".join(f"<url><loc>{escape(base + link('', path))}</loc></url>\n" for path in paths)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n'
    ).encode()


def write_robots(sitemaps: Iterable[str], base: str) -> bytes:
    """Return what says where the sitemaps are (RFC 9309); it counts where the base is a host's own root."""
    return ("User-agent: *\nAllow: /\n" + "".join(f"Sitemap: {base}{name}\n" for name in sitemaps)).encode()
