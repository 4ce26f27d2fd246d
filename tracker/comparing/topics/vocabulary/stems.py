"""Words of a sentence: found, counted, and cut to light stems by which plurals and spellings become one.

Hyphens part words here, unlike in ``text.tokens``: "sea-level rise" and "sea level rise" are one term. The
older spelling of cooperation and coordination is the exception: "co-operation" is one word.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Callable

_IDEOGRAPHS: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_MARKS: Final = "\u0300-\u036f\u064b-\u0652\u0670"
_HYPHENS: Final = "-\u2010\u2011"
_WORDS: Final = (
    rf"([a-z]++(?=[ ,.\n])|[{_IDEOGRAPHS}]"
    rf"|(?i:\bco[{_HYPHENS}](?=op|ord))?(?:[^\W_{_IDEOGRAPHS}]++[{_MARKS}]*+)+)"
    r"(?:['’](?:s(?![^\W_]))?)?"
)
_SHORTEST_CONTENT: Final = 4
_NO_HYPHENS: Final = str.maketrans("", "", _HYPHENS)


class Word(NamedTuple):
    """One word of a text and its stem; a possessive ending is outside ``start:end``."""

    text: str
    stem: str
    start: int
    end: int


def is_ideograph(word: str) -> bool:
    """Whether a word is a single ideograph, which says little without its neighbour."""
    return len(word) == 1 and word >= _IDEOGRAPHS[0] and re.match(f"[{_IDEOGRAPHS}]", word) is not None


def _compile_for(text: str, pattern: str) -> re.Pattern[str]:
    """Return a pattern that names ideographs; for a text without one, in less than the 1.5 ms of them all."""
    return _compile(pattern, holds_ideographs=not text.isascii() and max(text) >= _IDEOGRAPHS[0])


@cache
def _compile(pattern: str, *, holds_ideographs: bool) -> re.Pattern[str]:
    return re.compile(pattern if holds_ideographs else pattern.replace(_IDEOGRAPHS, _IDEOGRAPHS[0]))


def is_acronym(word: str) -> bool:
    """Whether a word is written in capitals, a plural s ignored: AI, SDGs, ВОЗ."""
    letters = bare(word)
    return len(letters) > 1 and letters.isupper()


def bare(word: str) -> str:
    """Return an acronym without the s of its plural."""
    return word.removesuffix("s")


def find_words(text: str, language: str) -> list[Word]:
    """Return the words of a text in order, with their stems in a language."""
    found = _compile_for(text, _WORDS).finditer(text)
    return [Word(match[1], stem(match[1], language), *match.span(1)) for match in found]


def read_sentence(text: str, language: str) -> tuple[Word, ...]:
    """Return the words of a sentence, as ``find_words`` does: reading a text asks for them three times."""
    # Cut alike, so that it is cut once, is what differs by an apostrophe or a line end alone.
    return _cut_sentence(text.replace("'", "’").replace("\n", " "), language)


@lru_cache(maxsize=512)
def _cut_sentence(text: str, language: str) -> tuple[Word, ...]:
    return tuple(find_words(text, language))


def find_content(text: str, language: str) -> frozenset[str]:
    """Return what may hold a passage together: stems of four letters, of Chinese all pairs of ideographs."""
    stems = [word.stem for word in read_sentence(text, language)]
    pairs = (first + second for first, second in pairwise(stems) if language == "zh")
    return frozenset([*pairs, *(each for each in stems if len(each) >= _SHORTEST_CONTENT)])


_TOKEN: Final = rf"[{_IDEOGRAPHS}]{{1,2}}|[^\s{_IDEOGRAPHS}]+"
"""Two ideographs are counted as a word: Chinese does not separate words, and most have two."""

_WORD: Final = rf"[{_IDEOGRAPHS}]{{1,2}}|[^\s{_IDEOGRAPHS}]*?\w[^\s{_IDEOGRAPHS}]*"


def count_words(text: str) -> int:
    """Return how many words a text has, two ideographs being one."""
    return len(_compile_for(text, _TOKEN).findall(text))


class Reach:
    """The words of a sentence by their places: a cue's reach is looked up and not counted each time.

    A sentence may be a whole speech. To look at all that precedes each of its mentions takes
    quadratic time: 40 KB of one acronym took 79 seconds.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _tokens(self) -> list[int]:
        return [match.start() for match in _compile_for(self._text, _TOKEN).finditer(self._text)]

    @cached_property
    def _words(self) -> list[int]:
        return [match.start() for match in _compile_for(self._text, _WORD).finditer(self._text)]

    @property
    def length(self) -> int:
        """How many words the whole has, as ``count_words`` counts."""
        return len(self._tokens)

    def count(self, start: int, end: int) -> int:
        """Return ``count_words(text[start:end])``, a word cut by the end being whole."""
        if start >= end:
            return 0
        cut = not self._text[start].isspace()
        return bisect_left(self._tokens, end) - bisect_right(self._tokens, start) + cut

    def find_start(self, place: int, words: int) -> int:
        """Return where so many words before a place begin, or 0: what precedes them is out of reach.

        Marks by themselves are no words.
        """
        index = bisect_left(self._words, place) - words
        return self._words[index] if index > 0 else 0


@lru_cache(maxsize=512)
def read_reach(text: str) -> Reach:
    """Return the words of a sentence by their places, found once for roles and for evidence."""
    return Reach(text)


@lru_cache(maxsize=65536)
def stem(word: str, language: str) -> str:
    """Return a word folded, without accents, and cut of what inflection adds in a language."""
    is_simple = word.isascii() and word.isalnum()
    folded = word.lower() if is_simple else _strip_accents(fold(word)).translate(_NO_HYPHENS)
    return STEMMERS.get(language, _keep)(folded)


def _strip_accents(word: str) -> str:
    if word.isascii():
        return word
    return "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))


def _keep(word: str) -> str:
    return word


_ENGLISH_IRREGULAR: Final = {
    "women": "woman",
    "men": "man",
    "children": "child",
    "lives": "life",
    "shelves": "shelf",
    "halves": "half",
    "wives": "wife",
    "thieves": "thief",
    "fishermen": "fisherman",
    "hutus": "hutu",
    "tutsis": "tutsi",
    "flus": "flu",
    "defences": "defense",
    "programmes": "program",
    "programme": "program",
    "defence": "defense",
    "centre": "center",
    "centres": "center",
}
_ENGLISH_SPELLING: Final = (
    ("is", re.compile(r"is(e|ed|es|ing|er|ation)$"), r"iz\1"),
    ("our", re.compile(r"our(ed|ing)?$"), r"or\1"),
)
"""Of each the letters without which it is not tried, as in most words: a fourth of the time."""
_SHORTEST_SPELLED: Final = 6


def _stem_english(word: str) -> str:
    word = _ENGLISH_IRREGULAR.get(word) or _singular(word)
    if len(word) >= _SHORTEST_SPELLED:
        for letters, pattern, replacement in _ENGLISH_SPELLING:
            if letters in word:
                word = pattern.sub(replacement, word)
    # So that gases are gas, and viruses are virus, what ends in -se and -sis loses as much.
    if len(word) > len("use") and word.endswith(("se", "sis")):
        return word[:-1] if word.endswith("se") else word[:-2]
    return word


def _singular(word: str) -> str:
    if len(word) <= len("gas") or not word.endswith("s") or word.endswith(("ss", "us", "sis")):
        return word
    if word.endswith("ies") and len(word) > len("dies"):
        return word[:-3] + "y"
    is_longer = word.endswith(("sses", "xes", "ches", "shes")) or (
        word.endswith("oes") and len(word) > len("shoes")
    )
    return word[:-2] if is_longer else word[:-1]


# Of feminine adjectives, once they have lost their e: ancienne, industrielle, active, dangereuse.
_FRENCH_FEMININE: Final = (("enn", "en"), ("ell", "el"), ("iv", "if"), ("eus", "eu"), ("ais", "ai"))


def _stem_french(word: str) -> str:
    if len(word) <= len("gaz"):
        return word
    if word.endswith("aux") and not word.endswith("eaux"):
        word = word[:-2] + "l"
    word = word.rstrip("sx").removesuffix("e")
    for ending, masculine in _FRENCH_FEMININE:
        if word.endswith(ending):
            return word.removesuffix(ending) + masculine
    return word


_SPANISH_IRREGULAR: Final = {"paises": "pais", "pais": "pais"}


def _stem_spanish(word: str) -> str:
    if len(word) <= len("paz") or word in _SPANISH_IRREGULAR:
        return _SPANISH_IRREGULAR.get(word, word)
    word = word.removesuffix("s")
    if len(word) > len("paz"):
        word = word.rstrip("aeo")
    return f"{word[:-1]}z" if word.endswith("c") else word


# The short i loses its breve with the accents, so й reads и here.
_RUSSIAN_ENDINGS: Final = re.compile(
    "(?:иями|[яа]ми|ыми|ими|и?[яа]х|[оеы]го|[оеы]му|и?еи|[оыи]и|[аяоеыи][яе]|[ую]ю|[ыи][хм]|и?[оеая]м|"
    "[иь][юяе]|[еоэ]в|[аяоеыиуюь])$"
)
# A vowel that some forms have and others have not: one of torture, пытка, and several, пыток.
_RUSSIAN_FLEETING: Final = re.compile(r"(?<=\w{2}[^аеиоуыэюя])[ое](?=[кц]$)")
_SHORTEST_RUSSIAN: Final = 3


def _stem_russian(word: str) -> str:
    # Twice, since a noun may end as others do in a case: система and систему, режим and режима.
    for _ in range(2):
        word = word[:_SHORTEST_RUSSIAN] + _RUSSIAN_ENDINGS.sub("", word[_SHORTEST_RUSSIAN:], count=1)
    return _RUSSIAN_FLEETING.sub("", word)


# Conjunctions, prepositions and the article are written with the word. Where one letter may as well be the
# word's own, as in "fuel", it is cut from all its forms, which meet all the same.
_ARABIC_ARTICLE: Final = re.compile(r"^(?:[وف]?[بك]?ال|[وف]?لل)(?=\w{2})")
_ARABIC_CLITIC: Final = re.compile(r"^(?:(?:[وبكل]|ال)(?=\w{4})|ف(?=\w{5}))")
_ARABIC_ENDING: Final = re.compile(r"(?<=\w{4})(?:ون|ين|(?:(?<!ا)ت)?(?:نا|ها|هم))$")
# An organization, منظمة, and several, منظمات.
_ARABIC_FEMININE: Final = re.compile(r"(?:ة|(?<=\w{3})ات)$")


def _stem_arabic(word: str) -> str:
    while (shorter := _ARABIC_CLITIC.sub("", _ARABIC_ARTICLE.sub("", word))) != word:
        word = shorter
    return _ARABIC_FEMININE.sub("", _ARABIC_ENDING.sub("", word))


STEMMERS: Final[dict[str, Callable[[str], str]]] = {
    "en": _stem_english,
    "fr": _stem_french,
    "es": _stem_spanish,
    "ru": _stem_russian,
    "ar": _stem_arabic,
}
