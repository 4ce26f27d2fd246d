"""The grammar of references: ``COUNTRY/BODY/SESSION/ITEM~KIND.LANGUAGE@SNAPSHOT``.

Everything after the body may be left out. What is written in another way that can mean one thing only
(``uk/hrc52``) is read, and comes back as ``GBR/HRC/52``. On a command line a session, or a body, may also
stand apart from its series: ``GBR UNGA 79``.
"""

from __future__ import annotations

import re
import shlex
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, get_args

from tracker.errors import BodyMissing, ReferenceInvalid
from tracker.model.texts import Reference, TextKind
from tracker.references.bodies import find_body, match_bodies
from tracker.references.countries import find_country, match_countries
from tracker.references.names import closest, holds_controls, is_plain, show
from tracker.references.sessions import is_partial_date, match_session, resolve_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.references.bodies import Body
    from tracker.references.countries import Country

_FORM = "COUNTRY/BODY[/SESSION[/ITEM]][~KIND.LANGUAGE][@SNAPSHOT]"
_PARTS = ("country", "body", "session", "item")
_NEEDED = 2
_KINDS: tuple[TextKind, ...] = get_args(TextKind)
_LONGEST = 200
_CODE = 3

_ITEM = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_ORDINAL = re.compile(r"0*[1-9][0-9]{0,5}")
_NUMBER = re.compile(r"[0-9]")
_SESSION_WORD = re.compile(r"[\w-]*[0-9][\w-]*(?:[~@].*)?")
_BODY_AND_SESSION = re.compile(
    r"(?P<body>.+?)[ -]?(?P<session>(?:e?s-?)?[0-9]+(?:-(?:reconvened|resumed|bis))?)", re.IGNORECASE
)


def parse_reference(
    text: str, *, bodies: Sequence[Body] = (), countries: Sequence[Country] = ()
) -> Reference:
    """Read a reference; ``parse_reference(str(reference)) == reference`` for all that it returns.

    Case and blanks around the parts do not count. Country, body and session may be written by any name
    they have; the session may be written with the body (``GBR/HRC52``). Kind and language may narrow a whole
    series too; a snapshot needs a session. After ``@``, four figures from 1900 to 2199 are a year and
    any other number is an ordinal. ``bodies`` and ``countries`` are the user's own, beside ours.

    Raises ``ReferenceInvalid`` for a text of another shape, with the part at fault and the form
    expected, and for an unknown or ambiguous country, body, session or kind; its ``BodyMissing`` for a
    country alone. Where parts are swapped or parted in another way, it names what was likely meant.
    """
    try:
        return _parse(text, bodies, countries)
    except ReferenceInvalid:
        if likely := _find_likely(text):
            raise ReferenceInvalid(f"{show(text)} is no reference; did you mean {likely}?") from None
        raise


def looks_like_reference(text: str) -> bool:
    """Tell whether a text begins with a known country and body; what follows may still be at fault."""
    parts = [part.strip() for part in re.split("[~@]", text, maxsplit=1)[0].split("/")]
    if not _NEEDED <= len(parts) <= len(_PARTS) or len(text) > _LONGEST:
        return False
    return bool(match_countries(parts[0])) and (
        bool(match_bodies(parts[1])) or _split_body(parts[1]) is not None
    )


def gather_words(words: Sequence[str]) -> list[str]:
    """Join the words of a series: ``United Kingdom UNGA 79`` is ``United Kingdom/UNGA`` and ``79``."""
    for length in range(1, len(words) + 1):
        head, rest = " ".join(words[:length]), words[length:]
        if looks_like_reference(head):
            return [head, *rest]
        if rest and match_countries(head) and looks_like_reference(f"{head}/{rest[0]}"):
            return [f"{head}/{rest[0]}", *rest[1:]]
    return list(words)


def gather_references(words: Sequence[str]) -> list[str]:
    """Join what belongs together: ``GBR/UNGA 79 FRA/UNGA/79`` is ``GBR/UNGA/79`` and ``FRA/UNGA/79``."""
    found: list[list[str]] = []
    for word in words:
        if found and looks_like_reference(found[-1][0]) and _is_session(found[-1][0], word):
            found[-1].append(word)
        else:
            found.append([word])
    return ["/".join(parts) for parts in found]


def list_references(words: Sequence[str]) -> list[str]:
    """Return what words name, a series with each of its sessions: of ``GBR/UNGA 78 79`` two statements."""
    place, *rest = gather_words(words)
    if not (looks_like_reference(place) and all(_is_session(place, word) for word in rest)):
        return gather_references([place, *rest])
    country, body, *session = place.split("/")
    whole = [place] if session or not rest else []
    return [*whole, *(f"{country}/{body}/{word}" for word in rest)]


def join_words(words: Sequence[str]) -> str:
    """Return the reference that words of a command line make, ``GBR/UNGA 79``, or a file with blanks.

    Raises ``ReferenceInvalid`` for two sessions.
    """
    place, *rest = gather_words(words)
    if not (rest and (_SESSION_WORD.fullmatch(rest[0]) or looks_like_reference(place))):
        return " ".join((place, *rest))
    if rest[1:] and all(each.isdigit() for each in rest):
        written, command = " ".join((place, *rest)), shlex.join(["tracker", "diff", place, *rest])
        raise ReferenceInvalid(f"{written}: one session is needed; to compare: {command}")
    return "/".join((place, *rest))


def _is_session(series: str, word: str) -> bool:
    body = series.split("/")[1].strip()
    label = re.split("[~@]", word, maxsplit=1)[0]
    return "/" not in word and any(match_session(place, label) for place in match_bodies(body))


def _parse(text: str, bodies: Sequence[Body], countries: Sequence[Country]) -> Reference:
    if len(text) > _LONGEST:
        _refuse(text, f"it is longer than {_LONGEST} characters")
    if holds_controls(text.strip()):
        _refuse(text, "it holds control characters")
    path, edition, snapshot = _split_marks(text)
    parts = [part.strip() for part in path.split("/")]
    known = match_countries(parts[0], countries)
    if known and (not parts[1:] or (_NUMBER.match(parts[1]) and not match_bodies(parts[1], bodies))):
        _miss_body(text, known[0].code, parts[1:])
    _check_parts(text, parts)
    if not known and match_bodies(parts[0], bodies):
        raise ReferenceInvalid(
            f"{show(text)} begins with a body; put a country before it: GBR/{text.strip()}"
        )
    country = find_country(parts[0], countries).code
    body, session, rest = _read_body(parts[1:], bodies)
    if session is None and snapshot is not None:
        _refuse(text, "a snapshot belongs to a statement, and no session is named")
    kind, language = _read_edition(text, edition)
    return Reference(
        country,
        body.id,
        session=None if session is None else resolve_session(body, session).label,
        item=_read_item(text, rest),
        kind=kind,
        language=language,
        snapshot=_read_snapshot(text, snapshot),
    )


def _split_marks(text: str) -> tuple[str, str | None, str | None]:
    before, at, snapshot = text.strip().partition("@")
    path, tilde, edition = before.partition("~")
    for mark, rest in (("@", snapshot), ("~", edition), ("~", snapshot)):
        if mark in rest:
            _refuse(text, f"more than one {mark}, or ~ after @")
    return path, edition.strip() if tilde else None, snapshot.strip() if at else None


def _check_parts(text: str, parts: list[str]) -> None:
    if len(parts) < _NEEDED:
        if parts[0] and (match_bodies(parts[0]) or _NUMBER.match(parts[0])):
            what = "a body" if match_bodies(parts[0]) else "a session"
            raise ReferenceInvalid(
                f"{show(text.strip())} is {what} alone; a country begins it, as in GBR/UNGA/79"
            )
        _refuse(text, "the body is missing" if parts[0] else "it is empty")
    if len(parts) > len(_PARTS):
        _refuse(text, f"{len(parts)} parts between slashes are too many")
    for name, part in zip(_PARTS, parts, strict=False):
        if not part:
            _refuse(text, f"the {name} is empty")
        if not is_plain(part):
            _refuse(text, f"the {name} cannot be {show(part)}")


def _miss_body(text: str, country: str, rest: Sequence[str]) -> NoReturn:
    place = "/".join((country, "UNGA", *(rest or ("79",))))
    raise BodyMissing(f"{show(text.strip())} names no body; write one, such as {place}", text, country)


def _read_body(parts: list[str], extra: Sequence[Body]) -> tuple[Body, str | None, list[str]]:
    """Return body, session as written and what follows, the session being a part or the body's end."""
    if not match_bodies(parts[0], extra) and len(parts) <= _NEEDED:
        joined = _split_body(parts[0], extra)
        if joined:
            return find_body(joined[0], extra), joined[1], parts[1:]
    return find_body(parts[0], extra), parts[1] if len(parts) > 1 else None, parts[2:]


def _split_body(part: str, extra: Sequence[Body] = ()) -> tuple[str, str] | None:
    match = _BODY_AND_SESSION.fullmatch(part)
    return (match["body"], match["session"]) if match and match_bodies(match["body"], extra) else None


def _read_item(text: str, rest: list[str]) -> str | None:
    if not rest:
        return None
    item = rest[0].lower()
    if not _ITEM.fullmatch(item):
        _refuse(
            text, f"the item {show(rest[0])} may hold letters a to z, figures and single - . _ between them"
        )
    return item


def _read_edition(text: str, edition: str | None) -> tuple[TextKind | None, str | None]:
    if edition is None:
        return None, None
    first, dot, second = edition.lower().partition(".")
    if not dot and first not in _KINDS and _LANGUAGE.fullmatch(first):
        return None, first
    if not first:
        _refuse(text, "no kind or language follows the ~")
    if first not in _KINDS:
        raise ReferenceInvalid(_unknown_kind(first))
    if dot and not _LANGUAGE.fullmatch(second):
        _refuse(text, f"{show(second)} is no language code, such as fr")
    return first, second or None


def _unknown_kind(word: str) -> str:
    likely = closest(word, _KINDS)
    hint = f"did you mean {likely}?" if likely else f"kinds are {', '.join(_KINDS)}"
    return f"unknown kind {show(word)} of text; {hint}"


def _read_snapshot(text: str, snapshot: str | None) -> int | str | None:
    if snapshot is None or is_partial_date(snapshot):
        return snapshot
    if not _ORDINAL.fullmatch(snapshot):
        _refuse(
            text, f"the snapshot {show(snapshot)} is neither a number from 1 nor a date such as 2024-05-20"
        )
    return int(snapshot)


def _refuse(text: str, reason: str) -> NoReturn:
    raise ReferenceInvalid(f"malformed reference {show(text)}: {reason}; expected {_FORM}")


def _find_likely(text: str) -> Reference | None:
    """Find what was likely meant: ``GBR-UNGA-79``, ``GBR UNGA 79``, ``GBRUNGA/79``, ``UNGA/GBR/79``."""
    if len(text) > _LONGEST or looks_like_reference(text):
        return None
    first, *rest = [*re.split(r"[\s/\\|:,;._-]+", text.strip(), maxsplit=2), ""]
    orders = [[rest[0], first, *rest[1:]], [first, *rest], [first[:_CODE], first[_CODE:], *rest]]
    for order in orders:
        written = "/".join(part for part in order if part)
        if looks_like_reference(written):
            with suppress(ReferenceInvalid):
                return _parse(written, (), ())
    return None
