"""Whether an arriving document may become a snapshot, or waits for a person.

Where much of the current version is still there, only wreckage, loss and the very text of another session are
looked for: a page that says what it said before is no error page. Otherwise every rule is asked in turn; the
first that speaks decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import urlsplit

from tracker.capture.admit.likeness import learn_leniency, measure_likeness
from tracker.capture.admit.names import find_mentions, speaker_codes
from tracker.capture.admit.pages import Page, judge_page, show_markup, show_page, shows_statement
from tracker.capture.admit.rules import load_rules
from tracker.capture.admit.shape import find_loss, find_navigation, find_wreckage
from tracker.capture.admit.speaker import read_naming, tell_other_country, tell_other_session
from tracker.capture.read.media import tell_kind
from tracker.errors import DocumentUnreadable
from tracker.model.watching import Admission
from tracker.text.detection import detect_language
from tracker.text.identity import fold
from tracker.text.tables import KNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.model.texts import Reference
    from tracker.model.watching import Arrival, Fetched, History, Kept

Finding: TypeAlias = "tuple[str, str] | None"
"""A cause and its evidence."""

MEANINGS: Final = {
    "garbled": "binary data, or letters in a wrong encoding",
    "home page": "a redirect led to the entrance of the site",
    "empty": "too few words for a first capture, or none",
    "collapsed": "far shorter than it used to be",
    "navigation": "links and headings without sentences",
    "no statement": "a short first capture without any sign of being a statement",
    "other language": "not in the language declared, or that it was in before",
    "other country": "another country's statement",
    "other session": "a statement at another session",
    "other text": "next to nothing is left of the current version",
    "duplicate": "the very text of another statement that is kept",
    "unreadable": "bytes in which no text was found",
}
"""The causes that are told from the text itself; those of pages are in ``judgements.toml``."""


def list_causes() -> tuple[tuple[str, str], ...]:
    """Return every cause for which a document is put aside, with what it means."""
    return (*((rule.cause, rule.means) for rule in load_rules().pages), *MEANINGS.items())


@dataclass(frozen=True, slots=True)
class _Case:
    """What the rules are asked about."""

    arrival: Arrival
    history: History
    current: Kept | None
    likeness: float
    """To the current version; 0 at a first capture."""
    page: Page

    @property
    def text(self) -> str:
        return self.arrival.version.text

    @property
    def reference(self) -> Reference | None:
        return self.arrival.source.reference


def judge(arrival: Arrival, history: History) -> Admission:
    """Judge a document by its text, its source, how it came, and what the archive holds.

    Not accepted is what shows itself to be a login, an error, a challenge, a list of files or a wall of
    consent; what a redirect to the site's entrance gave; what is garbled, empty, collapsed or mere
    navigation; and a text in another language, of another country or session, or of which nothing was
    there before. The bounds are in ``judgements.toml``; those of length and likeness follow a source's own
    history. Pure, and the same every time.
    """
    current = history.snapshots[0] if history.snapshots else None
    likeness = measure_likeness(arrival.version.text, current.text) if current else 0.0
    case = _Case(arrival, history, current, likeness, show_page(arrival))
    is_like = current is not None and likeness >= load_rules().bounds.same_text
    for rule in _ALIKE if is_like else _ALL:
        found = rule(case)
        if found:
            return Admission(accepted=False, cause=found[0], detail=found[1])
    return Admission(accepted=True)


def judge_unreadable(fetched: Fetched, error: str) -> Admission:
    """Say why a document in which no text was found is none: what its markup shows, or else the ``error``."""
    data = fetched.data or b""
    found = judge_page(show_markup(data)) if _is_markup(data) else None
    cause, detail = found or ("unreadable", error)
    return Admission(accepted=False, cause=cause, detail=detail)


def _is_markup(data: bytes) -> bool:
    try:
        return tell_kind(data) == "html"
    except DocumentUnreadable:
        return False


def _garbled(case: _Case) -> Finding:
    said = find_wreckage(case.text, case.current.text if case.current else None)
    return ("garbled", said) if said else None


def _page(case: _Case) -> Finding:
    return judge_page(case.page, fold(case.current.text) if case.current else "")


def _home(case: _Case) -> Finding:
    """Tell a redirect to the entrance; where the source itself names the entrance, it is what is meant."""
    fetched = case.arrival.fetched
    came_from = case.arrival.source.address
    if len(fetched.exchanges) < 2 or _is_home(came_from) or not _is_home(fetched.url):  # noqa: PLR2004 (a redirect)
        return None
    return "home page", f"{came_from} redirects to {fetched.url}"


def _is_home(address: str) -> bool:
    rules = load_rules()
    parts = [part for part in urlsplit(address).path.casefold().split("/") if part]
    if parts and parts[0] in rules.home_languages:
        parts = parts[1:]
    return not parts or (len(parts) == 1 and parts[0] in rules.home_names)


def _lost(case: _Case) -> Finding:
    return find_loss(case.arrival.version, case.history.snapshots, case.arrival.source.min_words)


def _navigation(case: _Case) -> Finding:
    said = find_navigation(case.arrival.version)
    return ("navigation", said) if said else None


def _language(case: _Case) -> Finding:
    source = case.arrival.source
    declared = (case.reference.language if case.reference else None) or source.language
    expected = declared or (case.current.language if case.current else None)
    if expected not in KNOWN:
        return None
    found = _languages(case.text)
    if not found or expected in found:
        return None
    why = "is declared" if declared else "was it before"
    return "other language", f"it is in {' and '.join(sorted(found))}; {expected} {why}"


def _languages(text: str) -> frozenset[str]:
    """Return the languages met at the beginning, in the middle and at the end: a statement may mix them."""
    third = max(len(text) // 3, 1)
    parts = (text[start : start + third] for start in (0, third, 2 * third))
    return frozenset(map(detect_language, parts)) & KNOWN


def _unlike_statements(case: _Case) -> Finding:
    """Tell a short first capture that addresses and speaks for nobody, and names no matter of a meeting."""
    version = case.arrival.version
    if case.current or version.words > load_rules().bounds.signs_up_to_words or shows_statement(case.page):
        return None
    own = speaker_codes(case.reference.country) if case.reference else frozenset()
    if any(code in own for mention in find_mentions(case.text) for code in mention.codes):
        return None
    return "no statement", f"{version.words:,} words, and none of those by which statements are known"


def _twin_of_another_session(case: _Case) -> Finding:
    """Tell a page that now gives the text of another session, however alike the two sessions' texts are.

    The same text under another country or body may be a joint statement that was revised on both sides.
    """
    found = _twin(case)
    return found if found and found[0] == "other session" else None


def _twin(case: _Case) -> Finding:
    """Tell the text of another statement; several items of one session may share one."""
    if case.reference is None:
        return None
    own = (case.reference.country, case.reference.body, case.reference.session)
    for twin in case.history.twins:
        if twin.country != own[0]:
            return "other country", f"the same text as {twin}"
        if (twin.body, twin.session) != own[1:]:
            return "other session" if twin.body == own[1] else "duplicate", f"the same text as {twin}"
    return None


def _other_text(case: _Case) -> Finding:
    """Tell another text: little of the current one is left; at a first capture, it says whose it is."""
    if case.current is None:
        return _somebody_else(case, load_rules().bounds.sessions_named)
    bounds, leniency = load_rules().bounds, learn_leniency(case.history.snapshots)
    if case.likeness >= bounds.doubtful_text * leniency:
        return None
    left = f"{case.likeness:.1%} of its runs of words are the current version's"
    somebody = _somebody_else(case, 1)
    if somebody:
        return somebody[0], f"{somebody[1]}; {left}"
    return ("other text", left) if case.likeness < bounds.other_text * leniency else None


def _somebody_else(case: _Case, often: int) -> Finding:
    if case.reference is None:
        return None
    version, titles = case.arrival.version, case.page.written
    said = tell_other_country(case.reference, read_naming(titles, version.text), version.words)
    if said:
        return "other country", said
    said = tell_other_session(case.reference, titles, version.text, often)
    return ("other session", said) if said else None


_ALIKE: Final[tuple[Callable[[_Case], Finding], ...]] = (_garbled, _lost, _twin_of_another_session)
_ALL: Final[tuple[Callable[[_Case], Finding], ...]] = (
    _garbled,
    _page,
    _home,
    _navigation,
    _lost,
    _language,
    _unlike_statements,
    _twin,
    _other_text,
)
