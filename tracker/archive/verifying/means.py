"""What verifying is given by parts that it does not know: reading a document again, judging a token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Reread = Callable[[bytes, str, str], "str | None"]
"""Reads a document as an extractor of this name did, and as this media type; None where it cannot."""

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
