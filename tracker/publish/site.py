"""``tracker site``: every page that can be frozen, as files; what is as it was is not made again."""

from __future__ import annotations

import posixpath
import re
from collections import deque
from dataclasses import dataclass, field, replace
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from markupsafe import escape

from tracker import __version__
from tracker.diff.rules import name_rules
from tracker.errors import TrackerError
from tracker.publish.ahead import compare_ahead
from tracker.publish.answering import look_up, make, refuse
from tracker.publish.answers import Answer, NotThere
from tracker.publish.finding import (
    SCRIPT,
    SEARCH,
    TITLES,
    index_words,
    list_titles,
    name_indexer,
    show_search,
)
from tracker.publish.frame import name_templates
from tracker.publish.manifest import MANIFEST_NAME, open_manifest
from tracker.publish.open_copy import refresh_open_copy
from tracker.publish.pairs import name_statement, read_pair
from tracker.publish.routes import address, find_route
from tracker.publish.shelf import open_shelf
from tracker.publish.sitemap import ROBOTS, write_robots, write_sitemaps
from tracker.publish.standings import complete_standings
from tracker.record.access.closed import find_watch_list
from tracker.record.access.handing_on import list_unindexed
from tracker.record.schema.rows import method
from tracker.references import parse_reference
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.model.texts import Reference
    from tracker.publish.ahead import Show
    from tracker.publish.manifest import Manifest
    from tracker.publish.shelf import Shelf


_LINK: Final = re.compile(r"""\s(?:href|src)="([^"#?][^"]*)\"""")
_OUTSIDE: Final = re.compile(r"[a-z][a-z0-9+.-]*:|//")
_SERVED: Final = re.compile(rb'<p class="note served">.*?</p>\n?', re.DOTALL)
"""Tables of single pages: there would be ten for each page, which take longer to write than all pages."""
_HEAD: Final = b'<meta charset="utf-8">'
_NOINDEX: Final = b'\n<meta name="robots" content="noindex">'
_ABSENT: Final = "404.html"
_ROUNDS: Final = 3
"""How often pages are looked at: the second time few are made again, and the third time none."""


@dataclass(frozen=True, slots=True)
class Built:
    """What came of it."""

    files: int = 0
    written: int = 0
    removed: int = 0
    failed: tuple[tuple[str, str], ...] = ()
    """Addresses of pages that could not be made, each with the reason."""


def read_base(text: str) -> str:
    """Return the address below which pages are published, with a slash at its end.

    Raises ``TrackerError`` where it is none.
    """
    parts = urlsplit(text)
    is_plain = re.fullmatch(r"[\w.~:/%@!$&'()*+,;=\[\]-]+", text, re.ASCII) and not (
        parts.query or parts.fragment or parts.username
    )
    if not (is_plain and parts.scheme in {"http", "https"} and parts.hostname):
        raise TrackerError(f"--base {text!r} is no address of a site; write https://example.org/statements/")
    return text.rstrip("/") + "/"


def build_site(folder: Path, out: Path, base: str | None, show: Show) -> Built:
    """Write the pages of the archive in a folder, and remove those that are no longer.

    Raises ``TrackerError``, with nothing written, where the other folder is somebody else's or a page in it
    was changed by somebody; and as ``refresh_open_copy`` does.
    """
    if out.resolve().is_relative_to(folder.resolve()) or folder.resolve().is_relative_to(out.resolve()):
        raise TrackerError(f"{out} and the archive {folder} are one in the other; name a folder beside it")
    with open_manifest(out) as manifest:
        manifest.check()
        with show("copying what is open") as progress:
            place = refresh_open_copy(folder, progress)
        with open_shelf(place, base) as shelf:
            unindexed = method(list_unindexed)(shelf.reader, find_watch_list(folder))
            state = _name_state(shelf, unindexed)
        if state == manifest.state and manifest.is_whole():
            return Built(len(manifest.list_paths()))
        failed = compare_ahead(place, show)
        with open_shelf(place, base) as shelf:
            # Pages show of topics what was read so far.
            complete_standings(shelf)
            built = _Build(shelf, manifest, unindexed, show, failed).make_all()
        manifest.finish("" if built.failed else state)
        return built


def _name_state(shelf: Shelf, unindexed: frozenset[Reference]) -> str:
    """Return what tells all pages together from all others."""
    named = sorted(map(str, unindexed))
    return digest_text(
        repr([*_OURS, name_rules(), name_templates(), name_indexer(), shelf.state, shelf.base, named])
    )


_OURS: Final = (__version__, MANIFEST_NAME)


class _Page(NamedTuple):
    """A page that was made, or is as it was."""

    links: tuple[str, ...] = ()
    """The paths of our own to which it leads."""
    is_made: bool = False


@dataclass(slots=True)
class _Build:
    """All pages that the first one leads to, one after the other."""

    shelf: Shelf
    manifest: Manifest
    unindexed: frozenset[Reference]
    show: Show
    failed: list[tuple[str, str]]
    kept: set[str] = field(default_factory=set)
    """The paths that are there at the end."""
    listed: set[str] = field(default_factory=set)
    """Of these the pages that search engines may have."""
    written: set[str] = field(default_factory=set)

    def make_all(self) -> Built:
        """Make every page, again where it shows what another one has computed meanwhile."""
        for _ in range(_ROUNDS):
            if not self._make_linked():
                break
        self._make_rest()
        removed = self.manifest.remove_others(self.kept)
        self.shelf.archive.derived.save()
        return Built(len(self.kept), len(self.written), removed, tuple(dict.fromkeys(self.failed)))

    def _make_linked(self) -> bool:
        """Make the pages to which the first one leads, and return whether any was another than it is."""
        starts = [address("index"), SCRIPT, *(address("feed", form=form) for form in ("atom", "json"))]
        for entry in self.shelf.reader.withdrawn():
            # No page may lead to them.
            names = (name_statement(entry.reference), str(entry.reference))
            starts += (address("statement", reference=name) for name in names)
        waiting = deque(dict.fromkeys(starts))
        known = {*waiting, TITLES, SEARCH}
        made = False
        with self.show("writing") as progress:
            while waiting:
                path = waiting.popleft()
                page = self._make_page(path)
                made |= page.is_made
                found = [other for other in page.links if other not in known]
                known.update(found)
                waiting += found
                progress(len(known) - len(waiting), len(known))
        for path in self.manifest.list_paths() - known:
            gone = look_up(self.shelf, path)
            if isinstance(gone, Answer) and gone.status == HTTPStatus.GONE:
                self._write(path, gone.body, "")
        return made

    def _make_page(self, path: str) -> _Page:
        """Make a page where it would be another than it is."""
        try:
            wanted = look_up(self.shelf, path)
            rests_on = f"{wanted.rests_on} {self._is_unindexed(path)}" if wanted.rests_on else ""
            made = self.manifest.find(path)
            is_same = bool(made and rests_on and made.rests_on == rests_on)
            found = wanted if is_same or isinstance(wanted, Answer) else make(self.shelf, wanted)
        except TrackerError as error:
            return self._fail(path, str(error))
        if not isinstance(found, Answer):
            body = self.manifest.read(path)
            self.kept.add(path)
        elif found.status in {HTTPStatus.OK, HTTPStatus.GONE}:
            body = self._mark(path, found.body)
            self._write(path, body, rests_on)
        else:
            return self._fail(path, "there is no such page, and another one leads to it")
        if path.endswith(".html") and not self._is_unindexed(path):
            self.listed.add(path)
        is_linking = path.endswith((".html", ".atom"))
        links = dict.fromkeys(_list_links(path, body, self.shelf.base)) if is_linking else ()
        return _Page(tuple(links), is_made=bool(rests_on) and not is_same)

    def _fail(self, path: str, why: str) -> _Page:
        """Note a page that could not be made; the one before stays."""
        self.failed.append((path, why))
        if self.manifest.find(path):
            self.kept.add(path)
        return _Page()

    def _write(self, path: str, data: bytes, rests_on: str) -> None:
        self.kept.add(path)
        if self.manifest.write(path, data, rests_on):
            self.written.add(path)

    def _mark(self, path: str, body: bytes) -> bytes:
        """Return a page without what is served alone, and as its source asks not for search engines."""
        body = _SERVED.sub(b"", body) if path.endswith(".html") else body
        return body.replace(_HEAD, _HEAD + _NOINDEX, 1) if self._is_unindexed(path) else body

    def _is_unindexed(self, path: str) -> bool:
        return bool(self.unindexed) and not self.unindexed.isdisjoint(_list_statements(path))

    def _make_rest(self) -> None:
        """Make what no archive has: search, the page for what is not there, lists for search engines."""
        self._write(TITLES, list_titles(self.shelf), "")
        self._write(SEARCH, show_search(self.shelf), "")
        base = self.shelf.base
        absent = refuse(_ABSENT, NotThere("There is no such page.")).body
        # It is shown in the place of any page, so that its links have to be absolute.
        whole = f'\n<base href="{escape(base)}">'.encode() if base else b""
        self._write(_ABSENT, absent.replace(_HEAD, _HEAD + _NOINDEX + whole, 1), "")
        if base:
            sitemaps = write_sitemaps(sorted(self.listed), base)
            for name, data in {**sitemaps, ROBOTS: write_robots(sitemaps, base)}.items():
                self._write(name, data, "")
            self._index_words()

    def _index_words(self) -> None:
        """Index the words of statements for a server to find, unless they are indexed as they are."""
        if not name_indexer():
            return
        pages = {path: self.manifest.folder / path for path in sorted(self.listed) if _is_text(path)}
        rests_on = digest_text(repr([name_indexer(), [self.manifest.find(path) for path in pages]]))
        indexed = self.manifest.list_resting(rests_on)
        self.kept.update(indexed)
        if not indexed:
            with self.show("indexing words") as progress:
                for name, data in index_words(pages, progress).items():
                    self._write(name, data, rests_on)


def _is_text(path: str) -> bool:
    """Return whether a page is that of a statement: what others show of it need not be found again."""
    found = find_route(path)
    return bool(found and found[0].name == "statement")


def _list_links(path: str, body: bytes, base: str | None) -> Iterator[str]:
    """Yield the paths of our own files to which a page or a feed leads."""
    here = posixpath.dirname(path)
    for found in dict.fromkeys(_LINK.findall(body.decode())):
        link = unescape(found)
        named = re.split("[?#]", link, maxsplit=1)[0]
        if base and named.startswith(base):
            yield unquote(named.removeprefix(base))
        elif not _OUTSIDE.match(link):
            yield posixpath.normpath(posixpath.join(here, unquote(named)))


def _list_statements(path: str) -> list[Reference]:
    """Return the statements that a page is of, by country, body, session and item."""
    found = find_route(path)
    parameters = found[1] if found else {}
    named: tuple[Reference, ...] = ()
    if "pair" in parameters:
        named = read_pair(parameters["pair"])
    elif "reference" in parameters:
        named = (parse_reference(parameters["reference"]),)
    return [replace(each, kind=None, language=None, snapshot=None) for each in named]
