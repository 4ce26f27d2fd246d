"""``tracker import`` of a table with a column of text: each row is a statement, and a part of the table.

The table is kept once, byte for byte. In a second run, rows are recognised by the digest of their text.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from tracker.capture.row_texts import clean_cell, name_table_extractor, place_rows
from tracker.capture.tables import MAX_BYTES, TABLE_FORMATS, find_table_format, read_table_rows
from tracker.errors import DocumentUnreadable, ReferenceInvalid, TrackerError, Withdrawn
from tracker.exchange.add import Item, check_kind, import_items, infer_details, rehearse_items, show_nothing
from tracker.exchange.folder_import import read_kinds, settle_kind
from tracker.exchange.metadata import map_columns, name_countries, name_session, read_columns
from tracker.inputs.files import open_file, read_beyond
from tracker.model.facts import NAMES, check_facts
from tracker.model.preserving import ImportedFile, TableImport
from tracker.model.record import Declaration, Part
from tracker.model.texts import Extraction, Reference
from tracker.record.access.refusals import has_withdrawals, refuse_withdrawn
from tracker.references import find_body, sessions_of_year
from tracker.text.detection import infer_kind
from tracker.text.identity import digest_bytes, digest_text
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tracker.capture.tables import TableFormat
    from tracker.exchange.add import Progress
    from tracker.model.texts import Place, TextKind, Version
    from tracker.record.storing.store import Store
    from tracker.references import Body

_LOOKED_AT: Final = 50
"""Rows by which the column of text is found where none is called so."""
_LONG: Final = 200
"""Characters that a text has at least, on average: a title or a name has fewer."""
_LONGER: Final = 3
"""How many times as long as any other column the text is, where nothing else shows which it is."""
_SAMPLE: Final = 200
"""Texts of a session whose wording is looked at for their kind."""

_BEGINNING: Final = 8
"""Bytes that show a spreadsheet, and Parquet."""

TEXT: Final = "text"
_CALLED: Final = (
    "text",
    "speech",
    "speech_text",
    "full_text",
    "content",
    "statement",
    "statement_text",
    "body_text",
)
_YEAR: Final = ("year",)


@dataclass(frozen=True, slots=True)
class TableSaid:
    """What a user says of the statements in a table."""

    body: str
    country: str | None = None
    """Whose all of them are, where no column says it."""
    kinds: Sequence[str] = ()
    """As in ``verbatim`` and ``prepared:75,79``."""
    columns: Sequence[str] = ()
    """``FIELD=COLUMN`` assignments; ``text`` and ``year`` are fields too."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with its declaration and its place in the table; without a declaration, its entry says why."""

    entry: ImportedFile
    text: str
    place: Place
    declaration: Declaration | None = None


@dataclass(frozen=True, slots=True)
class _Table:
    """A table whose columns are known."""

    path: Path
    sha256: str
    data: bytes
    format: TableFormat
    columns: Mapping[str, tuple[str, ...]]
    rows: tuple[tuple[int, Mapping[str, str]], ...]

    @property
    def extractor(self) -> str:
        return name_table_extractor(self.format.name, self.columns[TEXT][0])


def is_table(path: Path) -> bool:
    """Tell whether a file is a table, by its name and its first bytes."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return find_table_format(path.name, file.read(_BEGINNING)) is not None
    except OSError:
        return False


def import_table(
    path: Path,
    said: TableSaid,
    archive: Path,
    observed: str,
    *,
    dry_run: bool = False,
    progress: Progress = show_nothing,
) -> TableImport:
    """Import every row of a table that has a text, a country and a session; a ``dry_run`` undoes all of it.

    Columns are found by their names, that of text also by what is in it, or are named by the user. Raises
    ``DocumentUnreadable`` for what is no table, or one beyond its bounds, and ``ReferenceInvalid`` where a
    column is missing or not there.
    """
    place = find_body(said.body)
    declared = read_kinds(said.kinds, place)
    table = _read_table(path, said)
    planned = _plan_rows(table, said, place)
    kinds = _infer_kinds([] if None in declared else planned, declared)
    refuse = _Refusal(planned, table)
    items = (
        Item(
            each.entry,
            partial(_record, each, each.declaration, table, _Kinds(declared, kinds), observed, refuse)
            if each.declaration
            else None,
        )
        for each in planned
    )
    entries = (rehearse_items if dry_run else import_items)(items, len(planned), archive, progress)
    named = {name: some[0] for name, some in table.columns.items()}
    return TableImport(str(path), named, tuple(entries))


def is_faulty(imported: TableImport) -> bool:
    """Return whether no row of a table is a statement, or one that is could not be recorded."""
    return "skipped" in imported.counts or imported.counts.keys() <= {"passed"}


def _read_table(path: Path, said: TableSaid) -> _Table:
    try:
        with open_file(path) as file:
            data = read_beyond(file, MAX_BYTES)
        found = find_table_format(path.name, data) or TABLE_FORMATS["csv"]
        rows = tuple(read_table_rows(data, found))
    except OSError as error:
        raise DocumentUnreadable(f"{path}: {error.strerror}") from None
    except (DocumentUnreadable, ValueError) as error:
        raise DocumentUnreadable(f"{path}: {error}") from None
    if not rows:
        raise DocumentUnreadable(f"{path}: the table has no row")
    return _Table(path, digest_bytes(data), data, found, _find_columns(rows, path, said), rows)


def _find_columns(
    rows: Sequence[tuple[int, Mapping[str, str]]], path: Path, said: TableSaid
) -> dict[str, tuple[str, ...]]:
    """Return the columns of each field. Raises ``ReferenceInvalid`` where one that is needed is not there."""
    names = tuple(dict.fromkeys(name for _, cells in rows[:_LOOKED_AT] for name in cells))
    asked = read_columns(said.columns, beside=(TEXT, *_YEAR))
    called = {TEXT: _CALLED, "year": _YEAR}
    needed = () if said.country else ("country",)
    columns = map_columns(names, asked, path, beside=called, needed=needed)
    if TEXT not in columns:
        columns[TEXT] = (_find_text_column(names, rows[:_LOOKED_AT], path),)
    if not {"session", "year", "delivered"} & columns.keys():
        raise ReferenceInvalid(
            f"{path}: no column for session or year; name it with --column session=COLUMN; the columns are"
            f" {', '.join(names)}"
        )
    return columns


def _find_text_column(names: Sequence[str], rows: Sequence[tuple[int, Mapping[str, str]]], path: Path) -> str:
    lengths = sorted(
        ((sum(len(cells.get(name, "")) for _, cells in rows) / len(rows), name) for name in names),
        reverse=True,
    )
    (longest, name), *others = lengths
    if longest < _LONG or (others and longest < _LONGER * others[0][0]):
        raise ReferenceInvalid(
            f"{path}: no column is called text; name it with --column text=COLUMN; the columns are"
            f" {', '.join(names)}"
        )
    return name


def _plan_rows(table: _Table, said: TableSaid, body: Body) -> tuple[_Row, ...]:
    column = table.columns[TEXT][0]
    texts = [clean_cell(cells.get(column, "")) for _, cells in table.rows]
    seen: dict[Reference, int] = {}
    planned = []
    for (_, cells), text, place in zip(table.rows, texts, place_rows(texts), strict=True):
        entry = ImportedFile("new", f"row {place.ordinal:,}")
        if not text.strip():
            planned.append(_Row(replace(entry, status="passed", note="it has no text"), text, place))
            continue
        try:
            declaration = _declare(cells, table.columns, said, body)
        except ReferenceInvalid as error:
            planned.append(_Row(replace(entry, status="passed", note=str(error)), text, place))
            continue
        reference = declaration.reference
        if reference in seen:
            note = f"row {seen[reference]:,} is about {reference} too; tell them apart by a column item"
            planned.append(_Row(replace(entry, status="skipped", note=note), text, place))
            continue
        seen[reference] = place.ordinal
        entry = replace(entry, reference=reference, is_kind_inferred=reference.kind is None)
        planned.append(_Row(entry, text, place, declaration))
    return tuple(planned)


def _declare(
    cells: Mapping[str, str], columns: Mapping[str, tuple[str, ...]], said: TableSaid, body: Body
) -> Declaration:
    """Return what a row declares. Raises ``ReferenceInvalid`` with the reason why it is no statement."""
    found = {
        name: next(filter(None, (cells.get(each, "").strip() for each in some)), None)
        for name, some in columns.items()
    }
    written = [cells.get(each, "").strip() for each in columns.get("country", ())]
    countries, fault = name_countries(
        *(filter(None, written) if written else ()), *filter(None, [said.country])
    )
    if fault:
        raise ReferenceInvalid(fault)
    dated = {"delivered": found.get("year")}
    facts = {name: found[name] for name in NAMES if found.get(name)}
    kind = found.get("kind")
    return Declaration(
        Reference(
            countries[0],
            body.id,
            _name_session(body, found),
            found.get("item"),
            kind=check_kind(kind) if kind else None,
            language=found.get("language"),
        ),
        **check_facts({**dated, **facts}),
    )


def _name_session(body: Body, found: Mapping[str, str | None]) -> str:
    """Return the label of a row's session, or else of the only one that opened in its year."""
    if found.get("session"):
        label, fault = name_session(body, found["session"])
        if label is None:
            raise ReferenceInvalid(fault)
        return label
    year = str(found.get("year") or found.get("delivered") or "")[:4]
    labels = sessions_of_year(body, int(year)) if year.isdecimal() else ()
    if len(labels) == 1:
        return labels[0]
    label, fault = name_session(body, year)
    if label is None:
        raise ReferenceInvalid(fault)
    return label


class _Refusal:
    """What refuses a whole table for one row that was withdrawn: its bytes hold that text too."""

    def __init__(self, planned: Sequence[_Row], table: _Table) -> None:
        self._planned, self._table = planned, table

    def once(self, store: Store) -> None:
        """Look before the first row is written. Raises ``TrackerError``, and nothing is recorded."""
        planned, self._planned = self._planned, ()
        for row in planned if has_withdrawals(store.writing.connection) else ():
            if row.declaration is None:
                continue
            try:
                refuse_withdrawn(
                    store.writing, row.declaration.reference, self._table.sha256, _read(row, "").text
                )
            except Withdrawn as error:
                raise TrackerError(
                    f"{self._table.path}, {row.entry.path}: {error}; take that row out of the table, and"
                    " import it again"
                ) from error


@dataclass(frozen=True, slots=True)
class _Kinds:
    """The kinds that were declared by session, and those that most texts of a session show."""

    declared: Mapping[str | None, TextKind]
    shown: Mapping[str, TextKind | None]


def _infer_kinds(
    planned: Sequence[_Row], declared: Mapping[str | None, TextKind]
) -> dict[str, TextKind | None]:
    """Return by session the kind of most texts whose wording shows one; None where they do not agree.

    Texts of a session whose kind is ``declared`` are not read for that.
    """
    votes: dict[str, Counter[TextKind | None]] = defaultdict(Counter)
    for each in planned:
        if each.declaration and each.declaration.reference.kind is None:
            session = str(each.declaration.reference.session)
            if session not in declared and votes[session].total() < _SAMPLE:
                votes[session][infer_kind(_read(each, ""), each.text)] += 1
    return {session: settle_kind(counted) for session, counted in votes.items()}


def _read(row: _Row, extractor: str, media_type: str = "text/plain") -> Version:
    language = row.declaration.reference.language if row.declaration else None
    return read_text(row.text, extractor=extractor, media_type=media_type, language=language)


def _record(
    row: _Row,
    declaration: Declaration,
    table: _Table,
    kinds: _Kinds,
    observed: str,
    refuse: _Refusal,
    store: Store,
) -> ImportedFile:
    refuse.once(store)
    reference = declaration.reference
    if reference.kind is None:
        kind = kinds.declared.get(reference.session) or kinds.declared.get(None)
        shown = None if kind else kinds.shown.get(str(reference.session))
        declaration = replace(
            declaration, reference=replace(reference, kind=kind or shown), kind_inferred=kind is None
        )
    recorded = store.known(declaration, table.sha256, digest_text(row.text))
    if recorded is None:
        version = _read(row, table.extractor, table.format.media_type)
        extraction = Extraction(row.text, table.format.media_type, table.extractor)
        recorded = store.record(
            infer_details(declaration, extraction, version),
            table.data,
            version,
            observed,
            raw=row.text,
            source=f"{table.path}#row={row.place.ordinal}",
            part=Part(table.sha256, row.place),
        )
    return replace(
        row.entry, status=recorded.outcome, reference=recorded.reference, elsewhere=recorded.elsewhere
    )
