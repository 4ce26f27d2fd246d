"""Names that one text has, and the other in no form: ``compare_names``.

A name is a state or group of ``countries.toml``, one of ``named.toml``, or a run of large words of which one
is proven: it stands large within a sentence, and neither text nor speeches at large (``small.en.txt.gz``)
write it small. What may be a form or a slip of it in the other text counts as it: in doubt nothing is said.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tracker.comparing.names.finding import (
    OWNER,
    WORD,
    NameMatch,
    abbreviate,
    find_names,
    is_adjective,
    load_names,
    opens_sentence,
)
from tracker.comparing.names.small_words import is_small
from tracker.comparing.names.states import UMLAUT, load_states
from tracker.comparing.passages.rewording import read_passage
from tracker.inputs.compiled import read_packaged
from tracker.model.changes import NameChange
from tracker.model.languages import has
from tracker.references.countries import find_country
from tracker.references.names import fold_letters, fold_name, has_slip
from tracker.text.detection import may_be_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tracker.comparing.passages.rewording import SideText
    from tracker.model.changes import NameStatus
    from tracker.model.texts import Version

_LANGUAGE: Final = "en"
"""Large letters prove nothing in German, Arabic and Chinese have none, and nothing else was measured."""
_LEAST: Final = 4
"""Letters of a word that tells one name from another."""
_LONG, _LONGER = 5, 8
"""Letters from which one slip, and two, may be between two forms of a word."""
_MOST_WORDS = 6
"""Words of the longest name of a state that is looked for."""
_ACRONYM, _MOST_CAPITALS = 3, 2
_PARTS = re.compile(r"[-/’']")
_BREAK = re.compile(r"[-\u00ad\u2010](?<=\w[-\u00ad\u2010])\s+(?=\w)")
_SHORT = re.compile(r"^[A-Z].*[A-Z\d]")
_DOT_OR_HYPHEN = re.compile(r"[.-]")
_NO_LETTER = re.compile(r"[\W\d_]+")
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
    if old.language != new.language or not has(old.language, "named"):
        return ()
    before, after = _read_names(old), _read_names(new)
    return (
        *_find_alone(before, after, own, "no longer named"),
        *_find_alone(after, before, own, "named now"),
    )


def _find_alone(
    side: _NamedText, other: _NamedText, own: Collection[str], status: NameStatus
) -> Iterator[NameChange]:
    taken = bytearray(len(side.passage.text))
    found = [
        *_find_listed(side, other, taken),
        *_find_states(side, other, {code for name in own for code in _find_codes(name)}, taken),
        *_find_runs(side, other, {word for name in own for word in _list_parts(name)}, taken),
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


def _find_listed(side: _NamedText, other: _NamedText, taken: bytearray) -> Iterator[_Found]:
    """Yield the names of ``named.toml``, and mark the places of all that the side has."""
    text = side.passage.text
    for forms in _load_named()["forms"]:
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
    side: _NamedText, other: _NamedText, own: Collection[str], taken: bytearray
) -> Iterator[_Found]:
    """Yield the states and groups by name, not by adjective, and mark the places of all that the side has."""
    text = side.passage.text
    states: dict[str, list[Span]] = defaultdict(list)
    for place, codes in _scan_states(text):
        name = text[slice(*place)]
        part = _is_part(text, place)
        if _is_noun(name) and taken.find(1, *place) < 0 and not (part and " and " not in name):
            taken[slice(*place)] = b"\1" * len(name)
            if len(codes) == 1 and not part and not (name.isupper() and len(name) > _LEAST + 1):
                states[next(iter(codes))].append(place)
    for code, places in states.items():
        country = find_country(code)
        written = {text[slice(*place)] for place in places}
        words = {word for name in written for word in _list_parts(name) if not is_small(word)}
        is_there = code in other.codes or any(
            map(other.has_letters, (country.name, *country.names, *written))
        )
        if not is_there and words.isdisjoint(other.words) and code not in {*own, *_load_named()["kinds"]}:
            yield _Found(0, tuple(places))


def _is_part(text: str, place: Span) -> bool:
    """Return whether a name stands within a longer one: Lake Chad, Bank of England, Jordan Valley."""
    leading, after = text[max(0, place.start - _REACH) : place.start], text[place.end : place.end + _REACH]
    before = _PART_OF.search(leading)
    follows = before and not any(before[1].lower() in known() for known in (_unproven, _offices))
    return any((follows, _SIGN.search(leading), _BEFORE_NAME.match(after)))


def _find_runs(
    side: _NamedText, other: _NamedText, own: Collection[str], taken: bytearray
) -> Iterator[_Found]:
    """Yield runs of large words with a proven one, those that share one together."""
    groups: list[tuple[set[str], list[Span]]] = []
    for place in _list_runs(side):
        name = side.passage.text[slice(*place)]
        proven = {word for word in _list_parts(name) if _is_proven(word, side, other)}
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


def _is_proven(word: str, side: _NamedText, other: _NamedText) -> bool:
    if len(word) < _LEAST or word not in side.within or word in side.small or word in other.small:
        return False
    forms = {word, word.removesuffix("s"), f"{word}s"}
    common = any(map(is_small, forms)) or not forms.isdisjoint(_unproven())
    return not common and not _find_codes(word) and not _COMMON.search(word)


def _list_runs(side: _NamedText) -> Iterator[Span]:
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
            opens = opens_sentence(passage, start) and is_small(fold_letters(words[0][0]))
            acronyms = sum(_is_acronym(word[0]) for word in words) * 2 > len(words)
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
        if not is_small(fold_letters(WORD.findall(f"{each.text} the")[0]))
    ]
    return [name.cut(0, middle.start()), *rest]


def _strip(words: list[re.Match[str]]) -> list[re.Match[str]]:
    """Return the words of a name behind an office and small words, and before ``of`` and a state."""
    offices = [at for at, word in enumerate(words) if word[0].lower() in _offices()]
    words = words[offices[-1] + 1 :] if offices else words
    while words and (words[0][0].islower() or words[0][0].lower() in _openers()):
        words = words[1:]
    for at, word in enumerate(words):
        state = " ".join(each[0] for each in words[at + 1 :]).removeprefix("the ")
        if at and word[0] in {"of", "from"} and _find_codes(state):
            return words[:at]
    return words


def _is_none(text: str, place: Span) -> bool:
    """Return whether a run is an adjective, a mark or a note's, or a state, which is looked for by code."""
    after = re.match(r" ([a-z][\w-]*)", text[place.end : place.end + _REACH])
    before_noun = after is not None and after[1] not in load_names(_LANGUAGE, "openers")
    name, sign = text[slice(*place)], _SIGN.search(text[max(0, place.start - 2) : place.start])
    of_noun = before_noun and _OF_NOUN.search(name)
    return any((sign, of_noun, _find_codes(name), _NOTE.search(name), is_adjective(text, *place)))


@cache
def _offices() -> frozenset[str]:
    ours = (*_load_named()["offices"], *_load_named()["people"])  # the Frenchman Jules
    return load_names(_LANGUAGE, "titles").union(ours)


@cache
def _openers() -> frozenset[str]:
    return load_names(_LANGUAGE, "openers") - {"new", "good", "great"}


@cache
def _unproven() -> frozenset[str]:
    ours = (*_load_named()["unproven"], *_load_named()["people"])
    return load_names(_LANGUAGE, "nobody", "titles", "openers").union(ours)


class Span(NamedTuple):
    """Where a name stands in a passage."""

    start: int
    end: int


class _NamedText(NamedTuple):
    """A text with what tells whether it may hold a name."""

    passage: SideText
    """All but its headings, whose letters prove nothing, and sentences in another language."""
    folded: str
    words: frozenset[str]
    small: frozenset[str]
    """Words that it writes small somewhere."""
    within: frozenset[str]
    """Words that it writes large within a sentence."""
    large: tuple[str, ...]
    """Words that it writes large and nobody small."""
    capitals: frozenset[str]
    codes: frozenset[str]
    """Of the states and groups that it may name, by an adjective too."""
    squeezed: str
    """Its letters alone, whatever breaks and blanks a scan put between."""

    def has_form(self, form: str) -> bool:
        """Return whether it holds a form of a name; capitals count only as such, ``the Court`` only alone."""
        if form.isupper() or len(form) < _LEAST:
            return _DOT_OR_HYPHEN.sub("", form) in self.capitals
        if form.startswith("the "):
            alone = rf"\b(?:the|this|that|our|its) {re.escape(form[4:])}\b(?! of| on| [A-Z])"
            return re.search(alone, self.passage.text) is not None
        return fold_letters(form) in self.folded

    def has_letters(self, name: str) -> bool:
        """Return whether it holds the letters of a name in a row, whatever stands between them."""
        letters = _NO_LETTER.sub("", fold_letters(name))
        return len(letters) >= _LONG and letters in self.squeezed

    def has_like(self, word: str) -> bool:
        """Return whether it holds a word, or a large one that may be a form or a slip of it."""
        slips = (len(word) >= _LONG) + (len(word) >= _LONGER)
        return (
            word in self.words
            or self.has_letters(word)
            or any(_begin_alike(word, large) for large in self._from(word))
            or has_slip(word, self.large, slips)
        )

    def _from(self, word: str) -> Iterator[str]:
        """Yield the large words that share the first letters of a word."""
        head = word[: _LEAST - 1]
        for at in range(bisect_left(self.large, head), len(self.large)):
            if not self.large[at].startswith(head):
                return
            yield self.large[at]


def _begin_alike(word: str, large: str) -> bool:
    shared = max(_LEAST, min(len(word), len(large)) * 2 // 3)
    return large.startswith((word[:shared], word.removesuffix("s")))


def _read_names(version: Version) -> _NamedText:
    """Read what a text holds of names; a word that a line break parts is looked for as one too."""
    segments = [
        segment
        for segment in version.segments
        if segment.kind != "heading" and may_be_in(segment.text, version.language)
    ]
    passage = read_passage(segments, version.language)
    joined = _BREAK.sub("", version.text)
    text = joined if joined == version.text else f"{joined}\n{version.text}"
    written = {OWNER.sub("", word) for word in set(WORD.findall(text))}
    parts = {part for word in written for part in (word, *_PARTS.split(word)) if part}
    folded = fold_letters(text)
    large = {fold_letters(part) for part in parts if part[0].isupper()}
    hints = {**_load_named()["people"], **_load_named()["parts"]}
    hinted = {code for word, code in hints.items() if word in large or f"{word}s" in large}
    tokens = (token for token in passage.tokens if token.kind == "word" and token.text[:1].isupper())
    inner = (token.text for token in tokens if not opens_sentence(passage, token.start))
    return _NamedText(
        passage=passage,
        folded=" ".join(folded.replace("’", "'").split()),
        words=frozenset(map(fold_letters, parts)),
        small=frozenset(fold_letters(part) for part in parts if part.islower()),
        within=frozenset(part for word in inner for part in _list_parts(word)),
        large=tuple(sorted(word for word in large if len(word) >= _LEAST and not is_small(word))),
        capitals=frozenset(
            _DOT_OR_HYPHEN.sub("", part).removesuffix("s") for part in parts if _SHORT.search(part)
        ),
        codes=frozenset(code for _, found in _scan_states(text) for code in found) | hinted,
        squeezed=_NO_LETTER.sub("", folded),
    )


def _list_parts(text: str) -> list[str]:
    """Return the large words of a name, folded, the parts of one with a hyphen each for itself."""
    words = [OWNER.sub("", word) for word in WORD.findall(text)]
    parts = [part for word in words for part in _PARTS.split(word)]
    return [fold_letters(part) for part in parts if part[:1].isupper() and not _is_acronym(part)]


def _is_acronym(word: str) -> bool:
    """Return whether a word is made of first letters: ``NGOs``, ``IPoA``."""
    capitals = sum(letter.isupper() for letter in word)
    return capitals > _MOST_CAPITALS or (capitals > 1 and word.removesuffix("s").isupper())


def _scan_states(text: str) -> Iterator[tuple[Span, frozenset[str]]]:
    """Yield where a state or group is named, the longest name at a place, and the codes that it may mean."""
    words = list(WORD.finditer(text))
    behind = 0
    for at, word in enumerate(words):
        if at < behind or not _begins_state(word[0]):
            continue
        for end in range(min(at + _MOST_WORDS, len(words)), at, -1):
            name = OWNER.sub("", text[word.start() : words[end - 1].end()])
            found = _find_codes(name)
            if found:
                yield Span(word.start(), word.start() + len(name)), found
                behind = end
                break


def _find_codes(name: str) -> frozenset[str]:
    """Return the codes of the states and groups that a name or adjective may mean; of ``us`` none."""
    if (len(name) <= _ACRONYM or name.upper() in load_states().groups) and not name.isupper():
        return frozenset()
    folded = fold_name(name)
    codes = load_states().codes
    return codes.get(folded) or codes.get(folded.removesuffix("s")) or frozenset()


def _is_noun(name: str) -> bool:
    """Return whether a name is a state's or group's own, and no adjective or word for a person of it."""
    return fold_name(name) in load_states().nouns


@lru_cache(maxsize=4096)
def _begins_state(word: str) -> bool:
    first_words = load_states().first_words
    return word[:1].isupper() and OWNER.sub("", fold_name(word)).removesuffix("s") in first_words


@cache
def _load_named() -> Mapping[str, Any]:
    """Return the tables of ``named.toml``."""
    return read_packaged(__package__, "named.toml")
