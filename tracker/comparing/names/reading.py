"""What a text holds of names: the words, states and capitals by which a name would be known in it."""

from __future__ import annotations

import gzip
import re
from bisect import bisect_left
from collections import defaultdict
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tracker.comparing.names.held import OWNER, WORD
from tracker.comparing.names.naming import opens_sentence
from tracker.comparing.passages.rewording import read_passage
from tracker.inputs.compiled import read_compiled, read_packaged
from tracker.references.countries import countries
from tracker.references.names import fold_letters, fold_name, has_slip
from tracker.text.detection import may_be_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.comparing.passages.rewording import SideText
    from tracker.model.texts import Version
    from tracker.references.countries import Country

LANGUAGE: Final = "en"
"""Large letters prove nothing in German, Arabic and Chinese have none, and nothing else was measured."""
LEAST: Final = 4
"""Letters of a word that tells one name from another."""
_LONG, _LONGER = 5, 8
"""Letters from which one slip, and two, may be between two forms of a word."""
_MOST_WORDS = 6
"""Words of the longest name of a state that is looked for."""
UMLAUT: Final = "ii"
"""What scans make of ``ü``; no state has it in its name."""
_ACRONYM, _MOST_CAPITALS = 3, 2
_PARTS = re.compile(r"[-/’']")
_BREAK = re.compile(r"(?<=\w)[-\u00ad\u2010]\s+(?=\w)")
_SHORT = re.compile(r"^[A-Z].*[A-Z\d]")
_JOINT = re.compile(r"[.-]")
_NO_LETTER = re.compile(r"[\W\d_]+")


class Span(NamedTuple):
    """Where a name stands in a passage."""

    start: int
    end: int


class NamedText(NamedTuple):
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
        if form.isupper() or len(form) < LEAST:
            return _JOINT.sub("", form) in self.capitals
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
        head = word[: LEAST - 1]
        for at in range(bisect_left(self.large, head), len(self.large)):
            if not self.large[at].startswith(head):
                return
            yield self.large[at]


def _begin_alike(word: str, large: str) -> bool:
    shared = max(LEAST, min(len(word), len(large)) * 2 // 3)
    return large.startswith((word[:shared], word.removesuffix("s")))


def read_names(version: Version) -> NamedText:
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
    hints = {**load_named("people"), **load_named("parts")}
    hinted = {code for word, code in hints.items() if word in large or f"{word}s" in large}
    tokens = (token for token in passage.tokens if token.kind == "word" and token.text[:1].isupper())
    inner = (token.text for token in tokens if not opens_sentence(passage, token.start))
    return NamedText(
        passage=passage,
        folded=" ".join(folded.replace("’", "'").split()),
        words=frozenset(map(fold_letters, parts)),
        small=frozenset(fold_letters(part) for part in parts if part.islower()),
        within=frozenset(part for word in inner for part in list_parts(word)),
        large=tuple(sorted(word for word in large - small_words() if len(word) >= LEAST)),
        capitals=frozenset(_JOINT.sub("", part).removesuffix("s") for part in parts if _SHORT.search(part)),
        codes=frozenset(code for _, found in scan_states(text) for code in found) | hinted,
        squeezed=_NO_LETTER.sub("", folded),
    )


def list_parts(text: str) -> list[str]:
    """Return the large words of a name, folded, the parts of one with a hyphen each for itself."""
    words = [OWNER.sub("", word) for word in WORD.findall(text)]
    parts = [part for word in words for part in _PARTS.split(word)]
    return [fold_letters(part) for part in parts if part[:1].isupper() and not is_acronym(part)]


def is_acronym(word: str) -> bool:
    """Return whether a word is made of first letters: ``NGOs``, ``IPoA``."""
    capitals = sum(letter.isupper() for letter in word)
    return capitals > _MOST_CAPITALS or (capitals > 1 and word.removesuffix("s").isupper())


def scan_states(text: str) -> Iterator[tuple[Span, frozenset[str]]]:
    """Yield where a state or group is named, the longest name at a place, and the codes that it may mean."""
    words = list(WORD.finditer(text))
    at = 0
    while at < len(words):
        most = min(at + _MOST_WORDS, len(words)) if _begins_state(words[at][0]) else at
        for end in range(most, at, -1):
            name = OWNER.sub("", text[words[at].start() : words[end - 1].end()])
            found = find_codes(name)
            if found:
                yield Span(words[at].start(), words[at].start() + len(name)), found
                at = end - 1
                break
        at += 1


def find_codes(name: str) -> frozenset[str]:
    """Return the codes of the states and groups that a name or adjective may mean; of ``us`` none."""
    if (len(name) <= _ACRONYM or name.upper() in _groups()) and not name.isupper():
        return frozenset()
    folded = fold_name(name)
    return _codes().get(folded) or _codes().get(folded.removesuffix("s")) or frozenset()


def is_noun(name: str) -> bool:
    """Return whether a name is a state's or group's own, and no adjective or word for a person of it."""
    return fold_name(name) in _nouns()


@lru_cache(maxsize=4096)
def _begins_state(word: str) -> bool:
    return word[:1].isupper() and OWNER.sub("", fold_name(word)).removesuffix("s") in _first_words()


def load_named(table: str) -> Any:  # noqa: ANN401 (lists and tables)
    """Return a table of ``named.toml``."""
    return _tables()[table]


@cache
def _tables() -> Mapping[str, Any]:
    return read_packaged(__package__, "named.toml")


@cache
def small_words() -> frozenset[str]:
    """Return the words that speeches at large write small."""
    place = Path(__file__).with_name(f"small.{LANGUAGE}.txt.gz")
    words: frozenset[str] = read_compiled(place, [place, Path(__file__)], partial(_read_words, place))
    return words


def _read_words(file: Path) -> frozenset[str]:
    return frozenset(gzip.decompress(file.read_bytes()).decode("utf-8").split())


@cache
def _codes() -> Mapping[str, frozenset[str]]:
    """Return by each folded name or adjective the codes that it may mean; a former state is its one heir."""
    codes: dict[str, set[str]] = defaultdict(set)
    for country in countries():
        code = country.successors[0] if len(country.successors) == 1 else country.code
        for name in (*_list_names(country), *country.adjectives):
            codes[fold_name(name)].add(code)
    for code in _groups():
        codes[fold_name(code)].add(code)
    return {name: frozenset(found) for name, found in codes.items()}


def _list_names(country: Country) -> list[str]:
    """Return the names of a state, as scans read them too: Tiirkiye."""
    names = [country.name, *country.names]
    return names + [name.replace("ü", UMLAUT) for name in names if "ü" in name]


@cache
def _first_words() -> frozenset[str]:
    return frozenset(name.split()[0].removesuffix("s") for name in _codes())


@cache
def _nouns() -> frozenset[str]:
    written = (name for country in countries() for name in _list_names(country))
    return frozenset(map(fold_name, (*written, *_groups())))


@cache
def _groups() -> frozenset[str]:
    return frozenset(country.code for country in countries() if country.kind == "group")
