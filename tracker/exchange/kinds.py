"""The kind of each text of an import: declared for sessions, or inferred from all texts of a session.

Who collects a session takes its texts from one place: they are all records, or all prepared texts.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias, TypeGuard, get_args

from tracker.errors import DocumentUnreadable, ReferenceInvalid
from tracker.exchange.add import ReadDocument, read_bytes
from tracker.model.texts import TextKind
from tracker.references import resolve_session
from tracker.text.detection import infer_kind
from tracker.text.identity import digest_bytes
from tracker.workflows.compare.sides import read_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from tracker.references import Body

_RANGE = re.compile(r"(\d{1,4})\s*[-–]\s*(\d{1,4})")
_MAJORITY = 0.75
_FEWEST = 3
"""Texts whose wording must show a kind, before their session has one."""
_SAMPLE = 200
"""Texts of a session that are looked at, and kept in memory until they are recorded."""

EVERY_SESSION: Final = None


def is_kind(text: str) -> TypeGuard[TextKind]:
    """Return whether a word is one of the kinds of text."""
    return text in get_args(TextKind)


def check_kind(text: str) -> TextKind:
    """Return a kind of text, or raise ``ReferenceInvalid`` for another word."""
    if is_kind(text):
        return text
    raise ReferenceInvalid(f"unknown kind of text {text!r}; expected one of {', '.join(get_args(TextKind))}")


def read_kinds(texts: Iterable[str], body: Body) -> dict[str | None, TextKind]:
    """Return the kind declared for each session, under ``None`` that of all others.

    A text is ``verbatim``, or ``verbatim:70-74,77`` for some sessions. Raises ``ReferenceInvalid`` for
    an unknown kind or session, and where two kinds are declared for one session.
    """
    kinds: dict[str | None, TextKind] = {}
    for text in texts:
        word, colon, sessions = text.partition(":")
        kind = check_kind(word)
        for session in _sessions(text, sessions, body) if colon else (EVERY_SESSION,):
            if kinds.setdefault(session, kind) != kind:
                where = f"session {session}" if session else "all sessions"
                raise ReferenceInvalid(f"--kind: {where} cannot be both {kinds[session]} and {kind}")
    return kinds


def _sessions(text: str, listed: str, body: Body) -> list[str]:
    sessions = []
    for part in map(str.strip, listed.split(",")):
        match = _RANGE.fullmatch(part)
        numbers = range(int(match[1]), int(match[2]) + 1) if match else ()
        if not part or part.endswith(("-", "–")) or (match and not numbers):
            raise ReferenceInvalid(f"--kind {text}: write sessions as in verbatim:70-74,77")
        sessions += [resolve_session(body, str(each)).label for each in numbers or (part,)]
    return sessions


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file to import whose kind nobody declared."""

    path: Path
    language: str | None


_Read: TypeAlias = tuple[ReadDocument, TextKind | None]
"""A document, and its kind."""


class SessionKinds:
    """Infers kinds by session; the texts read for that are kept until they are taken."""

    def __init__(self, candidates: Mapping[str, Sequence[Candidate]]) -> None:
        self._candidates = candidates
        self._shared: dict[str, TextKind | None] = {}
        self._read: dict[tuple[str, str | None], _Read | DocumentUnreadable] = {}

    def take(self, session: str, data: bytes, name: str, language: str | None) -> _Read:
        """Return a document of a session, and the kind of most texts there, or else of its own wording.

        It is read once. Raises ``DocumentUnreadable``.
        """
        shared = self._of_session(session)
        read = self._read.pop((digest_bytes(data), language), None)
        if isinstance(read, DocumentUnreadable):
            raise read
        document, shown = read or (read_bytes(data, name, language), None)
        return document, shared or (shown if read else _infer(document))

    def _of_session(self, session: str) -> TextKind | None:
        if session not in self._shared:
            self._read.clear()
            votes = Counter(map(self._look, self._candidates.get(session, ())[:_SAMPLE]))
            del votes[None]
            (kind, number), *_ = [*votes.most_common(1), (None, 0)]
            is_shared = votes.total() >= _FEWEST and number >= _MAJORITY * votes.total()
            self._shared[session] = kind if is_shared else None
        return self._shared[session]

    def _look(self, candidate: Candidate) -> TextKind | None:
        try:
            data = read_document(candidate.path)
        except DocumentUnreadable:
            return None
        key = digest_bytes(data), candidate.language
        try:
            document = read_bytes(data, str(candidate.path), candidate.language)
        except DocumentUnreadable as error:
            self._read[key] = error
            return None
        shown = _infer(document)
        self._read[key] = document, shown
        return shown


def _infer(document: ReadDocument) -> TextKind | None:
    return infer_kind(document.version, document.extraction.text)
