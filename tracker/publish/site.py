"""``tracker site``: every page that can be frozen, as files; what is as it was is not made again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from xml.sax.saxutils import escape as escape_xml

from tracker.archive import ArchiveSession
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.rules import name_rules
from tracker.errors import ReferenceInvalid, TrackerError
from tracker.follow.batch import Batch, keep
from tracker.follow.panel import BodyStatements
from tracker.follow.workers import open_processes
from tracker.model.topics import SURE
from tracker.publish.answering import look_up, refuse
from tracker.publish.making import CHANGED, HEAD, NOINDEX, PageUnit, PageWork, Source, make_pages
from tracker.publish.manifest import open_manifest
from tracker.publish.moves import has_moves
from tracker.publish.open_copy import read_state, refresh_open_copy
from tracker.publish.pages.search import (
    SCRIPT,
    SEARCH,
    TITLES,
    index_words,
    list_titles,
    name_indexer,
    write_search,
)
from tracker.publish.pages.topics import complete_counts
from tracker.publish.pairs import name_statement
from tracker.publish.routes import Answer, NotThere, address, find_route, link
from tracker.publish.shelf import open_shelf
from tracker.record.access.closed import find_watch_list
from tracker.record.access.handing_on import list_unindexed
from tracker.record.schema.connection import method
from tracker.references import find_body
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tracker.follow.workers import Workers
    from tracker.model.texts import Reference
    from tracker.publish.making import Page
    from tracker.publish.manifest import Manifest
    from tracker.publish.shelf import Shelf

    Show = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]
    """Shows that something is being done, and how far it is."""

_KIND: Final = "site"
"""The kind of answer that says that a folder has all pages; it is not in the folder, which is published."""
_ABSENT: Final = "404.html"
_ROBOTS: Final = "robots.txt"
_MOST: Final = 50_000
"""Addresses in one sitemap, by the protocol."""
_TOGETHER: Final = 12
"""Pages that go to a worker together at most: a second or less, which a worker that dies takes along."""
_SHARES: Final = 4
"""Units that each worker is to have of the pages of a step, so that none waits long for the others."""


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


def build_site(folder: Path, out: Path, base: str | None, show: Show, jobs: int) -> Built:
    """Write the pages of the archive in a folder by so many processes, and remove those that are no longer.

    However many there are, the files are the same.

    Raises ``TrackerError``, with nothing written, where the other folder is somebody else's or a page in it
    was changed by somebody; and as ``refresh_open_copy`` does.
    """
    if out.resolve().is_relative_to(folder.resolve()) or folder.resolve().is_relative_to(out.resolve()):
        raise TrackerError(f"{out} and the archive {folder} are one in the other; name a folder beside it")
    with open_manifest(out) as manifest:
        manifest.check()
        with show("copying what is open") as progress:
            place = refresh_open_copy(folder, progress)
        with open_shelf(place, base, is_frozen=True) as shelf:
            unindexed = method(list_unindexed)(shelf.reader, find_watch_list(folder))
            is_made = shelf.archive.derived.answer(_KIND, _name_site(shelf, unindexed, manifest)) is not None
        if is_made and manifest.is_whole():
            return Built(len(manifest.list_paths()))
        failed = _compare_ahead(place, jobs, show)
        with open_shelf(place, base, is_frozen=True) as shelf:
            # Pages show of topics what was read so far.
            complete_counts(shelf)
            shelf.archive.derived.save()
            source = Source(place, shelf.state, base, out, unindexed)
            built = _Build(shelf, manifest, source, jobs, show, failed).make_all()
            if not built.failed:
                manifest.finish()
                named = _name_site(shelf, unindexed, manifest)
                shelf.archive.derived.keep_answer(_KIND, named, name_rules(), "")
                shelf.archive.derived.save()
        return built


def _compare_ahead(place: Path, jobs: int, show: Show) -> list[tuple[str, str]]:
    """Compare each statement of an open copy with the one before it, and keep what comes of it.

    Returns what could not be read or compared, each with the reason.
    """
    failed: list[tuple[str, str]] = []
    with (
        ArchiveSession(place, derived_beside=place.parent) as archive,
        open_processes(jobs) as workers,
    ):
        for body in sorted({entry.reference.body for entry in archive.reader.statements()}):
            try:
                held = BodyStatements(archive, find_body(body))
            except ReferenceInvalid:
                # A body of the archive's own is in no table of ours; its pages compare for themselves.
                continue
            wanted = held.list_wanted(held.choose(None), None, None)
            batch = Batch(archive, held, load_vocabulary(), SURE)
            with show(f"reading {body}") as progress:
                batch.read_topics(wanted, workers, progress)
            with show(f"comparing {body}") as progress:
                batch.compare(wanted, workers, progress, topics_only=False)
            failed += batch.failed
    return failed


def _name_site(shelf: Shelf, unindexed: frozenset[Reference], manifest: Manifest) -> str:
    """Return what names that these files are all pages of this copy, as they are made today."""
    made = name_rules(), name_indexer(), manifest.digest
    return digest_text(repr([made, shelf.state, shelf.base, sorted(map(str, unindexed))]))


@dataclass(slots=True)
class _Build:
    """All pages that the first one leads to, made by workers and written here."""

    shelf: Shelf
    manifest: Manifest
    source: Source
    jobs: int
    show: Show
    failed: list[tuple[str, str]]
    kept: set[str] = field(default_factory=set)
    """The paths that are there at the end."""
    listed: set[str] = field(default_factory=set)
    """Of these the pages that search engines may have."""
    written: set[str] = field(default_factory=set)
    untold: set[str] = field(default_factory=set)
    """The series that are followed again though their pages are there: those of sessions tell of them."""

    def make_all(self) -> Built:
        """Make every page."""
        with open_processes(self.jobs) as workers, self.show("writing") as progress:
            known = self._make_linked(workers, progress)
        self._say_withdrawn(known)
        self._make_rest()
        removed = self.manifest.remove_others(self.kept)
        return Built(len(self.kept), len(self.written), removed, tuple(dict.fromkeys(sorted(self.failed))))

    def _make_linked(self, workers: Workers, progress: Callable[[int, int], None]) -> set[str]:
        """Make the pages to which the first one leads, and return the paths of all.

        Step by step: those to which the pages of one step lead are the next, so that all series are followed
        before pages tell of them.
        """
        wanted, done = self._list_first(), 0
        known = {*wanted, TITLES, SEARCH}
        while wanted:
            found: set[str] = set()
            for unit, pages in workers.run(self._cut(wanted), make_pages):
                for work, page in zip(unit.works, pages, strict=True):
                    found.update(each for each in self._take(work.path, page) if each not in known)
                self._keep(pages)
                done += len(pages)
                progress(done, len(known) + len(found))
            known |= found
            wanted = found
        return known

    def _list_first(self) -> set[str]:
        """Return the pages with which it begins: the first one, those that no other leads to, and series."""
        reader = self.shelf.reader
        found = {address("index"), SCRIPT, *(address("feed", form=form) for form in ("atom", "json"))}
        for entry in reader.withdrawn():
            # No page may lead to them.
            names = (name_statement(entry.reference), str(entry.reference))
            found.update(address("statement", reference=name) for name in names)
        for country, body in {(each.reference.country, each.reference.body) for each in reader.statements()}:
            path = address("series", country=country, body=body)
            found.add(path)
            if not has_moves(self.shelf, country, body):
                self.untold.add(path)
        return found

    def _cut(self, paths: set[str]) -> Iterator[PageUnit]:
        """Yield units of pages; those beside each other are of the same texts."""
        most = max(1, min(_TOGETHER, len(paths) // (_SHARES * self.jobs)))
        works = iter([PageWork(path, self._find_had(path)) for path in sorted(paths)])
        while some := tuple(islice(works, most)):
            yield PageUnit(some, self.source)

    def _find_had(self, path: str) -> str:
        made = self.manifest.find(path)
        return made.rests_on if made and path not in self.untold else ""

    def _take(self, path: str, page: Page | str) -> tuple[str, ...]:
        """Write a page where it is another than it was, and return to which it leads."""
        if isinstance(page, str):
            return self._fail(path, page)
        self.kept.add(path)
        if page.body is not None:
            self._write(path, page.body, page.rests_on)
        if path.endswith(".html") and not self.source.is_unindexed(path):
            self.listed.add(path)
        return page.links

    def _keep(self, pages: Iterable[Page | str]) -> None:
        """Keep what was computed for pages, for those that are made after them."""
        answers = {
            name: each for page in pages if not isinstance(page, str) for name, each in page.answers.items()
        }
        if answers:
            keep(self.shelf.archive, lambda: self.shelf.archive.derived.add_answers(answers))

    def _fail(self, path: str, why: str) -> tuple[str, ...]:
        """Note a page that could not be made; the one before stays."""
        if read_state(self.source.place) != self.source.state:
            raise TrackerError(CHANGED)
        self.failed.append((path, why))
        if self.manifest.find(path):
            self.kept.add(path)
        return ()

    def _say_withdrawn(self, known: set[str]) -> None:
        """Write why a page is gone in its place, where what it showed was withdrawn."""
        for path in self.manifest.list_paths() - known:
            gone = look_up(self.shelf, path)
            if isinstance(gone, Answer) and gone.status == HTTPStatus.GONE:
                self._write(path, gone.body, "")

    def _write(self, path: str, data: bytes, rests_on: str) -> None:
        self.kept.add(path)
        if self.manifest.write(path, data, rests_on):
            self.written.add(path)

    def _make_rest(self) -> None:
        """Make what no archive has: search, the page for what is not there, lists for search engines."""
        self._write(TITLES, list_titles(self.shelf), "")
        self._write(SEARCH, write_search(self.shelf), "")
        base = self.shelf.base
        # It is shown in the place of any page, so that its links have to be absolute.
        absent = refuse(_ABSENT, NotThere("There is no such page."), home=base or "").body
        self._write(_ABSENT, absent.replace(HEAD, HEAD + NOINDEX, 1), "")
        if base:
            sitemaps = _write_sitemaps(sorted(self.listed), base)
            for name, data in {**sitemaps, _ROBOTS: _write_robots(sitemaps, base)}.items():
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


def _write_sitemaps(paths: Sequence[str], base: str) -> dict[str, bytes]:
    """Return the sitemaps (sitemaps.org, 0.9) of pages below an address, by their names."""
    parts = [paths[at : at + _MOST] for at in range(0, len(paths), _MOST)]
    return {
        f"sitemap{f'-{number}' if number > 1 else ''}.xml": _write_sitemap(part, base)
        for number, part in enumerate(parts, 1)
    }


def _write_sitemap(paths: Iterable[str], base: str) -> bytes:
    places = "".join(f"<url><loc>{escape_xml(base + link('', path))}</loc></url>\n" for path in paths)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n'
    ).encode()


def _write_robots(sitemaps: Iterable[str], base: str) -> bytes:
    """Return what says where the sitemaps are (RFC 9309); it counts where the base is a host's own root."""
    return ("User-agent: *\nAllow: /\n" + "".join(f"Sitemap: {base}{name}\n" for name in sitemaps)).encode()
