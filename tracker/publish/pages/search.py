"""Search: passages found by words through the full-text index where a server is, titles and words in files.

Titles and topics are found anywhere. From a folder a browser reads no file that a script asks for; so the
titles are a script themselves. All words are indexed by Pagefind where that is installed, and asked for only
over HTTP.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

from tracker.errors import TrackerError
from tracker.files import temporary_folder
from tracker.publish.frame import render
from tracker.publish.routes import address, link
from tracker.record.statements.search import MARK_END, MARK_START
from tracker.report.answers.news import name_statement
from tracker.report.safe import escape_hidden, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tracker.model.record import Hit, SearchPage, StatementEntry
    from tracker.model.texts import Reference
    from tracker.publish.routes import Answer, Parameters
    from tracker.publish.shelf import Shelf

SEARCH: Final = address("search")
TITLES: Final = address("static", name="titles.js")
SCRIPT: Final = address("static", name="search_files.js")
_WORDS: Final = "pagefind"
"""The folder of the index of words."""
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,3}")
_MARKED: Final = re.compile(f"{MARK_START}([^{MARK_END}]*){MARK_END}")


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found."""

    reference: Reference
    delivered: str | None
    paragraph: int
    spans: tuple[tuple[str, bool], ...]
    """Its text in pieces, each with whether that is what was looked for."""


def show(shelf: Shelf, parameters: Parameters) -> Answer:
    """Return the page: a form, and twenty passages below it; what is no search says what is wrong with it."""
    query = parameters["q"].strip()
    page = int(parameters["page"]) if _NUMBER.fullmatch(parameters["page"]) else 1
    found: SearchPage | None = None
    wrong = ""
    try:
        found = shelf.reader.search(query, page=page) if query else None
    except TrackerError as error:
        wrong = str(error)
    return render(
        "search",
        SEARCH,
        query=query,
        wrong=wrong,
        found=found,
        passages=[_read(hit) for hit in found.hits] if found else [],
        page=page,
        last=-(-found.passages // found.limit) if found else 1,
    )


def rests_on(shelf: Shelf, _parameters: Parameters) -> list[object]:
    """Return what names all that is in the copy."""
    return [shelf.state]


def _read(hit: Hit) -> Found:
    pieces = _MARKED.split(hit.snippet)
    spans = tuple((text, at % 2 == 1) for at, text in enumerate(pieces) if text)
    return Found(hit.reference, hit.delivered, hit.paragraph, spans)


# In pages that are files -------------------------------------------------------------------------------


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


def write_search(shelf: Shelf) -> bytes:
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
        return {f"{_WORDS}/{each.relative_to(folder).as_posix()}": each.read_bytes() for each in files}
