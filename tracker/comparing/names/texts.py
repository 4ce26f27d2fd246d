"""Names that one text has, and the other in no form: ``compare_names``.

A name is a state or group of ``countries.toml``, one of ``named.toml``, or a run of large words of which one
is proven: it stands large within a sentence, and neither text nor speeches at large (``small.en.txt.gz``)
write it small. What may be a form or a slip of it in the other text counts as it: in doubt nothing is said.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tracker.comparing.names.held import OWNER, WORD, abbreviate, is_adjective
from tracker.comparing.names.naming import FILE, NameMatch, find_names, opens_sentence
from tracker.comparing.names.reading import (
    LANGUAGE,
    LEAST,
    UMLAUT,
    Span,
    find_codes,
    is_acronym,
    is_noun,
    list_parts,
    load_named,
    read_names,
    scan_states,
    small_words,
)
from tracker.comparing.passages.terms import load_terms
from tracker.model.changes import NameChange
from tracker.references.countries import find_country
from tracker.references.names import fold_letters

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tracker.comparing.names.reading import NamedText
    from tracker.model.changes import NameStatus
    from tracker.model.texts import Version

_HINT = "~"
_LONGEST = 60
_REACH = 40
"""Characters before and after a name within which a longer one would begin and end."""
_JOINT = re.compile(r"\sand\s(?:the\s)?|['’]s\s")
_PARTICLE = re.compile(r"(?<!\w)(?:(?:de|da|de la|van|von|bin) |al-|el-|d['’])$")
_PART_OF = re.compile(r"([A-ZÀ-Þ][\w'’-]*) (?:of (?:the )?)?$")
_POINTED = re.compile(r"(?:[A-Z]\.){2,}")
_SIGN = re.compile(r"[$#@]\s?$")  # $US, #WeToo
_BEFORE_NAME = re.compile(r"\$|[ -][A-ZÀ-Þ]|[ -]\w+[’']s [A-Z]")
_COUNT = re.compile(r"\d{1,3}")
"""A number that begins what follows: in Baghdad 20 years ago."""
_NOTE = re.compile(r"[a-z]\d")
_OF_NOUN = re.compile(r"^\S+-\S+$|(?:an|ine|ish|ese|ic|al|ist|ite|ar|i|slim)$")
"""Endings of adjectives; before a small word such a name tells of whose it is: Alpine regions."""
_COMMON = re.compile(r"(?:is[mt]s?|[tms]ions?|ness|ments?|ity|ship|ology|ing|hood|i[sz]ed|ated)$")
"""Endings of words that are no name however rare."""


class _Found(NamedTuple):
    """The places of one name, states before other names."""

    rank: int
    places: tuple[Span, ...]


def compare_names(old: Version, new: Version, own: Collection[str] = ()) -> tuple[NameChange, ...]:
    """Return what only one text names, no longer named before named now, the most often named first.

    ``own`` are names of the speakers, which are left out. Nothing is said but of two English texts.
    """
    if not old.language == new.language == LANGUAGE:
        return ()
    before, after = read_names(old), read_names(new)
    return (
        *_find_alone(before, after, own, "no longer named"),
        *_find_alone(after, before, own, "named now"),
    )


def _find_alone(
    side: NamedText, other: NamedText, own: Collection[str], status: NameStatus
) -> Iterator[NameChange]:
    taken = bytearray(len(side.passage.text))
    found = [
        *_find_listed(side, other, taken),
        *_find_states(side, other, {code for name in own for code in find_codes(name)}, taken),
        *_find_runs(side, other, {word for name in own for word in list_parts(name)}, taken),
    ]
    for name in sorted(found, key=lambda each: (-len(each.places), *each)):
        places = (_with_point(side.passage.text, place) for place in name.places)
        cited = list(filter(None, map(side.passage.cite, places)))
        texts = Counter(evidence.text for evidence in cited)
        if cited:
            shown = max(cited, key=lambda evidence: (texts[evidence.text], len(evidence.text)))
            said = shown.text if name.rank else shown.text.replace(UMLAUT, "ü")
            yield NameChange(said, status, len(name.places), shown)


def _with_point(text: str, place: Span) -> Span:
    """Return the place of a name with the last point of ``U.S.`` in it."""
    return place._replace(end=place.end + bool(_POINTED.fullmatch(text, place.start, place.end + 1)))


def _find_listed(side: NamedText, other: NamedText, taken: bytearray) -> Iterator[_Found]:
    """Yield the names of ``named.toml``, and mark the places of all that the side has."""
    text = side.passage.text
    for forms in load_named("forms"):
        shown = [form for form in forms if not form.startswith(_HINT) and form in text]
        if not shown:
            continue
        spelled = "|".join(map(re.escape, sorted(shown, key=len, reverse=True)))
        places = [Span(*match.span()) for match in re.finditer(rf"(?<![\w-])(?:{spelled})(?!\w|-\w)", text)]
        for place in places:
            taken[slice(*place)] = b"\1" * (place.end - place.start)
        if places and not any(other.has_form(form.removeprefix(_HINT)) for form in forms):
            yield _Found(1, tuple(places))


def _find_states(
    side: NamedText, other: NamedText, own: Collection[str], taken: bytearray
) -> Iterator[_Found]:
    """Yield the states and groups by name, not by adjective, and mark the places of all that the side has."""
    text = side.passage.text
    states: dict[str, list[Span]] = defaultdict(list)
    for place, codes in scan_states(text):
        name = text[slice(*place)]
        part = _is_part(text, place)
        if is_noun(name) and taken.find(1, *place) < 0 and not (part and " and " not in name):
            taken[slice(*place)] = b"\1" * len(name)
            if len(codes) == 1 and not part and not (name.isupper() and len(name) > LEAST + 1):
                states[next(iter(codes))].append(place)
    for code, places in states.items():
        country = find_country(code)
        written = {text[slice(*place)] for place in places}
        words = {word for name in written for word in list_parts(name)} - small_words()
        held = code in other.codes or any(map(other.has_letters, (country.name, *country.names, *written)))
        if not held and words.isdisjoint(other.words) and code not in {*own, *load_named("kinds")}:
            yield _Found(0, tuple(places))


def _is_part(text: str, place: Span) -> bool:
    """Return whether a name stands within a longer one: Lake Chad, Bank of England, Jordan Valley."""
    leading, after = text[max(0, place.start - _REACH) : place.start], text[place.end : place.end + _REACH]
    before = _PART_OF.search(leading)
    follows = before and before[1].lower() not in _unproven() | _offices()
    return any((follows, _SIGN.search(leading), _BEFORE_NAME.match(after)))


def _find_runs(side: NamedText, other: NamedText, own: Collection[str], taken: bytearray) -> Iterator[_Found]:
    """Yield runs of large words with a proven one, those that share one together."""
    groups: list[tuple[set[str], list[Span]]] = []
    for place in _list_runs(side):
        name = side.passage.text[slice(*place)]
        proven = {word for word in list_parts(name) if _is_proven(word, side, other)}
        if not proven or taken.find(1, *place) >= 0 or not proven.isdisjoint(own):
            continue
        known = next((group for group in groups if not group[0].isdisjoint(_numbers(proven))), None)
        words, places = known or (set(), [])
        words |= _numbers(proven)
        places.append(place)
        if not known:
            groups.append((words, places))
    for words, places in groups:
        short = {abbreviate(side.passage.text[slice(*place)]) for place in places}
        if not any(other.has_like(word) for word in words) and other.capitals.isdisjoint(short):
            yield _Found(2, tuple(places))


def _numbers(words: Collection[str]) -> set[str]:
    """Return words with and without the s of the plural."""
    return {*words, *(word.removesuffix("s") for word in words)}


def _is_proven(word: str, side: NamedText, other: NamedText) -> bool:
    if len(word) < LEAST or word not in side.within or word in side.small or word in other.small:
        return False
    forms = {word, word.removesuffix("s"), f"{word}s"}
    common = not (forms.isdisjoint(small_words()) and forms.isdisjoint(_unproven()))
    return not common and not find_codes(word) and not _COMMON.search(word)


def _list_runs(side: NamedText) -> Iterator[Span]:
    """Yield the places of runs of large words, without offices before and whose they are behind them."""
    passage = side.passage
    for whole in find_names(passage):
        if whole.kind == "thing" or whole.text.islower() or len(whole.text) > _LONGEST:
            continue
        for name in _split(whole):
            words = _strip([word for word in WORD.finditer(name.text) if not _COUNT.fullmatch(word[0])])
            if not words:
                continue
            start = name.start + words[0].start()
            place = Span(start, start + len(OWNER.sub("", name.text[words[0].start() : words[-1].end()])))
            opens = opens_sentence(passage, start) and fold_letters(words[0][0]) in small_words()
            acronyms = sum(is_acronym(word[0]) for word in words) * 2 > len(words)
            if not opens and not acronyms and not _is_none(passage.text, place):
                particle = _PARTICLE.search(passage.text[max(0, start - 6) : start])
                yield Span(start - len(particle[0]) if particle else start, place.end)


def _split(name: NameMatch) -> list[NameMatch]:
    """Return the names that are joined by ``and``, or of which one is the owner; a second begins as one."""
    middle = _JOINT.search(name.text)
    if not middle:
        return [name]
    rest = [
        each
        for each in _split(name.cut(middle.end()))
        if fold_letters(WORD.findall(f"{each.text} the")[0]) not in small_words()
    ]
    return [name.cut(0, middle.start()), *rest]


def _strip(words: list[re.Match[str]]) -> list[re.Match[str]]:
    """Return the words of a name behind an office and small words, and before ``of`` and a state."""
    offices = [at for at, word in enumerate(words) if word[0].lower() in _offices()]
    words = words[offices[-1] + 1 :] if offices else words
    openers = {*load_terms(FILE, "openers", LANGUAGE)} - {"new", "good", "great"}
    while words and (words[0][0].islower() or words[0][0].lower() in openers):
        words = words[1:]
    for at, word in enumerate(words):
        state = " ".join(each[0] for each in words[at + 1 :]).removeprefix("the ")
        if at and word[0] in {"of", "from"} and find_codes(state):
            return words[:at]
    return words


def _is_none(text: str, place: Span) -> bool:
    """Return whether a run is an adjective, a mark or a note's, or a state, which is looked for by code."""
    after = re.match(r" ([a-z][\w-]*)", text[place.end : place.end + _REACH])
    before_noun = after is not None and after[1] not in load_terms(FILE, "openers", LANGUAGE)
    name, sign = text[slice(*place)], _SIGN.search(text[max(0, place.start - 2) : place.start])
    of_noun = before_noun and _OF_NOUN.search(name)
    return any((sign, of_noun, find_codes(name), _NOTE.search(name), is_adjective(text, *place)))


@cache
def _offices() -> frozenset[str]:
    ours = (*load_named("offices"), *load_named("people"))  # the Frenchman Jules
    return frozenset({*load_terms(FILE, "titles", LANGUAGE), *ours})


@cache
def _unproven() -> frozenset[str]:
    written = (load_terms(FILE, table, LANGUAGE) for table in ("nobody", "titles", "openers"))
    ours = (*load_named("unproven"), *load_named("people"))
    return frozenset(ours).union(*written)
