"""Whether an arriving document becomes a snapshot, or waits for a person to review it.

If the text is similar to the current version, it is only checked for garbling, loss, growth, and the text of
another session: a page that says what it said before is no error page. Otherwise all rules apply, and the
first with a result decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from tracker.capture.admit.genre import find_genre, find_other_kind, is_clearer, measure_voice
from tracker.capture.admit.pages import (
    Page,
    classify_page,
    find_home_page,
    page_of_arrival,
    page_of_bytes,
)
from tracker.capture.admit.redirects import find_redirect
from tracker.capture.admit.rules import load_rules
from tracker.capture.admit.shape import (
    find_garbling,
    find_growth,
    find_loss,
    find_navigation,
    learn_tolerance,
    measure_similarity,
)
from tracker.capture.admit.speaker import count_countries, find_other_country, find_other_session
from tracker.model.watching import CHALLENGE, Admission
from tracker.text.detection import detect_language, has_signs_of
from tracker.text.identity import fold
from tracker.text.word_tables import KNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.capture.admit.genre import Voice
    from tracker.model.texts import Reference
    from tracker.model.watching import Arrival, Fetched, History, Kept

_RuleResult: TypeAlias = "tuple[str, str] | None"
"""A cause and its evidence."""
_Rule: TypeAlias = "Callable[[_Arrived], _RuleResult]"

_LONG: Final = 3
"""Runs of nine words are those of the same sentences; speeches of one country have phrases in common."""

_MEANINGS: Final = {
    "garbled": "binary data, or letters in a wrong encoding",
    "home page": "a redirect to the site's home page",
    "redirect": "a page with hardly any text that leads to another address",
    "empty": "no words",
    "too short": "too few words for a first capture",
    "collapsed": "far shorter than it used to be",
    "swollen": "far longer than it used to be",
    "navigation": "links and headings without sentences",
    "no statement": "a first capture that hardly says who speaks, or does not read like a statement",
    "votes": "a record of who voted how",
    "report": "a report about a statement: who said what, in the third person",
    "teaser": "the beginning of a text, with a link to the rest",
    "several speakers": "a record in which several countries speak",
    "other language": "not in the language declared, or that it was in before",
    "other country": "another country's statement",
    "other session": "a statement at another session",
    "other text": "almost nothing of the current version is left",
    "duplicate": "exactly the text of another statement that is kept",
    "unreadable": "bytes in which no text was found",
}
"""Causes that the text itself shows; those of web pages are in ``admission.toml``."""


def list_causes() -> tuple[tuple[str, str], ...]:
    """Return every cause for which a document waits for review, with its meaning."""
    rules = load_rules()
    of_pages = ((rule.cause, rule.means) for rule in rules.pages)
    return (*of_pages, *((rule.cause, rule.means) for rule in rules.offices), *_MEANINGS.items())


@dataclass(frozen=True, slots=True)
class _Arrived:
    """What the rules examine."""

    arrival: Arrival
    history: History
    current: Kept | None
    similarity: float
    """To the current version; 0 at a first capture."""
    page: Page

    @property
    def text(self) -> str:
        return self.arrival.version.text

    @property
    def reference(self) -> Reference | None:
        return self.arrival.source.reference


def admit(arrival: Arrival, history: History, *, is_named: bool = False) -> Admission:
    """Decide whether to admit a document, by its text, its source, its exchanges, and what the archive has.

    These are not admitted: logins, errors, challenges, lists of files and consent pages; results of a
    redirect to the site's home page; texts that are garbled, empty, far shorter or longer, or mere
    navigation; and texts in another language, of another country or session, or with nearly nothing of the
    current version. The thresholds are in ``admission.toml``; those of length and similarity adapt to a
    source's history. A file that a person has named (``is_named``) is not scored by what it reads like. Pure,
    and always the same.
    """
    page = page_of_arrival(arrival)
    judged = _judge(arrival, history, page, _RULES_OF_NAMED if is_named else _RULES)
    if judged.accepted or not _is_young(history):
        return judged
    current = history.snapshots[0]
    heard = measure_voice(current.text, current.language, (), current.reference.kind), _hear(arrival, page)
    if not is_clearer(*heard) or not _judge(arrival, replace(history, snapshots=()), page, _RULES).accepted:
        return judged
    shares = " and ".join(f"{voice.speaker:.1%}" for voice in heard if voice)
    detail = f"{shares} of the words of {current.reference} and of this text say who speaks; {judged.detail}"
    return Admission(accepted=True, cause=CHALLENGE, detail=detail)


def _judge(arrival: Arrival, history: History, page: Page, rules: Sequence[_Rule]) -> Admission:
    current = history.snapshots[0] if history.snapshots else None
    similarity = measure_similarity(arrival.version.text, current.text) if current else 0.0
    case = _Arrived(arrival, history, current, similarity, page)
    is_similar = current is not None and similarity >= load_rules().bounds.same_text
    for rule in _RULES_IF_SIMILAR if is_similar else rules:
        found = rule(case)
        if found:
            return Admission(accepted=False, cause=found[0], detail=found[1])
    return Admission(accepted=True)


def _hear(arrival: Arrival, page: Page) -> Voice | None:
    version, reference = arrival.version, arrival.source.reference
    return measure_voice(version.text, version.language, page.titles, reference.kind if reference else None)


def _is_young(history: History) -> bool:
    """Tell whether all that is kept are a few documents of much the same text, which no person confirmed."""
    kept, bounds = history.snapshots, load_rules().bounds
    if history.is_confirmed or not 0 < len(kept) <= bounds.young_snapshots:
        return False
    return all(measure_similarity(kept[0].text, each.text) >= bounds.same_text for each in kept[1:])


def refuse_unreadable(fetched: Fetched, error: str) -> Admission:
    """Return why a document without text is not admitted: what its markup shows, or else the ``error``."""
    page = page_of_bytes(fetched.data or b"")
    cause, detail = _classify(page, fetched) or ("unreadable", error)
    return Admission(accepted=False, cause=cause, detail=detail)


def _classify(
    page: Page | None, fetched: Fetched, known: str = "", min_words: int | None = None
) -> _RuleResult:
    """Return what a page is by its words and markup, and where it leads."""
    found, leads = classify_page(page, known) if page else None, find_redirect(page, fetched, min_words)
    if found:
        return found[0], "; ".join(filter(None, (found[1], leads)))
    return ("redirect", leads) if leads else None


def _garbled(case: _Arrived) -> _RuleResult:
    said = find_garbling(case.text, case.current.text if case.current else None)
    return ("garbled", said) if said else None


def _page(case: _Arrived) -> _RuleResult:
    known, arrival = fold(case.current.text) if case.current else "", case.arrival
    return _classify(case.page, arrival.fetched, known, arrival.source.min_words)


def _home(case: _Arrived) -> _RuleResult:
    return find_home_page(case.arrival.source.address, case.arrival.fetched)


def _lost(case: _Arrived) -> _RuleResult:
    return find_loss(case.arrival.version, case.history.snapshots, case.arrival.source.min_words)


def _swollen(case: _Arrived) -> _RuleResult:
    said = find_growth(case.arrival.version, case.history.snapshots)
    return ("swollen", said) if said else None


def _navigation(case: _Arrived) -> _RuleResult:
    said = find_navigation(case.arrival.version)
    return ("navigation", said) if said else None


def _language(case: _Arrived) -> _RuleResult:
    """Find a text in another language than declared or than before, however long it is."""
    source, current = case.arrival.source, case.current
    declared = (case.reference.language if case.reference else None) or source.language
    expected = declared or (current.language if current else None)
    if expected is None:
        return None
    found, why = _languages(case.text), "is declared" if declared else "was it before"
    if expected in KNOWN:
        usual = frozenset({expected})
    elif declared and current:
        # What a language without words of its own was taken for: Portuguese for Spanish, German for none.
        usual = _languages(current.text)
    else:
        return None
    if found and found.isdisjoint(usual):
        said = f"it is in {' and '.join(sorted(found))}"
    elif case.arrival.version.words >= load_rules().bounds.min_words and _shows_none(case.text, usual):
        said = "it is in a language that is not known here"
    else:
        return None
    lengths = f", {current.words:,} before" if current else ""
    return "other language", f"{said}; {expected} {why}; {case.arrival.version.words:,} words{lengths}"


def _shows_none(text: str, languages: frozenset[str]) -> bool:
    return bool(languages) and not any(has_signs_of(text, language) for language in languages)


def _languages(text: str) -> frozenset[str]:
    """Return the languages of the beginning, the middle and the end: a statement may mix them."""
    third = max(len(text) // 3, 1)
    parts = (text[start : start + third] for start in (0, third, 2 * third))
    return frozenset(map(detect_language, parts)) & KNOWN


def _genre(case: _Arrived) -> _RuleResult:
    return find_genre(case.arrival.version, case.reference, case.page.markup)


def _silent(case: _Arrived) -> _RuleResult:
    """Find a first capture in which nobody speaks, or a page that offices publish beside statements."""
    if case.current:
        return None
    return find_other_kind(case.arrival.version, _hear(case.arrival, case.page))


def _twin_of_another_session(case: _Arrived) -> _RuleResult:
    """Find a page that now has the text of another session, however similar the two sessions' texts are.

    The same text under another country or body may be a joint statement that was revised on both sides.
    """
    found = _twin(case)
    return found if found and found[0] == "other session" else None


def _twin(case: _Arrived) -> _RuleResult:
    """Find the text of another statement; several items of one session may share one."""
    if case.reference is None:
        return None
    own = (case.reference.country, case.reference.body, case.reference.session)
    for twin in case.history.twins:
        if twin.country != own[0]:
            return "other country", f"the same text as {twin}"
        if (twin.body, twin.session) != own[1:]:
            return "other session" if twin.body == own[1] else "duplicate", f"the same text as {twin}"
    return None


def _sibling(case: _Arrived) -> _RuleResult:
    """Find at a first capture the text of another session that is kept, or a light revision of it."""
    shares = ((measure_similarity(case.text, each.text, _LONG), each) for each in case.history.siblings)
    share, nearest = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    if nearest is None or share < load_rules().bounds.same_statement:
        return None
    return "other session", f"{share:.0%} of its runs of {3 * _LONG} words are those of {nearest.reference}"


def _other_text(case: _Arrived) -> _RuleResult:
    """Find another text: it has little of the current one; at a first capture, it names another speaker."""
    if case.current is None:
        return _somebody_else(case)
    bounds, leniency = load_rules().bounds, learn_tolerance(case.history.snapshots)
    if case.similarity >= bounds.doubtful_text * leniency:
        return None
    left = f"{case.similarity:.1%} of its runs of words are the current version's"
    somebody = _somebody_else(case)
    if somebody:
        return somebody[0], f"{somebody[1]}; {left}"
    return ("other text", left) if case.similarity < bounds.other_text * leniency else None


def _unlike(case: _Arrived) -> _RuleResult:
    """Find a first capture of a kind that no rule names, by a fitted score."""
    if case.current:
        return None
    # 6 ms, and most nights have no first capture.
    from tracker.capture.admit.score import find_unlikeness

    return find_unlikeness(case.arrival.version, case.reference.kind if case.reference else None)


def _somebody_else(case: _Arrived) -> _RuleResult:
    if case.reference is None:
        return None
    version, titles = case.arrival.version, case.page.written
    said = find_other_country(case.reference, count_countries(titles, version.text), version.words)
    if said:
        return "other country", said
    said = find_other_session(case.reference, titles, version.text, is_first=case.current is None)
    return ("other session", said) if said else None


_RULES_IF_SIMILAR: Final[tuple[_Rule, ...]] = (
    _garbled,
    _lost,
    _swollen,
    _twin_of_another_session,
)
_RULES: Final[tuple[_Rule, ...]] = (
    _garbled, _page, _home, _navigation, _language, _lost, _genre, _silent, _swollen, _twin, _sibling,
    _other_text, _unlike,
)  # fmt: skip
_RULES_OF_NAMED: Final = tuple(rule for rule in _RULES if rule is not _unlike)
"""Scoring loads the encoder, and finds no cause but one that whoever names a file has seen to be none."""
