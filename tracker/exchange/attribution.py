"""The statement of each revision of a file: from its path, its commit, or the revision before it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from tracker.errors import ReferenceInvalid
from tracker.exchange.add import check_date, is_kind
from tracker.exchange.named_sessions import find_sessions, only_date, sessions_of_date
from tracker.model.record import Declaration
from tracker.model.texts import Reference
from tracker.preservation.git.history import Removal
from tracker.preservation.git.streams import read_trailers
from tracker.references import find_body, find_country, parse_reference, resolve_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tracker.preservation.git.history import Revision

GIT_SOURCES = ("path", "subject", "date", "trailer", "regex")
WARC_SOURCES = ("url", "date", "regex")
"""What may name the session of a revision or a capture."""
_GROUPS = ("country", "body", "session", "item", "date", "year", "kind", "language")
"""What the groups of a regular expression may be called."""


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


@dataclass(frozen=True, slots=True)
class Attributed:
    """A revision or removal with its statement, or a ``note`` why it has none."""

    event: Revision | Removal
    declaration: Declaration | None
    note: str = ""
    is_same: bool = False
    """The file was only renamed: the statement's text is the one before."""


def read_rule(
    series: str | None, session_from: str | None, regex: str | None, choices: tuple[str, ...]
) -> Rule:
    """Return the rule that a user's options make. Raises ``ReferenceInvalid`` where they are incomplete.

    The default is the path of a revision, or a capture's own metadata.
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


def attribute(events: Iterable[Revision | Removal], rule: Rule) -> Iterator[Attributed]:
    """Yield each revision with its statement; one that names none continues the revision before it.

    A removal belongs to the statement whose text the file had last. Only the first revision of a
    statement declares its delivery date: a later correction has its own date.
    """
    last: dict[str, Reference] = {}
    dated: set[Reference] = set()
    for event in events:
        if isinstance(event, Removal):
            held = last.pop(event.path, None)
            yield Attributed(event, Declaration(held) if held else None)
            continue
        parsed = find_statement(rule, f"{event.path}\n{event.made.message}", partial(_read, event, rule))
        before = last.get(event.was) or last.get(event.path)
        reference = parsed.reference or (None if parsed.note else before)
        if reference is None:
            yield Attributed(event, None, parsed.note or _names_none(rule))
            continue
        note = "" if parsed.reference else f"{_names_none(rule)}: taken to continue {before}"
        delivered = parsed.delivered if parsed.reference and reference not in dated else None
        if delivered:
            dated.add(reference)
        is_same = event.is_rename_alone and reference == last.get(event.was)
        last[event.path] = reference
        yield Attributed(event, Declaration(reference, delivered=delivered), note, is_same)


def _names_none(rule: Rule) -> str:
    what = {"regex": "nothing matches the expression", "trailer": "there is no trailer"}
    return what.get(rule.session_from or "", f"its {rule.session_from} names no session")


def find_statement(rule: Rule, text: str, read: Callable[[], ParsedReference]) -> ParsedReference:
    """Return the given statement, what an expression matches in a text, or else what ``read`` returns."""
    if rule.is_statement:
        return ParsedReference(rule.within)
    try:
        return _match(text, rule.regex, rule.within) if rule.regex else read()
    except ReferenceInvalid as error:
        return ParsedReference(note=str(error))


def _parse_path(revision: Revision, rule: Rule) -> ParsedReference:
    stem = revision.path.rpartition(".")[0] or revision.path
    if rule.within is None:
        return ParsedReference(_reference_at_end(stem))
    name = stem.rpartition("/")[2]
    return settle_session(rule.within, find_sessions(find_body(rule.within.body), _spaced(name)), None)


def _parse_subject(revision: Revision, rule: Rule) -> ParsedReference:
    series = series_of(rule)
    body, subject = find_body(series.body), revision.made.subject
    written = only_date(subject)
    labels = find_sessions(body, subject) or (sessions_of_date(body, written) if written else ())
    return settle_session(series, labels, written)


def _parse_date(revision: Revision, rule: Rule) -> ParsedReference:
    series, authored = series_of(rule), revision.made.authored
    if authored is None:
        return ParsedReference(note="its author date is invalid")
    return settle_session(series, sessions_of_date(find_body(series.body), authored[:10]), authored[:10])


def _parse_trailer(revision: Revision, rule: Rule) -> ParsedReference:
    trailers = read_trailers(revision.made.message)
    delivered = trailers.get("delivered") or trailers.get("date")
    written = check_date(delivered) if delivered else None
    if named := trailers.get("statement"):
        return ParsedReference(parse_reference(named), written)
    label = trailers.get("session")
    if not label or rule.within is None:
        return ParsedReference()
    return ParsedReference(
        replace(rule.within, session=resolve_session(rule.within.body, label).label), written
    )


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


_READERS: Mapping[str | None, Callable[[Revision, Rule], ParsedReference]] = {
    "path": _parse_path,
    "subject": _parse_subject,
    "date": _parse_date,
    "trailer": _parse_trailer,
}


def _read(revision: Revision, rule: Rule) -> ParsedReference:
    return _READERS[rule.session_from](revision, rule)


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


def settle_session(series: Reference, labels: tuple[str, ...], delivered: str | None) -> ParsedReference:
    """Return the statement of the only session named; several sessions are ambiguous."""
    if len(labels) > 1:
        return ParsedReference(note=f"it matches several sessions: {', '.join(labels)}")
    return ParsedReference(replace(series, session=labels[0]), delivered) if labels else ParsedReference()


def _reference_at_end(stem: str) -> Reference | None:
    """Return the statement that the last parts of a path name: ``GBR/HRC/52/item-4``, ``GBR/UNGA/79``."""
    parts = stem.split("/")
    for length in (4, 3):
        try:
            found = parse_reference("/".join(parts[-length:])) if len(parts) >= length else None
        except ReferenceInvalid:
            continue
        if found and found.session:
            return found
    return None


def _spaced(name: str) -> str:
    return name.replace("_", " ").replace(".", " ")


def series_of(rule: Rule) -> Reference:
    """Return the given series. Raises ``ReferenceInvalid`` where there is none."""
    if rule.within is None:
        raise ReferenceInvalid(f"--session-from {rule.session_from} needs the series: --as GBR/CCPCJ")
    return rule.within
