"""``tracker export tables``: all tables as Parquet in one folder, for DuckDB, pandas, Polars and R."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import replace
from importlib.resources import files
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from tracker.diff.derive import find_comparison
from tracker.diff.diff import Chosen, list_parts, load_pair, look_back
from tracker.diff.sides import load_decided
from tracker.errors import ReferenceInvalid
from tracker.exchange.corpus import StatementReader, sentence_rows, statement_row, topic_rows
from tracker.exchange.exports import choose_current, new_target
from tracker.files import draft_folder, new_file, new_folder
from tracker.follow.panel import BodyStatements
from tracker.model.corpus_rows import SentenceRow, StatementRow, StatementTopicRow
from tracker.model.preserving import Exported
from tracker.model.rows import TABLES as COMPARED
from tracker.model.texts import Reference
from tracker.model.topics import SURE
from tracker.record.reading.holdings import read_holdings
from tracker.references import find_body, session_sort_key
from tracker.report.records import describe_columns, describe_table, refuse_parquet, stream_records, write_csv
from tracker.text.encoder import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from io import BufferedRandom
    from pathlib import Path

    from tracker.archive import ArchiveSession
    from tracker.exchange.exports import Wanted
    from tracker.files import Permissions
    from tracker.model.changes import Comparison
    from tracker.model.preserving import Holding
    from tracker.model.topics import Vocabulary
    from tracker.record.reading.holdings import Holdings

    Progress = Callable[[int, int], None]
    Rows = dict[str, list[Any]]


_OF_PAIRS: Final = {
    "topic_changes": COMPARED["topics"],
    "changes": COMPARED["changes"],
    "shifts": COMPARED["shifts"],
}
TABLES: Final[Mapping[str, type]] = {
    "statements": StatementRow,
    "sentences": SentenceRow,
    "topics": StatementTopicRow,
    **{table: kind for table, (kind, _) in _OF_PAIRS.items()},
}
"""The tables by name, each a folder, and the type of their rows."""

PARTITION: Final = "body"
"""The column that folders are named by, and no file has. Sessions in such names would be taken for numbers,
and not in every table: 79 is one, 31-reconvened is none."""
_PART: Final = 200
"""Statements whose rows are in one file of each table, and in memory at once."""


def export_tables(
    archive: ArchiveSession,
    target: Path,
    wanted: Wanted,
    vocabulary: Vocabulary,
    sure: float = SURE,
    progress: Progress = lambda _done, _total: None,
) -> tuple[Exported, Counter[str]]:
    """Write the texts of ``export_corpus``, and what is made of them, to a new folder, whole or not at all.

    Returns what was made, and by body how many pairs of neighbours nobody has compared, of which the last
    three tables say nothing. Raises as ``export_corpus`` does.
    """
    refuse_parquet(target)
    with new_target(target, archive.folder, private=wanted.private, what="folder") as permissions:
        holdings = read_holdings(archive.reader, archive.folder, private=wanted.private)
        chosen, closed = choose_current(archive.folder, holdings, wanted)
        maker = _Maker(archive, holdings, vocabulary, sure, lambda done: progress(done, len(chosen)))
        with draft_folder(target, permissions) as part:
            folder = _Folder(part, permissions)
            for name, some in _cut(chosen):
                folder.add(name, maker.make(some))
            folder.finish()
    return Exported(str(target), folder.counts, folder.size, None, closed), maker.pairs.missing


def _cut(chosen: Iterable[Holding]) -> Iterator[tuple[str, Sequence[Holding]]]:
    """Yield the name of each file, without its table, and what is in it: by body, session and country."""

    def place(holding: Holding) -> tuple[str, Any]:
        reference = holding.declaration.reference
        return reference.body, session_sort_key(reference.body, str(reference.session))

    for body, found in groupby(sorted(chosen, key=place), lambda each: each.declaration.reference.body):
        some = list(found)
        for number, start in enumerate(range(0, len(some), _PART)):
            yield f"{PARTITION}={quote(body, safe='')}/part-{number}.parquet", some[start : start + _PART]


class _Maker:
    """Makes the rows of statements."""

    def __init__(
        self,
        archive: ArchiveSession,
        holdings: Holdings,
        vocabulary: Vocabulary,
        sure: float,
        progress: Callable[[int], None],
    ) -> None:
        self._holdings = holdings
        self._progress = progress
        self._done = 0
        self._vocabulary = vocabulary
        self._reader = StatementReader(archive, vocabulary)
        self.pairs = _KeptPairs(archive, holdings, vocabulary, sure)

    def make(self, some: Sequence[Holding]) -> Rows:
        """Return the rows of each table."""
        rows: Rows = {table: [] for table in TABLES}
        for holding in some:
            self._progress(self._done)
            self._done += 1
            read = self._reader.read(self._holdings, holding)
            rows["statements"].append(statement_row(holding, read.side.version.text))
            rows["sentences"] += sentence_rows(read, self._vocabulary)
            rows["topics"] += topic_rows(read, self._vocabulary)
            if comparison := self.pairs.find(holding.declaration.reference):
                for table, (_, list_rows) in _OF_PAIRS.items():
                    rows[table] += list_rows(comparison)
        return rows


class _Folder:
    """The folder that is being filled."""

    def __init__(self, place: Path, permissions: Permissions) -> None:
        self._place = place
        self._permissions = permissions
        self._resources: list[dict[str, object]] = []
        self.size = 0
        self.counts = {_name_row(table): 0 for table in TABLES}

    def add(self, name: str, rows: Rows) -> None:
        """Write a file of each table; of one without rows too, so that every table can be read."""
        for table, some in rows.items():
            with self._new(f"{table}/{name}") as file:
                self.counts[_name_row(table)] += stream_records(
                    TABLES[table], some, "parquet", file, PARTITION
                )
                self.size += file.tell()
                file.seek(0)
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            self._resources.append(_describe_file(table, f"{table}/{name}", digest))

    def finish(self) -> None:
        """Write what the tables are."""
        package = {"name": "statements", "title": "National statements at UN bodies"}
        told = {
            "README.txt": files(__package__).joinpath("tables_readme.txt").read_text(encoding="utf-8"),
            "dictionary.csv": _list_columns(),
            "datapackage.json": _in_json({**package, "resources": self._resources}),
            **{f"schemas/{table}.json": _in_json(_describe_columns(kind)) for table, kind in TABLES.items()},
        }
        for name, text in told.items():
            with self._new(name) as file:
                self.size += file.write(text.encode())

    def _new(self, name: str) -> BufferedRandom:
        place = self._place / name
        for above in reversed([each for each in place.parents if self._place in each.parents]):
            if not above.exists():
                new_folder(above, self._permissions)
        return new_file(place, self._permissions)


def _name_row(table: str) -> str:
    return table.removesuffix("s").replace("_", " ")


def _list_columns() -> str:
    rows = [
        (table, column.name, column.type, column.meaning, ";".join(column.facts.get("enum", ())) or None)
        for table, kind in TABLES.items()
        for column in describe_columns(kind)
    ]
    return write_csv(("table", "column", "type", "meaning", "values"), rows)


def _describe_file(table: str, path: str, digest: str) -> dict[str, object]:
    """Return what a file is as Frictionless Data describes it; its own program miscounts bytes of Parquet."""
    return {
        "name": path.lower().replace("=", "-").removesuffix(".parquet"),
        "path": path,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "hash": f"sha256:{digest}",
        "schema": f"schemas/{table}.json",
    }


def _describe_columns(kind: type) -> dict[str, Any]:
    """Return what the columns of a file are: of a table all but the one that folders are named by."""
    told = describe_table(kind)
    return {**told, "fields": [each for each in told["fields"] if each["name"] != PARTITION]}


def _in_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


class _KeptPairs:
    """Finds the comparison of a statement with the one before it, as a batch or a diff has left it."""

    def __init__(
        self, archive: ArchiveSession, holdings: Holdings, vocabulary: Vocabulary, sure: float
    ) -> None:
        self._archive = archive
        self._vocabulary = vocabulary
        self._sure = sure
        self._open = {str(each.declaration.reference) for each in holdings.list()[0]}
        self._held: dict[str, BodyStatements] = {}
        self.missing: Counter[str] = Counter()
        """By body, how many pairs nobody has compared."""

    def find(self, new: Reference) -> Comparison | None:
        """Return what is kept, its sides named by full references; None where nothing is.

        What it says of topics rests on the statements before as well: where one of them may not leave the
        archive, nor does the comparison.
        """
        pair = self._find_pair(new)
        if pair is None:
            return None
        before, after, full = pair
        archive, vocabulary, derived = self._archive, self._vocabulary, self._archive.derived
        decided = load_decided(before, after, archive)
        sides = load_pair(before, after, archive)
        chosen = Chosen(vocabulary, DEFAULT, self._sure)
        parts = list_parts((before, after), archive, derived, decided, chosen)
        comparison = find_comparison(sides, parts, derived)
        if comparison is None:
            self.missing[new.body] += 1
            return None
        old_side, new_side = replace(comparison.old, name=full), replace(comparison.new, name=str(new))
        return replace(comparison, old=old_side, new=new_side)

    def _find_pair(self, new: Reference) -> tuple[Reference, Reference, str] | None:
        """Return the two statements as a diff names them, and the full reference of the older one."""
        if new.body not in self._held:
            self._held[new.body] = BodyStatements(self._archive, find_body(new.body))
        after = Reference(new.country, new.body, new.session)
        entry, before = self._held[new.body].find(after, self._vocabulary)
        if before is None or entry.statement != str(new):
            return None
        resolve = self._archive.reader.resolve
        try:
            looked = chain(*look_back(before, after, self._archive.reader))
            rests_on = [str(resolve(each)) for each in (before, *looked)]
        except ReferenceInvalid:
            # One of the sessions looked back on has several statements: no diff compares these.
            return None
        return (before, after, rests_on[0]) if self._open.issuperset(rests_on) else None
