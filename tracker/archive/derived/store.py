"""``derived.db``: what can be computed again, kept next to the record so that it need not be.

The file may be deleted at any time. Whatever is wrong with it or its folder, work goes on in memory.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Self

from tracker.archive.derived.file import DerivedFile
from tracker.archive.schema.connection import FILE_NAME
from tracker.errors import ReferenceInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from types import TracebackType

    from tracker.archive.derived.file import Statement
    from tracker.model.changes import Comparison
    from tracker.model.texts import Side


DERIVED_NAME = "derived.db"

Answers = dict[tuple[str, str], tuple[str, str]]
"""By kind and key: the rules that gave an answer, and the answer."""

Shown = tuple[str, str, str]
"""A change's id, and the references of the two versions compared, with edition and snapshot."""


def open_derived(folder: Path | None) -> Derived:
    """Open what was derived from the archive in a folder; use it in a ``with`` statement.

    Never raises, and never makes a folder: without an archive, or where the file cannot be read or
    written, everything is kept in memory until the end of the block.
    """
    is_archive = False
    with suppress(OSError):
        is_archive = folder is not None and (folder / FILE_NAME).is_file()
    return Derived(DerivedFile(folder / DERIVED_NAME) if folder and is_archive else None)


class Derived:
    """Answers, sentence vectors, and which comparison last showed a change. No method raises.

    What is kept is written when the block ends, or is told to save, in one transaction or not at all.
    """

    def __init__(self, file: DerivedFile | None = None) -> None:
        self._file = file
        self._answers: Answers = {}
        self._vectors: dict[tuple[str, bytes], bytes] = {}
        self._shown: dict[str, tuple[str, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write what was kept, and close the file."""
        if self._file is None:
            return
        self.save()
        self._file.close()

    def save(self) -> bool:
        """Write what was kept so far, so that a long run that is cut short need not begin again.

        Returns whether that was possible: what a full disk or another program keeps out is forgotten.
        """
        statements = [statement for statement in self._statements() if statement[1]]
        if self._file is None or not statements:
            return not statements
        written = self._file.write(statements)
        for kept in (self._answers, self._vectors, self._shown):
            kept.clear()
        return written

    @property
    def answers(self) -> Answers:
        """The answers kept since the last save."""
        return dict(self._answers)

    def add_answers(self, answers: Answers) -> None:
        """Keep answers that were given elsewhere, as ``keep_answer`` does."""
        self._answers |= answers

    def answer(self, kind: str, key: str) -> str | None:
        """Return the answer of a kind that was kept under a key."""
        if (kind, key) in self._answers:
            return self._answers[kind, key][1]
        rows = self._ask("SELECT value, digest FROM answers WHERE kind = ? AND key = ?", kind, key)
        for value, digest in rows:
            if isinstance(value, str) and digest == _digest(kind, key, value):
                return value
        return None

    def has_answers(self, names: Iterable[tuple[str, str]]) -> bool:
        """Return whether all of these answers are kept, by kind and key; none is read."""
        sql = "SELECT 1 FROM answers WHERE kind = ? AND key = ?"
        return all((kind, key) in self._answers or self._ask(sql, kind, key) for kind, key in names)

    def keep_answer(self, kind: str, key: str, rules: str, value: str) -> None:
        """Keep an answer; those of its kind that other rules gave are not kept any longer."""
        self._answers[kind, key] = (rules, value)

    def vector(self, encoder: str, sentence: bytes) -> bytes | None:
        """Return the vector that an encoder gave a sentence, named by its digest."""
        if (encoder, sentence) in self._vectors:
            return self._vectors[encoder, sentence]
        sql = "SELECT vector, digest FROM vectors WHERE encoder = ? AND sentence = ?"
        for vector, digest in self._ask(sql, encoder, sentence):
            if isinstance(vector, bytes) and digest == _digest(encoder, sentence, vector):
                return vector
        return None

    def keep_vectors(self, encoder: str, vectors: Mapping[bytes, bytes]) -> None:
        """Keep an encoder's vectors under the digests of their sentences."""
        self._vectors |= {(encoder, sentence): vector for sentence, vector in vectors.items()}

    def remember_shown(self, comparison: Comparison) -> None:
        """Remember that these two versions showed these changes; files outside the archive have no name."""
        old, new = _full_name(comparison.old), _full_name(comparison.new)
        if old is None or new is None:
            return
        for change in comparison.changes:
            if self._ask("SELECT old, new FROM shown WHERE change = ?", change.id) != [(old, new)]:
                self._shown[change.id] = (old, new)

    def find_shown(self, prefix: str) -> tuple[Shown, ...]:
        """Return the changes whose id begins so, in order of id, and where each was last shown."""
        if not prefix:
            return ()
        sql = "SELECT change, old, new FROM shown WHERE change >= ? AND change < ?"
        found = {
            change: (change, old, new)
            for change, old, new in self._ask(sql, prefix, f"{prefix}\U0010ffff")
            if isinstance(change, str) and isinstance(old, str) and isinstance(new, str)
        }
        found |= {
            change: (change, *pair) for change, pair in self._shown.items() if change.startswith(prefix)
        }
        return tuple(found[change] for change in sorted(found))

    def _ask(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        return self._file.ask(sql, values) if self._file else []

    def _statements(self) -> list[Statement]:
        answers = [
            (kind, key, rules, value, _digest(kind, key, value))
            for (kind, key), (rules, value) in self._answers.items()
        ]
        # Smaller and larger than these, since what is only other than them is looked for in all of a kind.
        current = sorted({(kind, rules) for kind, _, rules, _, _ in answers})
        vectors = [
            (encoder, sentence, vector, _digest(encoder, sentence, vector))
            for (encoder, sentence), vector in self._vectors.items()
        ]
        shown = [(change, *pair) for change, pair in self._shown.items()]
        return [
            ("DELETE FROM answers WHERE kind = ? AND rules < ?", current),
            ("DELETE FROM answers WHERE kind = ? AND rules > ?", current),
            ("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", answers),
            ("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", vectors),
            ("INSERT OR REPLACE INTO shown VALUES (?, ?, ?)", shown),
        ]


def _digest(*parts: str | bytes) -> bytes:
    """Return the digest by which a damaged row is recognised."""
    digest = blake2b(digest_size=8)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


def _full_name(side: Side) -> str | None:
    """Return the reference of a side of the archive, with its edition and its snapshot."""
    if side.snapshot is None:
        return None
    from tracker.references import parse_reference  # noqa: PLC0415 (14 ms, where something was shown)

    try:
        named = parse_reference(side.name)
    except ReferenceInvalid:
        return None
    language = named.language or side.version.language
    return str(replace(named, kind=side.kind, language=language, snapshot=side.snapshot))
