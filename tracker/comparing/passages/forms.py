"""Forms of force in a sentence: ``must``, ``hope to``, ``condemn``; table in ``force.toml``.

Each has a kind and a force: of a duty, ban, promise, decision, request, judgement of evil, endorsement or
taking note, 0 to 9 on one scale; of a modifier, condition or hedge, what it adds. Words that tell what
somebody else said or did have no force of the speaker.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.comparing.passages.terms import load_terms, load_values, read_rules, same_stem
from tracker.inputs.compiled import read_compiled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tracker.comparing.passages.rewording import Rewording, SideText, TextSpan

    Bound = tuple[str, int]
    """A pattern and its flags, as ``re.compile`` takes them."""

HEADS: Final = frozenset(
    {"duty", "ban", "promise", "decision", "requests", "evaluation", "endorsement", "note"}
)
"""Kinds of forms that say what a sentence does; the others only add to them."""
BINDING: Final = frozenset({"duty", "ban", "promise", "decision", "requests"})
"""Kinds by which an act, an amount or a date is promised or asked."""
_ACTS: Final = HEADS - {"duty", "ban"}
"""Kinds by which a sentence may begin with what it does and no subject: ``Strongly urges``, ``Noting``."""
_FILE, _POLARITY = "force.toml", "polarity.toml"
_ALL, _PARTS, _APART = "force", "parts", "apart"
"""Tables of all forms, and of what signs in these stand for; each other table of the first file is a pattern
of its own, as is one of the second: what denies nothing."""
_SHARED_TABLES = (
    ("strengtheners", "modifier", 1),
    ("weakeners", "modifier", -1),
    ("conditions", "condition", -1),
)
"""Tables of ``strength.toml`` that are read here too, and what their words are."""
_STEM, _ARABIC_STEM, _LEAST = 5, 4, 4
"""First letters by which forms of a word are recognised, and letters of a word with content."""
_ARTICLE = re.compile(r"^[وف]?(?:[بلك]?ال|لل)(?=\w{3})|^[وفبل](?=\w{4})")
_WORD = re.compile(r"[^\W_]+")
_OWN: Final = frozenset({"promise", "decision"})
_WHO = re.compile(r"\b(?:that|which|who|qui|котор\w+)\s+$", re.IGNORECASE)
"""Words after which a verb says what others promise or decide: ``efforts that seek to``."""
_CLAUSE = re.compile(r"[,;:،؛，；。.]")
_NEVER = r"(?!)"
_LEAST_SHARED, _LEAST_SHARED_OF_LONGER = 0.5, 0.4
"""Shares of the content words, forms of force left out, by which two sentences are about one thing."""

_NEARLY_ALL = 0.75
"""Share of the longer side's content words by which hardly another word was edited."""
_SIDES = 2
"""What is read of the two sides of one change is asked again and again, and then never more."""
_ADDED = 2
"""Words that a side may have more where it holds all of the other's."""


class Form(NamedTuple):
    """A form of force where it stands in a passage."""

    kind: str
    force: int
    term: str
    start: int
    end: int


@lru_cache(maxsize=_SIDES)
def read_forms(passage: SideText) -> tuple[Form, ...]:
    """Return the forms of a passage in text order, without those in what it tells of others."""
    pattern, (_, meanings) = _compile(_ALL, passage.language), load_forms(passage.language)
    reported = _find_reported(passage)
    forms = (
        Form(
            *meanings[match.lastgroup or ""],
            " ".join(match[0].lower().split()),
            match.start(),
            match.start() + len(match[0].rstrip()),
        )
        for match in pattern.finditer(straighten(passage.text))
        if not any(start < match.start() < end for start, end in reported)
    )
    return tuple(
        form for form in forms if not (form.kind in _OWN and _WHO.search(passage.text, 0, form.start))
    )


def tell_expectation(old: SideText, one: Form, new: SideText, other: Form) -> bool:
    """Return whether two duties may only tell what one expects of a thing: ``the dam should help``."""
    expecting = _compile("expecting", old.language)
    may_expect = all(form.kind == "duty" and expecting.fullmatch(form.term) for form in (one, other))
    return may_expect and (is_expectation(old, one) or is_expectation(new, other))


def is_expectation(passage: SideText, form: Form) -> bool:
    """Return whether a duty stands before what a thing brings about, and behind nobody who may be obliged."""
    text, language = straighten(passage.text), passage.language
    after = len(text[form.end :]) - len(text[form.end :].lstrip())
    if not _compile("expected", language).match(text, form.end + after):
        return False
    clause = _CLAUSE.split(text[: form.start])[-1]
    named = any(word[:1].isupper() for word in clause.split()[1:])
    return not (named or _compile("obliged", language).search(clause))


def read_heads(passage: SideText) -> tuple[Form, ...]:
    """Return the forms that say what a sentence does."""
    return tuple(form for form in read_forms(passage) if form.kind in HEADS)


def skip_acts(passage: SideText, start: int) -> int:
    """Return where the words end by which a clause that starts here asks, judges or notes; else its start."""
    pattern, (_, meanings) = _compile(_ALL, passage.language), load_forms(passage.language)
    acts, text, at, end = _compile("acts", passage.language), straighten(passage.text), start, start
    while found := pattern.match(text, at) or acts.match(text, at):
        kind = meanings[found.lastgroup][0] if found.lastgroup else "act"
        if kind not in _ACTS | {"modifier", "act"}:
            break
        at = found.end()
        end = at if kind != "modifier" else end
        at += len(text[at:]) - len(text[at:].lstrip(" ,"))
    return end


@lru_cache(maxsize=_SIDES)
def blank_forms(passage: SideText) -> str:
    """Return a passage with blanks for its forms and dates: who does what to whom."""
    signs = list(passage.text)
    dates = [token for token in passage.tokens if token.kind == "date"]
    spans: list[TextSpan] = [*read_forms(passage), *dates]
    for span in spans:
        signs[span.start : span.end] = " " * (span.end - span.start)
    return "".join(signs)


def cancel_forms(rewording: Rewording) -> tuple[list[Form], list[Form]]:
    """Leave out what both sides have: the same words first, then others of the same kind and force."""
    left, right = list(read_forms(rewording.old)), list(read_forms(rewording.new))
    for alike in (_is_same_term, _is_same_force):
        for form in tuple(left):
            twin = next((other for other in right if alike(form, other)), None)
            if twin:
                left.remove(form)
                right.remove(twin)
    return left, right


def _is_same_term(one: Form, other: Form) -> bool:
    return one.kind == other.kind and one.term == other.term


def _is_same_force(one: Form, other: Form) -> bool:
    return one.kind == other.kind and one.force == other.force


def changes_force(old: SideText, new: SideText) -> bool:
    """Return whether a side promises, asks or judges in words that the other does not use."""
    before, after = (sorted(form.term for form in read_heads(side)) for side in (old, new))
    return before != after


def count_denials(passage: SideText) -> int:
    """Return how often a passage denies, without what holds a denial and denies nothing: no later than."""
    text = _compile(_APART, passage.language).sub(" ", straighten(blank_forms(passage)))
    return len(_compile("denials", passage.language).findall(text))


def is_ceremonial(rewording: Rewording) -> bool:
    """Return whether a side thanks, congratulates or mourns: its warmth is no strength."""
    pattern = _compile("ceremony", rewording.language)
    return any(pattern.search(side.text) for side in (rewording.old, rewording.new))


def only_reports(rewording: Rewording) -> bool:
    """Return whether all that was edited stands in what is reported of others."""
    return all(
        any(start < part.start and part.end <= end for start, end in _find_reported(part.passage))
        for part in rewording.fragments
        if part.text.strip()
    )


def holds_kinds(rewording: Rewording, kinds: frozenset[str]) -> bool:
    """Return whether both sides hold a form of some kinds."""
    sides = (rewording.old, rewording.new)
    return all(any(form.kind in kinds for form in read_forms(side)) for side in sides)


def is_same_object(rewording: Rewording) -> bool:
    """Return whether both sides are about one thing: they share the words that are no forms of force."""
    shared, shorter, longer = count_shared(rewording)
    if 0 < shared == shorter >= longer - _ADDED:
        return True
    return shared >= max(1, _LEAST_SHARED * shorter) and shared >= _LEAST_SHARED_OF_LONGER * longer


def keeps_nearly_all(rewording: Rewording) -> bool:
    """Return whether hardly a word but forms of force was edited."""
    shared, _, longer = count_shared(rewording)
    return shared >= min(_NEARLY_ALL * longer, longer - 1)


@lru_cache(maxsize=1)
def count_shared(rewording: Rewording) -> tuple[int, int, int]:
    """Return how many content words both sides have, and how many the shorter and the longer."""
    one, other = (list_stems(blank_forms(side), side.language) for side in (rewording.old, rewording.new))
    return len(one & other), min(len(one), len(other)), max(len(one), len(other))


def list_stems(text: str, language: str) -> frozenset[str]:
    """Return the stems of the longer words; in Chinese, the pairs of characters that stand together."""
    if language == "zh":
        return frozenset(run[at : at + 2] for run in _WORD.findall(text) for at in range(len(run) - 1))
    words = _WORD.findall(_fold(text))
    if language == "ar":
        bare = (_ARTICLE.sub("", word) for word in words)
        return frozenset(word[:_ARABIC_STEM] for word in bare if len(word) >= _LEAST - 1)
    return frozenset(word[:_STEM] for word in words if len(word) >= _LEAST)


def _fold(text: str) -> str:
    """Return a text in small letters without accents."""
    parts = unicodedata.normalize("NFKD", text.lower())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def straighten(text: str) -> str:
    """Return a text with one kind of apostrophe, that of the tables."""
    return text.replace("’", "'")


@lru_cache(maxsize=_SIDES)
def _find_reported(passage: SideText) -> list[tuple[int, int]]:
    pattern = _compile("told", passage.language)
    return [match.span() for match in pattern.finditer(straighten(passage.text))]


@cache
def load_forms(language: str) -> tuple[dict[str, Bound], dict[str, tuple[str, int]]]:
    """Return the patterns of a language by their tables, and what each group of that of all forms means."""
    own = Path(__file__)
    place = own.with_name(f"force.{language}")
    sources = [own, *map(own.with_name, (_FILE, _POLARITY, "strength.toml", "terms.py"))]
    tables, meanings = read_compiled(place, sources, partial(_join_forms, language))
    return tables, meanings


def _join_forms(language: str) -> tuple[dict[str, Bound], dict[str, tuple[str, int]]]:
    # The longest form first.
    forms = sorted(_list_forms(language), key=lambda form: -len(form[0]))
    meanings = {f"form{number}": meaning for number, (_, meaning) in enumerate(forms)}
    # The name stands behind its form: in front, it would keep ``re`` from skipping forms by first letters.
    tables = {name: table.get(language, ()) for name, table in read_rules(_FILE).items() if name != _PARTS}
    tables[_ALL] = [f"(?:{form})(?P<form{number}>)" for number, (form, _) in enumerate(forms)]
    tables[_APART] = read_rules(_POLARITY)[_APART].get(language, ())
    return {name: bind_forms(table, language) for name, table in tables.items()}, meanings


@cache
def compile_kinds(language: str, kinds: frozenset[str]) -> re.Pattern[str]:
    """Return a pattern of the forms of some kinds, also of those within longer forms of another kind."""
    forms = (form for form, (kind, _) in _list_forms(language) if kind in kinds)
    return bound_forms(sorted(forms, key=len, reverse=True), language)


def _list_forms(language: str) -> Iterator[tuple[str, tuple[str, int]]]:
    parts = load_values(_FILE, _PARTS, language)
    for kind, levels in read_rules(_FILE)[_ALL].get(language, {}).items():
        for force, forms in levels.items():
            for form in forms:
                yield _write_out(form, parts), (kind, int(force))
    for name, kind, force in _SHARED_TABLES:
        for form in load_terms("strength.toml", name, language):
            spelled = form if kind == "condition" else re.escape(form).replace(r"\ ", r"\s+")
            yield spelled, (kind, force)


def _write_out(form: str, parts: Mapping[str, str]) -> str:
    for sign, meant in parts.items():
        form = form.replace(sign, meant)
    return form


@cache
def _compile(name: str, language: str) -> re.Pattern[str]:
    return re.compile(*load_forms(language)[0][name])


def bound_forms(forms: Iterable[str], language: str) -> re.Pattern[str]:
    """Bound words by what is no letter; Chinese has no blanks, Arabic writes ``and`` as a letter."""
    return re.compile(*bind_forms(forms, language))


def bind_forms(forms: Iterable[str], language: str) -> Bound:
    """Return the pattern that ``bound_forms`` compiles, and its flags."""
    spelled = "|".join(forms) or _NEVER
    if language == "zh":
        return spelled, 0
    before = r"(?<![\w-])"
    if language == "ar":
        before, spelled = rf"{before}[وف]?س?", spelled.replace("ا ", "اً? ")
    return rf"{before}(?:{spelled})(?:(?<=[\s'])|(?![\w-]))", int(re.IGNORECASE)


_ROOT = 3
"""Letters of an Arabic root, where none of them is weak."""
_WEAK = re.compile(r"[اويىآأإةء]")
"""Letters that come and go in the forms of an Arabic verb."""


def is_same_verb(one: str, other: str, language: str) -> bool:
    """Return whether two words may be forms of one verb; in Arabic those begin in many ways."""
    if language != "ar":
        return same_stem(_fold(one), _fold(other))
    one, other = _WEAK.sub("", one), _WEAK.sub("", other)
    root = min(_ROOT, max(len(one), _ROOT - 1))
    return any(one[at : at + root] in other for at in range(len(one) - root + 1))
