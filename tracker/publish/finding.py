"""Search in pages that are files, and what search engines read first.

Titles and topics are found anywhere, all words where a server has them.
From a folder a browser reads no file that a script asks for; so the titles are a script themselves. All words
are indexed by Pagefind where that is installed, and asked for only over HTTP.
"""

from __future__ import annotations

import asyncio
import json
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from tracker.files import temporary_folder
from tracker.publish.frame import render
from tracker.publish.routes import address, link
from tracker.report.answers.news import name_statement
from tracker.report.safe import escape_hidden, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from tracker.model.record import StatementEntry
    from tracker.publish.shelf import Shelf

SEARCH: Final = "search.html"
TITLES: Final = address("static", name="titles.js")
SCRIPT: Final = address("static", name="search_files.js")
WORDS: Final = "pagefind"
"""The folder of the index of words."""
ROBOTS: Final = "robots.txt"
_MOST: Final = 50_000
"""Addresses in one sitemap, by the protocol."""


def list_titles(shelf: Shelf) -> bytes:
    """Return a script with the name and the path of each statement and topic."""
    rows = [
        (_name(entry), address("statement", reference=shelf.name_latest(entry.reference)))
        for entry in shelf.entries
    ]
    rows += [
        (f"{one_line(each.label)} (topic)", address("topic", topic=each.id))
        for each in shelf.vocabulary.topics
    ]
    linked = [[name, link(SEARCH, path)] for name, path in rows]
    return f"const titles = {escape_hidden(json.dumps(linked, ensure_ascii=False))};\n".encode()


def _name(entry: StatementEntry) -> str:
    facts = (name_statement(entry.reference), one_line(entry.title or ""), one_line(entry.speaker or ""))
    return " · ".join(filter(None, facts))


def show_search(shelf: Shelf) -> bytes:
    """Return the page that searches."""
    return render("search_files", SEARCH, words=bool(shelf.base and name_indexer())).body


def name_indexer() -> str:
    """Return the name and release of what indexes words; an empty text where it is not installed."""
    try:
        return f"pagefind {version('pagefind')} {version('pagefind-bin')}"
    except PackageNotFoundError:
        return ""


def index_words(pages: Mapping[str, Path], progress: Callable[[int, int], None]) -> dict[str, bytes]:
    """Return the files of an index of all words in the main part of pages, by path.

    Raises ``ModuleNotFoundError`` where ``name_indexer`` names nothing.
    """
    from pagefind.index import IndexConfig, PagefindIndex  # noqa: PLC0415 (an extra, for this alone)

    async def index(folder: Path) -> None:
        config = IndexConfig(root_selector="main", keep_index_url=True, output_path=str(folder))
        async with PagefindIndex(config=config) as made:
            for done, (path, file) in enumerate(pages.items(), 1):
                await made.add_html_file(content=file.read_text(encoding="utf-8"), url=path)
                progress(done, len(pages))

    with temporary_folder("site") as folder:
        asyncio.run(index(folder))
        files = (each for each in sorted(folder.rglob("*")) if each.is_file())
        return {f"{WORDS}/{each.relative_to(folder).as_posix()}": each.read_bytes() for each in files}


def write_sitemaps(paths: Sequence[str], base: str) -> dict[str, bytes]:
    """Return the sitemaps (sitemaps.org, 0.9) of pages below an address, by their names."""
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
