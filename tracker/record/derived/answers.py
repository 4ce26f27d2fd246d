"""``derived.db``: what can be computed again, kept next to the record so that it need not be.

The file may be deleted at any time. Whatever is wrong with it or its folder, work goes on in memory. A row
is believed where the secret of this user has signed it; other users' rows are neither read nor removed.
"""

from __future__ import annotations

from dataclasses import replace
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Self

from tracker.errors import ReferenceInvalid
from tracker.record.derived.file import DerivedFile
from tracker.record.derived.secret import read_secret, sign
from tracker.record.schema.connection import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from types import TracebackType

    from tracker.model.changes import Comparison
    from tracker.model.texts import Side
    from tracker.record.derived.file import Row, Statement


DERIVED_NAME = "derived.db"

_USER_LENGTH = 8
"""Bytes by which a user's rows are found; each of a thousand vectors has them."""

Answers = dict[tuple[str, str], tuple[str, str]]
"""By kind and key: the rules that gave an answer, and the answer."""

Shown = tuple[str, str, str]
"""A change's id, and the references of the two versions compared, with edition and snapshot."""


def open_derived(folder: Path | None, beside: Path | None = None) -> Derived:
    """Return what was derived from the archive in a folder; in memory where there is none.

    Use it in a ``with`` statement: what is kept is written when the block ends. Where the file cannot be
    read or written, everything is kept in memory until the end of the block. That the folder holds a record
    of this program is for the caller to know: what is called ``derived.db`` elsewhere is another's. What
    is not there is looked for in the folder ``beside``.
    """
    if folder is not None and (folder / FILE_NAME).is_file() and (secret := read_secret()):
        other = DerivedFile(beside / DERIVED_NAME) if beside else None
        return Derived(DerivedFile(folder / DERIVED_NAME), secret, other)
    return Derived()


class Derived:
    """Answers, sentence vectors, and which comparison last showed a change. No method raises.

    What is kept is written when the block ends, or is told to save, in one transaction or not at all.
    """

    def __init__(
        self, file: DerivedFile | None = None, secret: bytes = b"", beside: DerivedFile | None = None
    ) -> None:
        self._file = file
        self._beside = beside
        self._secret = secret
        self._user = sign(secret, "user")[:_USER_LENGTH]
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
        for file in filter(None, (self._file, self._beside)):
            file.close()

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

    @property
    def vectors(self) -> Mapping[tuple[str, bytes], bytes]:
        """The vectors kept since the last save, by encoder and digest of the sentence."""
        return dict(self._vectors)

    def has_own(self) -> bool:
        """Return whether the file has answers of this user."""
        return bool(self._ask("SELECT 1 FROM answers WHERE user = ? LIMIT 1", self._user))

    def add_answers(self, answers: Answers) -> None:
        """Keep answers that were given elsewhere, as ``keep_answer`` does."""
        self._answers |= answers

    def take_answers(self) -> Answers:
        """Return the answers kept since the last save, for another process to keep; forget all that was."""
        answers = self._answers.copy()
        for kept in (self._answers, self._vectors, self._shown):
            kept.clear()
        return answers

    def answer(self, kind: str, key: str) -> str | None:
        """Return the answer of a kind that was kept under a key."""
        if (kind, key) in self._answers:
            return self._answers[kind, key][1]
        sql = "SELECT rules, value, signature FROM answers WHERE kind = ? AND key = ? AND user = ?"
        for rules, value, signature in self._seek(sql, kind, key, self._user):
            if isinstance(value, str) and self._has_signed(signature, "answers", kind, key, rules, value):
                return value
        return None

    def has_answers(self, names: Iterable[tuple[str, str]]) -> bool:
        """Return whether all of these answers are kept, by kind and key; none is read, or believed yet."""
        sql = "SELECT 1 FROM answers WHERE kind = ? AND key = ? AND user = ?"
        return all(
            (kind, key) in self._answers or self._seek(sql, kind, key, self._user) for kind, key in names
        )

    def keep_answer(self, kind: str, key: str, rules: str, value: str) -> None:
        """Keep an answer; those of its kind that other rules gave are not kept any longer."""
        self._answers[kind, key] = (rules, value)

    def vector(self, encoder: str, sentence: bytes) -> bytes | None:
        """Return the vector that an encoder gave a sentence, named by its digest."""
        if (encoder, sentence) in self._vectors:
            return self._vectors[encoder, sentence]
        sql = "SELECT vector, signature FROM vectors WHERE encoder = ? AND sentence = ? AND user = ?"
        for vector, signature in self._seek(sql, encoder, sentence, self._user):
            if isinstance(vector, bytes) and self._has_signed(
                signature, "vectors", encoder, sentence, vector
            ):
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
            if (change.id, old, new) not in self._find_shown("change = ?", change.id):
                self._shown[change.id] = (old, new)

    def find_shown(self, prefix: str) -> tuple[Shown, ...]:
        """Return the changes whose id begins so, in order of id, and where each was last shown."""
        if not prefix:
            return ()
        kept = self._find_shown("change >= ? AND change < ?", prefix, f"{prefix}\U0010ffff")
        found = {each[0]: each for each in kept} | {
            change: (change, *pair) for change, pair in self._shown.items() if change.startswith(prefix)
        }
        return tuple(found[change] for change in sorted(found))

    def list_shown_pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the versions of which comparisons that are kept in the file showed changes, in order."""
        return tuple(sorted({(old, new) for _, old, new in self._find_shown("?", 1)}))

    def _find_shown(self, condition: str, *values: object) -> list[Shown]:
        sql = f"SELECT change, old, new, signature FROM shown WHERE {condition} AND user = ?"  # noqa: S608 (ours)
        rows = self._ask(sql, *values, self._user)
        return [(row[0], row[1], row[2]) for *row, given in rows if self._has_signed(given, "shown", *row)]

    def _has_signed(self, signature: Any, *parts: Any) -> bool:  # noqa: ANN401 (what a file may hold)
        """Return whether a row is this user's own; only then is anything in it read."""
        return (
            all(isinstance(part, str | bytes) for part in (signature, *parts))
            and isinstance(signature, bytes)
            and compare_digest(signature, sign(self._secret, *parts))
        )

    def _sign(self, table: str, *values: str | bytes) -> Row:
        """Return a row of a table with its user and signature."""
        return (*values, self._user, sign(self._secret, table, *values))

    def _ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._file.ask(sql, values) if self._file else []

    def _seek(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return what is kept under a name that is the digest of all that it rests on: here, or beside."""
        return self._ask(sql, *values) or (self._beside.ask(sql, values) if self._beside else [])

    def _statements(self) -> list[Statement]:
        answers = [
            self._sign("answers", kind, key, rules, value)
            for (kind, key), (rules, value) in self._answers.items()
        ]
        # Smaller and larger than these, since what is only other than them is looked for in all of a kind.
        kinds = {(kind, rules) for (kind, _), (rules, _) in self._answers.items()}
        current = [(self._user, *each) for each in sorted(kinds)]
        vectors = [
            self._sign("vectors", encoder, sentence, vector)
            for (encoder, sentence), vector in self._vectors.items()
        ]
        shown = [self._sign("shown", change, *pair) for change, pair in self._shown.items()]
        return [
            ("DELETE FROM answers WHERE user = ? AND kind = ? AND rules < ?", current),
            ("DELETE FROM answers WHERE user = ? AND kind = ? AND rules > ?", current),
            ("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", answers),
            ("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?)", vectors),
            ("INSERT OR REPLACE INTO shown VALUES (?, ?, ?, ?, ?)", shown),
        ]


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
