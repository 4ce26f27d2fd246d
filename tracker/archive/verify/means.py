"""What verifying is given by parts that it does not know: reading a document again, judging a token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a document cannot be read again as it was before."""

    why: str
    is_own: bool = False
    """Whether that is so of this document alone, and not of all that one extractor has read."""


Reread = Callable[[bytes, str, str], str | Unread]
"""Reads a document as an extractor of this name did, and as this media type."""

JudgeToken = Callable[[bytes, bytes], tuple[Literal["ok", "fault", "unverifiable"], str]]
"""Tells whether a time-stamp confirms bytes, and why not."""

Progress = Callable[[int, int], None]
"""Is told how many of how many are done."""


@dataclass(frozen=True, slots=True)
class Means:
    """The parts that verifying is given, and the instant at which it is done."""

    reread: Reread
    judge_token: JudgeToken
    instant: str
    progress: Progress
