"""``tracker export corpus`` and ``sentences``: one table in one file, for programs that analyse texts."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, get_args

from tracker.archive.file.lock import read_clock
from tracker.archive.file.modes import private_permissions
from tracker.archive.reading.holdings import read_holdings
from tracker.archive.rights.copies import note_copy
from tracker.errors import ArchiveUnusable, TrackerError
from tracker.files import BY_UMASK, draft_file
from tracker.model.corpus_rows import CorpusRow, SentenceRow
from tracker.model.preserving import Exported
from tracker.report.records import RecordForm, refuse_parquet, stream_records
from tracker.workflows.export.choosing import choose_current
from tracker.workflows.export.rows import StatementReader, corpus_row, sentence_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from io import BufferedRandom
    from pathlib import Path
    from typing import Any

    from tracker.archive.reading.holdings import Holdings
    from tracker.archive.session import ArchiveSession
    from tracker.files import Permissions
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
    ``private``; what is private can be read by the archive's owner or group alone. Raises ``TrackerError``
    for another ending, ``ArchiveUnusable`` where there is a file of that name or it cannot be written, and
    ``NotInArchive`` for a reference with nothing behind it that may leave.
    """

    def read(holdings: Holdings, holding: Holding) -> Iterator[CorpusRow]:
        yield corpus_row(holding, holdings.text(holding.text_sha256).decode())

    made = _Export(archive, target, CorpusRow, private=private, progress=progress)
    return made.write(read, wanted, every=every)


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

    made = _Export(archive, target, SentenceRow, private=private, progress=progress)
    return made.write(read, wanted, every=every)


class _Export:
    """A table that is being written."""

    def __init__(
        self, archive: ArchiveSession, target: Path, kind: type, *, private: bool, progress: Progress
    ) -> None:
        self._archive = archive
        self._target = target
        self._kind = kind
        self._private = private
        self._progress = progress

    def write(self, read: Read, wanted: Sequence[str], *, every: bool) -> Exported:
        folder, form = self._archive.folder, _read_form(self._target)
        holdings = read_holdings(self._archive.reader, folder, private=self._private)
        chosen, closed = choose_current(folder, holdings, wanted, every=every)

        def read_all() -> Iterator[Any]:
            for done, holding in enumerate(chosen):
                self._progress(done, len(chosen))
                yield from read(holdings, holding)

        permissions = private_permissions(folder) if self._private else BY_UMASK
        with _new_file(self._target, permissions) as file:
            rows = stream_records(self._kind, read_all(), form, file)
            size = file.tell()
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        note_copy(folder, "export", str(self._target.absolute()), read_clock())
        contents = {"statement": len(chosen)} | ({"sentence": rows} if self._kind is SentenceRow else {})
        return Exported(str(self._target), contents, size, sha256, closed)


def _read_form(target: Path) -> RecordForm:
    """Return the form that a file's ending names, where this installation can write it."""
    form: RecordForm
    for form in get_args(RecordForm):
        if target.suffix.lower() == f".{form}":
            if form == "parquet":
                refuse_parquet(target)
            return form
    raise TrackerError(f"{target}: the ending names the form; end it in .csv, .jsonl or .parquet")


@contextmanager
def _new_file(target: Path, permissions: Permissions) -> Iterator[BufferedRandom]:
    if os.path.lexists(target):
        raise ArchiveUnusable(f"{target} exists already; choose another file")
    try:
        with draft_file(target, permissions) as file:
            yield file
    except OSError as error:
        raise ArchiveUnusable(f"{target} cannot be written: {error.strerror}") from error
