"""``tracker export corpus`` and ``sentences``: one table in one file, for programs that analyse texts."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, get_args

from tracker.archive.reading.holdings import read_holdings
from tracker.errors import TrackerError
from tracker.exchange.exports import choose_current
from tracker.exchange.rows import StatementReader, corpus_row, sentence_rows
from tracker.exchange.target import new_target
from tracker.files import draft_file
from tracker.model.corpus_rows import CorpusRow, SentenceRow
from tracker.model.preserving import Exported
from tracker.report.records import RecordForm, refuse_parquet, stream_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from tracker.archive.reading.holdings import Holdings
    from tracker.archive.session import ArchiveSession
    from tracker.model.preserving import Holding
    from tracker.model.topics import Vocabulary

    Progress = Callable[[int, int], None]
    Read = Callable[[Holdings, Holding], Iterator[Any]]


def export_corpus(
    archive: ArchiveSession,
    target: Path,
    wanted: Sequence[str],
    *,
    every: bool = False,
    private: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> Exported:
    """Write the current texts of statements into a new table, whole or not at all; see ``choose_current``.

    The target's ending names the form. The same record gives the same bytes. Open material only, unless
    ``private``. Raises ``TrackerError`` for another ending, and as ``new_target`` and ``choose_current`` do.
    """

    def read(holdings: Holdings, holding: Holding) -> Iterator[CorpusRow]:
        yield corpus_row(holding, holdings.text(holding.text_sha256).decode())

    return _export(archive, target, CorpusRow, read, wanted, every=every, private=private, progress=progress)


def export_sentences(
    archive: ArchiveSession,
    target: Path,
    wanted: Sequence[str],
    vocabulary: Vocabulary,
    *,
    every: bool = False,
    private: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> Exported:
    """Write the sentences of the same texts, with their topics; as ``export_corpus`` does.

    What was read before is not read again, and what is read stays.
    """
    reader = StatementReader(archive, vocabulary)

    def read(holdings: Holdings, holding: Holding) -> Iterator[SentenceRow]:
        return sentence_rows(reader.read(holdings, holding), vocabulary)

    return _export(
        archive, target, SentenceRow, read, wanted, every=every, private=private, progress=progress
    )


def _export(
    archive: ArchiveSession,
    target: Path,
    kind: type,
    read: Read,
    wanted: Sequence[str],
    *,
    every: bool,
    private: bool,
    progress: Progress,
) -> Exported:
    form = _read_form(target)
    with new_target(target, archive.folder, private=private) as permissions:
        holdings = read_holdings(archive.reader, archive.folder, private=private)
        chosen, closed = choose_current(archive.folder, holdings, wanted, every=every)

        def read_all() -> Iterator[Any]:
            for done, holding in enumerate(chosen):
                progress(done, len(chosen))
                yield from read(holdings, holding)

        with draft_file(target, permissions) as file:
            rows = stream_records(kind, read_all(), form, file)
            size = file.tell()
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    contents = {"statement": len(chosen)} | ({"sentence": rows} if kind is SentenceRow else {})
    return Exported(str(target), contents, size, sha256, closed)


def _read_form(target: Path) -> RecordForm:
    """Return the form that a file's ending names, where this installation can write it."""
    form: RecordForm
    for form in get_args(RecordForm):
        if target.suffix.lower() == f".{form}":
            if form == "parquet":
                refuse_parquet(target)
            return form
    raise TrackerError(f"{target}: the ending names the format; end it in .csv, .jsonl or .parquet")
