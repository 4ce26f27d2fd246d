"""Which statement a capture belongs to, told by its address, its date, or what the exporting archive says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args
from urllib.parse import unquote, urlsplit

from tracker.errors import ReferenceInvalid
from tracker.references import find_body, parse_reference
from tracker.workflows.importing.attribution import Told, compile_expression, settle_session, tell_match
from tracker.workflows.importing.named_sessions import find_sessions, sessions_of_date

if TYPE_CHECKING:
    from tracker.model.citing import Reference
    from tracker.model.record import Declaration

CaptureFrom = Literal["url", "date", "regex"]


@dataclass(frozen=True, slots=True)
class CaptureRule:
    """A series or statement that is given, and what names the rest; nothing given, captures say it."""

    within: Reference | None
    session_from: CaptureFrom | None
    regex: re.Pattern[str] | None = None

    @property
    def is_own(self) -> bool:
        """Whether the metadata records of an archive such as this one are asked, and trusted."""
        return self.within is None and self.regex is None

    @property
    def is_statement(self) -> bool:
        """Whether everything belongs to one statement."""
        return self.within is not None and self.within.session is not None


def read_capture_rule(series: str | None, session_from: CaptureFrom | None, regex: str | None) -> CaptureRule:
    """Return the rule of what a user gave, or raise ``ReferenceInvalid`` where it tells too little."""
    within = parse_reference(series) if series else None
    if within and within.snapshot is not None:
        raise ReferenceInvalid(f"{within}: snapshots get their numbers by themselves; leave out the @")
    if within and within.session:
        if session_from or regex:
            raise ReferenceInvalid(f"{within} names its session; leave out --session-from")
        return CaptureRule(within, None)
    asked = session_from or ("regex" if regex else None)
    if (asked == "regex") != bool(regex):
        raise ReferenceInvalid("--session-from regex and --regex EXPRESSION go together")
    if within is None and asked in {"url", "date"}:
        raise ReferenceInvalid(f"--session-from {asked} needs the series: --as GBR/CCPCJ")
    if within and asked is None:
        choices = ", ".join(get_args(CaptureFrom))
        raise ReferenceInvalid(f"{within} names no session; say what does: --session-from {choices}")
    return CaptureRule(within, asked, compile_expression(regex, within) if regex else None)


def name_capture(url: str, observed: str, own: Declaration | None, rule: CaptureRule) -> Told:
    """Return the statement of a capture by its address, instant and own metadata, as the rule asks."""
    try:
        if rule.is_own:
            return Told(own.reference if own else None)
        if rule.regex:
            return tell_match(url, rule.regex, rule.within)
        return _tell_session(url, observed, rule)
    except ReferenceInvalid as error:
        return Told(note=str(error))


def why_nameless(rule: CaptureRule) -> str:
    """Return why a capture that names no statement was passed over."""
    if rule.is_own:
        return "without metadata of a tracker export: say whose they are with --as or --regex"
    return "whose address does not fit the expression" if rule.regex else "whose address names no session"


def _tell_session(url: str, observed: str, rule: CaptureRule) -> Told:
    series = rule.within
    if series is None or series.session:
        return Told(series)
    body = find_body(series.body)
    if rule.session_from == "date":
        return settle_session(series, sessions_of_date(body, observed[:10]), None)
    parts = urlsplit(url)
    words = re.split(r"[/?&=_+]|\.(?=\w+$)", unquote(f"{parts.path}?{parts.query}"))
    labels = [label for word in words for label in find_sessions(body, word.replace(".", " "))]
    return settle_session(series, tuple(dict.fromkeys(labels)), None)
