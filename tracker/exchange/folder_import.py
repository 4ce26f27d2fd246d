"""``tracker import``: the statements in a folder become snapshots.

In a second run, documents are recognised by their digest, which means that each file is read.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, TypeAlias

from tracker.capture.read.files import read_document
from tracker.errors import DocumentUnreadable, ReferenceInvalid, Withdrawn
from tracker.exchange.add import (
    Item,
    ReadDocument,
    check_kind,
    import_items,
    record_read,
    rehearse_items,
    show_nothing,
)
from tracker.exchange.ahead import Document, reading_ahead
from tracker.exchange.metadata import (
    MetadataTable,
    StatementMetadata,
    read_columns,
    read_metadata,
)
from tracker.exchange.patterns import choose_pattern, compile_pattern
from tracker.model.facts import check_facts
from tracker.model.preserving import FolderImport, ImportedFile
from tracker.model.record import Declaration
from tracker.model.texts import Reference, TextKind
from tracker.references import find_body, find_country, resolve_session, session_sort_key
from tracker.text.detection import infer_kind
from tracker.text.identity import digest_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tracker.exchange.add import Progress
    from tracker.exchange.ahead import ReadAhead
    from tracker.exchange.metadata import Key
    from tracker.exchange.patterns import PathPattern
    from tracker.model.preserving import FileStatus
    from tracker.model.record import Recorded
    from tracker.record.storing.store import Store
    from tracker.references import Body

_RANGE = re.compile(r"(\d{1,4})\s*[-–]\s*(\d{1,4})")
_EVERY_SESSION: Final = None

_MAJORITY = 0.75
_FEWEST = 3
"""Texts whose wording must show a kind, before their session has one."""
_SAMPLE = 200
"""Texts of a session that are looked at, and kept in memory until they are recorded."""


@dataclass(frozen=True, slots=True)
class FolderSaid:
    """What a user says of the statements in a folder."""

    body: str
    pattern: str | None = None
    """The parts of a path, as in ``{country}/{session}_{year}.txt``; None where it is found by looking."""
    country: str | None = None
    """Given, as kinds are, where paths do not name it."""
    kinds: Sequence[str] = ()
    """As in ``verbatim`` and ``prepared:75,79``."""
    metadata: Path | None = None
    """A table in CSV, or a spreadsheet."""
    columns: Sequence[str] = ()
    """``FIELD=COLUMN`` assignments."""


def import_folder(
    folder: Path,
    said: FolderSaid,
    archive: Path,
    observed: str,
    *,
    dry_run: bool = False,
    progress: Progress = show_nothing,
) -> FolderImport:
    """Import every file below a folder whose path fits the pattern; a ``dry_run`` undoes all of it.

    Raises ``TrackerError`` where nothing can be imported.
    """
    place = find_body(said.body)
    declared = read_kinds(said.kinds, place)
    code = find_country(said.country).code if said.country else None
    table = _read_table(folder, said.metadata, said.columns, place)
    # The table is no text of the corpus, though it may lie among them.
    beside = said.metadata and said.metadata.absolute()
    found = [path for path in _list_files(folder) if path.absolute() != beside]
    names = {path: path.relative_to(folder).as_posix() for path in found}
    seen = [name for path, name in names.items() if not path.name.startswith(".")]
    used = said.pattern or choose_pattern(seen, place, with_country=code is None).pattern
    plan = _Plan(
        folder,
        place,
        compile_pattern(used, ("session",) if code else ("country", "session")),
        table,
        code,
        declared,
    )
    planned = [_plan_file(path, names[path], plan) for path in found]
    wanted = sorted(
        (each for each in planned if each.declaration), key=lambda each: session_sort_key(place, each.session)
    )
    with reading_ahead() as ahead:
        reader = _Reader(wanted, ahead)
        items = (
            Item(
                each.entry,
                partial(_record, each, each.declaration, reader, observed) if each.declaration else None,
            )
            for each in (*wanted, *(each for each in planned if not each.declaration))
        )
        entries = (rehearse_items if dry_run else import_items)(items, len(found), archive, progress)
    return FolderImport(
        tuple(sorted(entries, key=lambda entry: PurePosixPath(entry.path))),
        used,
        fits=sum(map(plan.pattern.fits, seen)),
        is_found=said.pattern is None,
        table=table.use([each.key for each in wanted]) if said.metadata else None,
    )


def is_faulty(imported: FolderImport) -> bool:
    """Return whether a file to import could not be read, or there was no file to import."""
    return "skipped" in imported.counts or imported.counts.keys() <= {"passed"}


def need_folder(folder: Path) -> None:
    """Raise ``DocumentUnreadable`` where there is no folder: of a file with the command that records it."""
    if folder.is_file():
        named = shlex.quote(str(folder))
        raise DocumentUnreadable(f"{folder} is a file; to record it: tracker add {named} --as GBR/UNGA/79")
    if not folder.is_dir():
        raise DocumentUnreadable(f"{folder}: no such directory")


@dataclass(frozen=True, slots=True)
class _Plan:
    folder: Path
    body: Body
    pattern: PathPattern
    table: MetadataTable
    country: str | None
    kinds: Mapping[str | None, TextKind]


@dataclass(frozen=True, slots=True)
class _Planned:
    """A file and its declaration; without one, its entry says why."""

    path: Path
    entry: ImportedFile
    declaration: Declaration | None = None

    @property
    def key(self) -> Key:
        """What the table has its row under."""
        reference = self.entry.reference
        return (reference.country, self.session, reference.item) if reference else ("", "", None)

    @property
    def session(self) -> str:
        """The label of its session."""
        return (self.entry.reference and self.entry.reference.session) or ""


def _read_table(folder: Path, metadata: Path | None, columns: Sequence[str], body: Body) -> MetadataTable:
    if metadata is None:
        if columns:
            raise ReferenceInvalid("--column needs a table: --metadata FILE")
        return MetadataTable("", {})
    # A table inside the folder is trusted no more than the other files in it.
    is_inside = metadata.absolute().is_relative_to(folder.absolute())
    if is_inside and metadata.exists() and (reason := _explain_way(folder, metadata)):
        raise DocumentUnreadable(f"{metadata}: {reason}")
    return read_metadata(metadata, read_columns(columns), body)


def read_kinds(texts: Iterable[str], body: Body) -> dict[str | None, TextKind]:
    """Return the kind declared for each session, under ``None`` that of all others.

    A text is ``verbatim``, or ``verbatim:70-74,77`` for some sessions. Raises ``ReferenceInvalid`` for
    an unknown kind or session, and where two kinds are declared for one session.
    """
    kinds: dict[str | None, TextKind] = {}
    for text in texts:
        word, colon, sessions = text.partition(":")
        kind = check_kind(word)
        for session in _sessions(text, sessions, body) if colon else (_EVERY_SESSION,):
            if kinds.setdefault(session, kind) != kind:
                where = f"session {session}" if session else "all sessions"
                raise ReferenceInvalid(f"--kind: {where} cannot be both {kinds[session]} and {kind}")
    return kinds


def settle_kind(votes: Counter[TextKind | None]) -> TextKind | None:
    """Return the kind that most texts of a session show; those that show none do not count."""
    shown = Counter({kind: number for kind, number in votes.items() if kind})
    (kind, number), *_ = [*shown.most_common(1), (None, 0)]
    return kind if shown.total() >= _FEWEST and number >= _MAJORITY * shown.total() else None


def _sessions(text: str, listed: str, body: Body) -> list[str]:
    sessions = []
    for part in map(str.strip, listed.split(",")):
        match = _RANGE.fullmatch(part)
        numbers = range(int(match[1]), int(match[2]) + 1) if match else ()
        if not part or part.endswith(("-", "–")) or (match and not numbers):
            raise ReferenceInvalid(f"--kind {text}: write sessions as in verbatim:70-74,77")
        sessions += [resolve_session(body, str(each)).label for each in numbers or (part,)]
    return sessions


def _list_files(folder: Path) -> list[Path]:
    need_folder(folder)
    return sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())


def _plan_file(path: Path, name: str, plan: _Plan) -> _Planned:
    if path.name.startswith("."):
        return _Planned(path, ImportedFile("passed", name, "hidden file"))
    if reason := _explain_link(plan.folder, path):
        status: FileStatus = "skipped" if plan.pattern.fits(name) and not path.is_dir() else "passed"
        return _Planned(path, ImportedFile(status, name, reason))
    try:
        parts = plan.pattern.read(name, plan.body)
        if parts is None:
            return _Planned(path, ImportedFile("passed", name, "its path does not match the pattern"))
        declaration = _declare(parts, plan)
    except ReferenceInvalid as error:
        return _Planned(path, ImportedFile("skipped", name, str(error)))
    reference = declaration.reference
    return _Planned(
        path, ImportedFile("new", name, reference=reference, is_kind_inferred=not reference.kind), declaration
    )


def _explain_link(folder: Path, path: Path) -> str | None:
    """Return why a link below a folder is not followed; None for no link, and for one to a file in it.

    A link to a folder is not followed either: its files are found in their own place, or are outside.
    """
    return _explain_way(folder, path) if path.is_symlink() else None


def _explain_way(folder: Path, path: Path) -> str | None:
    """Return why a path in a folder leads to no file below it, following all links."""
    try:
        place = path.resolve(strict=True)
    except FileNotFoundError:
        return "a link that leads nowhere"
    except (OSError, RuntimeError) as error:
        # Python 3.11 and 3.12 raise RuntimeError for circular links.
        return f"a link that cannot be followed: {getattr(error, 'strerror', None) or 'it leads in a circle'}"
    if not place.is_relative_to(folder.resolve()):
        return f"a link that leads out of the folder, to {place}; copy what it names if you want it"
    return "a link to a folder; its files are read in their own place" if place.is_dir() else None


def _declare(parts: Mapping[str, str], plan: _Plan) -> Declaration:
    country = parts.get("country") or plan.country or ""
    session, item = parts["session"], parts.get("item")
    known = plan.table.rows.get((country, session, item)) or StatementMetadata()
    named = parts.get("kind") or known.kind
    reference = Reference(
        country,
        plan.body.id,
        session,
        item,
        kind=check_kind(named) if named else plan.kinds.get(session) or plan.kinds.get(_EVERY_SESSION),
        language=parts.get("language") or known.language,
    )
    dated = {"delivered": parts.get("date") or parts.get("year")}
    return Declaration(reference, **check_facts({**dated, **known.facts}))


def _record(
    planned: _Planned, declaration: Declaration, reader: _Reader, observed: str, store: Store
) -> ImportedFile:
    path, reference = planned.path, declaration.reference
    try:
        document = Document(read_document(path), str(path), reference.language)
        recorded = reader.recognise(declaration, document, store)
        if recorded is None:
            if reference.kind is None:
                read, kind = reader.take_undeclared(planned.session, document)
                declaration = replace(
                    declaration, reference=replace(reference, kind=kind), kind_inferred=True
                )
            else:
                read = reader.take(document)
            recorded = record_read(store, document.data, read, declaration, observed, str(path))
    except Withdrawn as error:
        return replace(planned.entry, status="passed", note=str(error))
    return replace(
        planned.entry,
        status=recorded.outcome,
        reference=recorded.reference,
        elsewhere=recorded.elsewhere,
    )


_Read: TypeAlias = tuple[ReadDocument, TextKind | None]
"""A document, and its kind."""


class _Reader:
    """Reads documents and infers kinds by session; the texts read for that are kept until they are taken."""

    def __init__(self, wanted: Sequence[_Planned], ahead: ReadAhead) -> None:
        self._wanted = wanted
        self._ahead = ahead
        self._coming: Iterator[Document] | None = None
        self._undeclared: dict[str, list[tuple[Path, str | None]]] = defaultdict(list)
        """The files of each session whose kind nobody declared, with the language that is known of each."""
        for each in wanted:
            if each.declaration and each.declaration.reference.kind is None:
                self._undeclared[each.session].append((each.path, each.declaration.reference.language))
        self._shared: dict[str, TextKind | None] = {}
        self._read: dict[tuple[str, str | None], _Read | DocumentUnreadable] = {}

    def recognise(self, declaration: Declaration, document: Document, store: Store) -> Recorded | None:
        """Return what is recorded of a document already; it is not to be read then."""
        recorded = store.known(declaration, digest_bytes(document.data))
        if recorded:
            self._ahead.forget(document)
        elif self._coming is None:
            self._coming = _list_unknown(self._wanted, store)
        return recorded

    def take(self, document: Document) -> ReadDocument:
        """Return what was read in a document whose kind is declared. Raises ``DocumentUnreadable``."""
        return self._ahead.read(document, self._coming or iter(()))

    def take_undeclared(self, session: str, document: Document) -> _Read:
        """Return a document of a session, and the kind of most texts there, or else of its own wording.

        It is read once. Raises ``DocumentUnreadable``.
        """
        shared = self._of_session(session)
        read = self._read.pop((digest_bytes(document.data), document.language), None)
        if isinstance(read, DocumentUnreadable):
            raise read
        taken, shown = read or (self.take(document), None)
        return taken, shared or (shown if read else _infer(taken))

    def _of_session(self, session: str) -> TextKind | None:
        if session not in self._shared:
            self._read.clear()
            votes = Counter(self._look(*each) for each in self._undeclared[session][:_SAMPLE])
            self._shared[session] = settle_kind(votes)
        return self._shared[session]

    def _look(self, path: Path, language: str | None) -> TextKind | None:
        try:
            data = read_document(path)
        except DocumentUnreadable:
            return None
        key = digest_bytes(data), language
        try:
            document = self.take(Document(data, str(path), language))
        except DocumentUnreadable as error:
            self._read[key] = error
            return None
        shown = _infer(document)
        self._read[key] = document, shown
        return shown


def _list_unknown(wanted: Iterable[_Planned], store: Store) -> Iterator[Document]:
    """Yield the documents of an import that are to be read, in their order."""
    for planned in wanted:
        declaration = planned.declaration
        with suppress(DocumentUnreadable, Withdrawn):
            data = read_document(planned.path)
            if declaration and store.known(declaration, digest_bytes(data)) is None:
                yield Document(data, str(planned.path), declaration.reference.language)


def _infer(document: ReadDocument) -> TextKind | None:
    return infer_kind(document.version, document.extraction.text)
