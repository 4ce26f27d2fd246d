"""The statement that a text names: by a user's expression, or by sessions and dates in words or figures."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from tracker.comparing.passages.terms import load_values
from tracker.errors import ReferenceInvalid
from tracker.exchange.add import is_kind
from tracker.model.facts import check_date
from tracker.model.languages import LATIN
from tracker.model.texts import Reference
from tracker.references import (
    find_body,
    find_country,
    match_session,
    parse_reference,
    resolve_session,
    sessions_of_year,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tracker.references import Body

_GROUPS = ("country", "body", "session", "item", "date", "year", "kind", "language")
"""What the groups of a regular expression may be called."""

_BARE_YEAR = r"(?P<year>(?:19|20|21)\d\d)(?!\d)"
_YEAR = r"(?<![\d.])" + _BARE_YEAR
_MONTH = r"(?P<month>[^\W\d_]{3,12})\.?"
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er|º)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        _YEAR + r"(?P<mark>[-/.])(?P<number>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)",
        # Day before month, as the United Nations write; 05/16/2022 is in no calendar and is left alone.
        r"(?<!\d)(?P<day>\d{1,2})(?P<mark>[/.])(?P<number>\d{1,2})(?P=mark)" + _BARE_YEAR,
        _DAY + r"(?: de| of)? " + _MONTH + r",?(?: de| of| del)? " + _YEAR,
        _MONTH + r" (?P<day>\d{1,2})(?:st|nd|rd|th)?,? " + _YEAR,
        _YEAR + r"-(?P<number>\d{2})(?![\d-])",
        _MONTH + r",?(?: de| del)? " + _YEAR,
        r"(?<![/-])" + _YEAR + r"(?![-/]\d)",
    )
)
_TOKEN = re.compile(r"[^\W_]+(?:[-./][^\W_]+)*")
_MARK = re.compile(r"sess|s[eé]ss|sesi|meet|^e?s+-?\d|^cop\d", re.IGNORECASE)
_WIDEST = 8
"""Words of the longest name that is looked for: ``thirty-first regular session of the Commission``."""


@dataclass(frozen=True, slots=True)
class ParsedReference:
    """The statement that a text names, and its delivery date; ``note`` says why there is none."""

    reference: Reference | None = None
    delivered: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """The given series or statement, and what names the other parts of a reference."""

    within: Reference | None
    session_from: str | None
    regex: re.Pattern[str] | None = None

    @property
    def is_own(self) -> bool:
        """Whether a capture's own metadata, as tracker exports it, names the statement."""
        return self.within is None and self.regex is None

    @property
    def is_statement(self) -> bool:
        """Whether everything belongs to one statement."""
        return self.within is not None and self.within.session is not None

    @property
    def series(self) -> Reference:
        """The given series. Raises ``ReferenceInvalid`` where there is none."""
        if self.within is None:
            raise ReferenceInvalid(f"--session-from {self.session_from} needs the series: --as GBR/CCPCJ")
        return self.within


def read_rule(
    series: str | None, session_from: str | None, regex: str | None, choices: tuple[str, ...]
) -> Rule:
    """Return the rule that a user's options make. Raises ``ReferenceInvalid`` where they are incomplete.

    Of the ``choices`` of what may name the session the path of a revision is the default, or else a capture's
    own metadata.
    """
    within = parse_reference(series) if series else None
    default = "path" if "path" in choices else None
    if within and within.snapshot is not None:
        raise ReferenceInvalid(f"{within}: snapshots are numbered automatically; remove the @")
    if within and within.session:
        if session_from or regex:
            raise ReferenceInvalid(f"{within} names a session already; remove --session-from")
        return Rule(within, default)
    asked = session_from or ("regex" if regex else default)
    if (asked == "regex") != bool(regex):
        raise ReferenceInvalid("--session-from regex and --regex EXPRESSION go together")
    if within is None and asked in {"subject", "date", "url"}:
        raise ReferenceInvalid(f"--session-from {asked} needs the series: --as GBR/CCPCJ")
    if within and not (session_from or regex):
        options = ", ".join(choices)
        raise ReferenceInvalid(f"{within} names no session; add --session-from with one of {options}")
    return Rule(within, asked, _compile(regex, within) if regex else None)


def find_statement(rule: Rule, text: str, read: Callable[[], ParsedReference]) -> ParsedReference:
    """Return the given statement, what an expression matches in a text, or else what ``read`` returns."""
    if rule.is_statement:
        return ParsedReference(rule.within)
    try:
        return _match(text, rule.regex, rule.within) if rule.regex else read()
    except ReferenceInvalid as error:
        return ParsedReference(note=str(error))


def settle_session(series: Reference, labels: tuple[str, ...], delivered: str | None) -> ParsedReference:
    """Return the statement of the only session named; several sessions are ambiguous."""
    if len(labels) > 1:
        return ParsedReference(note=f"it matches several sessions: {', '.join(labels)}")
    return ParsedReference(replace(series, session=labels[0]), delivered) if labels else ParsedReference()


def find_sessions(body: Body, text: str) -> tuple[str, ...]:
    """Return the labels of the sessions that a text names, each once; dates are ignored.

    A number alone is no session, unless the text is only this number; it needs the word or the body's name
    beside it.
    """
    bare = without_dates(text)
    tokens = _TOKEN.findall(bare)
    is_number = len(tokens) == 1 and any(char.isdigit() for char in tokens[0])
    if is_number and (whole := match_session(body, tokens[0])):
        return (whole.label,)
    labels: list[str] = []
    start = 0
    while start < len(tokens):
        width, label = _longest_session(body, tokens, start)
        if label:
            labels.append(label)
        start += max(width, 1)
    return tuple(dict.fromkeys(labels))


def sessions_of_date(body: Body, written: str) -> tuple[str, ...]:
    """Return the sessions of a body that a date may belong to: by its own label, or those of its year."""
    for text in (written, written[:4]):
        session = match_session(body, text)
        if session and session.year == int(written[:4]) and session.number is None:
            return (session.label,)
    return sessions_of_year(body, int(written[:4]))


def find_dates(text: str) -> tuple[str, ...]:
    """Return the dates that a text names, as exactly as it names them (EDTF), in their order.

    Months may be written in English, French and Spanish. What is in no calendar is left out.
    """
    found: dict[int, str] = {}
    for form in _FORMS:
        for match in form.finditer(text):
            written = _read_date(match)
            if written:
                found[match.start()] = written
                text = f"{text[: match.start()]}{'_' * len(match[0])}{text[match.end() :]}"
    return tuple(dict.fromkeys(found[place] for place in sorted(found)))


def only_date(text: str) -> str | None:
    """Return the one date that a text names; none where it names several, or none."""
    dates = find_dates(text)
    return dates[0] if len(dates) == 1 else None


def without_dates(text: str) -> str:
    """Return a text with the dates that ``find_dates`` finds replaced by blanks."""
    for form in _FORMS:
        text = form.sub(lambda match: " " * len(match[0]) if _read_date(match) else match[0], text)
    return text


def _compile(expression: str, within: Reference | None) -> re.Pattern[str]:
    """Return a user's expression, or raise ``ReferenceInvalid`` where it is invalid or lacks a group."""
    try:
        regex = re.compile(expression, re.MULTILINE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ReferenceInvalid(f"--regex {expression[:200]!r}: {error}") from None
    unknown = sorted(set(regex.groupindex) - set(_GROUPS))
    if unknown:
        raise ReferenceInvalid(f"--regex: unknown group {unknown[0]!r}; expected one of {', '.join(_GROUPS)}")
    missing = [name for name in ("country", "body") if within is None and name not in regex.groupindex]
    if missing:
        raise ReferenceInvalid(
            f"--regex names no (?P<{missing[0]}>...); add it, or name the series with --as"
        )
    return regex


def _match(text: str, regex: re.Pattern[str], within: Reference | None) -> ParsedReference:
    """Return the statement that the groups of an expression match. Raises ``ReferenceInvalid``."""
    match = regex.search(text)
    if match is None:
        return ParsedReference()
    parts = {name: value for name, value in match.groupdict().items() if value}
    if "session" not in regex.groupindex:
        parts["session"] = (match[1] if regex.groups else match[0]) or ""
    if not parts.get("session"):
        return ParsedReference()
    written = parts.get("date") or parts.get("year")
    return ParsedReference(_build(parts, within), check_date(written) if written else None)


def _build(parts: Mapping[str, str], within: Reference | None) -> Reference:
    country = parts.get("country") or (within.country if within else "")
    body = find_body(parts.get("body") or (within.body if within else ""))
    kind = parts.get("kind")
    return Reference(
        find_country(country).code,
        body.id,
        resolve_session(body, parts["session"]).label,
        parts.get("item") or (within.item if within else None),
        (kind if kind and is_kind(kind) else None) or (within.kind if within else None),
        parts.get("language") or (within.language if within else None),
    )


def _longest_session(body: Body, tokens: list[str], start: int) -> tuple[int, str | None]:
    for width in range(min(_WIDEST, len(tokens) - start), 0, -1):
        window = " ".join(tokens[start : start + width])
        if _names_session(body, window) and (session := match_session(body, window)):
            return width, session.label
    return 0, None


def _names_session(body: Body, window: str) -> bool:
    """Return whether there is more than a number: a word for a session, or a name of the body."""
    if any(_MARK.search(token) for token in window.split()):
        return True
    return any(name.lower() in window.lower() for name in (body.id, body.name, *body.aliases))


def _read_date(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    month = int(parts["number"]) if parts.get("number") else _month_number(parts.get("month"))
    if parts.get("month") and month is None:
        return None
    numbers = [int(parts["year"]), month, int(parts["day"]) if parts.get("day") else None]
    try:
        date(numbers[0] or 1, numbers[1] or 1, numbers[2] or 1)
    except ValueError:
        return None
    return "-".join(f"{number:02}" for number in numbers if number is not None)


def _month_number(word: str | None) -> int | None:
    lowered = (word or "").lower()
    return next((int(number) for name, number in _months() if lowered.startswith(name)), None)


@lru_cache(maxsize=1)
def _months() -> tuple[tuple[str, str], ...]:
    tables = (load_values("dates.toml", "months", language) for language in LATIN)
    names = {name: number for table in tables for name, number in table.items()}
    return tuple(sorted(names.items(), key=lambda item: -len(item[0])))
