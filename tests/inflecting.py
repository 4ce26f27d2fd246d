"""Forms that a term takes in running text: plurals, cases, genders, what Arabic writes with a word.

Plain rules of schoolbooks, made without the stemmer: they inflect what it is held to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PREPOSITIONS: Final = {
    "en": frozenset(
        [
            "of",
            "for",
            "in",
            "on",
            "to",
            "against",
            "with",
            "by",
            "from",
            "at",
            "among",
            "between",
            "and",
            "or",
        ]
    ),
    "fr": frozenset(
        [
            "de",
            "des",
            "du",
            "d",
            "à",
            "au",
            "aux",
            "en",
            "par",
            "pour",
            "sur",
            "contre",
            "et",
            "dans",
            "entre",
        ]
    ),
    "es": frozenset(
        ["de", "del", "a", "al", "en", "por", "para", "sobre", "contra", "y", "con", "entre", "e"]
    ),
}
_WORD: Final = re.compile(r"[^\W\d_]+")


def inflect(term: str, language: str) -> Iterator[str]:
    """Yield a term in the other forms that a text may have it in."""
    yield from _FORMS[language](term)


def _replace(term: str, place: re.Match[str], form: str) -> str:
    return f"{term[: place.start()]}{form}{term[place.end() :]}"


def _find_nouns(term: str, language: str) -> list[re.Match[str]]:
    """Return the words that number changes: the last before the first preposition, and the last of all."""
    words = list(_WORD.finditer(term))
    small = _PREPOSITIONS[language]
    first = next((at for at, word in enumerate(words) if word[0].lower() in small), len(words))
    chosen = {at for at in (first - 1, len(words) - 1) if at >= 0}
    found = [words[at] for at in sorted(chosen)]
    return [
        word for word in found if len(word[0]) > 2 and word[0].lower() not in small and not _is_name(word[0])
    ]


def _is_name(word: str) -> bool:
    """Whether a word is an acronym, or a name that has no plural: Honduras, Hormuz, Kivu, Lockerbie."""
    return not word[1:].islower() or (word[0].isupper() and word.endswith(("s", "x", "z", "u", "ie", "ssi")))


_ENGLISH: Final = dict(
    pair.split()
    for pair in [
        "man men",
        "woman women",
        "child children",
        "life lives",
        "shelf shelves",
        "half halves",
        "wife wives",
        "thief thieves",
        "fisherman fishermen",
    ]
)
_ENGLISH_SINGULAR: Final = {plural: one for one, plural in _ENGLISH.items()}


def _inflect_english(term: str) -> Iterator[str]:
    for word in _find_nouns(term, "en"):
        text = word[0]
        if text.lower() in _ENGLISH:
            yield _replace(term, word, _ENGLISH[text.lower()])
        elif text.lower() in _ENGLISH_SINGULAR:
            yield _replace(term, word, _ENGLISH_SINGULAR[text.lower()])
        elif text.endswith("sis"):
            yield _replace(term, word, f"{text[:-2]}es")
        elif re.search(r"(s|x|ch|sh)$", text) and not re.search(r"[^su]s$", text):
            yield _replace(term, word, f"{text}es")
        elif re.search(r"[^aeiou]y$", text):
            yield _replace(term, word, f"{text[:-1]}ies")
        elif text in {"veto", "embargo", "hero", "tornado", "volcano", "torpedo"}:
            yield _replace(term, word, f"{text}es")
        elif text[-1] not in "sz":
            yield _replace(term, word, f"{text}s")
    yield from (re.sub(r"\bgas\b", "gases", term) for _ in [0] if re.search(r"\bgas\b", term))


def _inflect_french(term: str) -> Iterator[str]:
    for word in _find_nouns(term, "fr"):
        text = word[0]
        if text[-1] not in "sxz":
            yield _replace(term, word, _pluralize_french(text))
        for ending, feminine in _FRENCH_FEMININE:
            if text.endswith(ending) and len(text) > len(ending) + 2:
                form = text.removesuffix(ending) + feminine
                yield _replace(term, word, form)
                yield _replace(term, word, f"{form}s")


_FRENCH_FEMININE: Final = (
    ("ien", "ienne"),
    ("éen", "éenne"),
    ("iel", "ielle"),
    ("nel", "nelle"),
    ("atif", "ative"),
    ("eux", "euse"),
    ("al", "ale"),
    ("ais", "aise"),
)


def _pluralize_french(word: str) -> str:
    if word.endswith("al"):
        return f"{word[:-2]}aux"
    return f"{word}x" if word.endswith(("au", "eu")) else f"{word}s"


def _inflect_spanish(term: str) -> Iterator[str]:
    for word in _find_nouns(term, "es"):
        text = word[0]
        if text.endswith("z"):
            yield _replace(term, word, f"{text[:-1]}ces")
        elif text.endswith("ión"):
            yield _replace(term, word, f"{text[:-3]}iones")
        elif text[-1] in "aeiouáéó":
            yield _replace(term, word, f"{text}s")
        elif text[-1] != "s":
            yield _replace(term, word, f"{text}es")
        if text.endswith("o") and len(text) > len("cuatr"):
            yield _replace(term, word, f"{text[:-1]}a")
            yield _replace(term, word, f"{text[:-1]}as")


_RUSSIAN: Final = (
    # What a dictionary form ends in, and the endings that take its place.
    (r"(?<=[кгхжшчщ])(?:ий|ая|ое)", "ий ого ому им ом ая ой ую ое ие их ими"),
    (r"(?:ый|ая|ое)", "ый ого ому ым ом ая ой ую ое ые ых ыми"),
    (r"(?<=[гктжшщ]с)кий", "кий кого кому ким ком кая кой кую кое кие ких кими"),
    (r"(?<=[ртлнмсзцфд])ия", "ия ии ию ией ий иям иями иях"),
    (r"(?<=[нтвчпбсц])ие", "ие ия ию ием ии ий иям иями иях"),
    (r"(?<=ост)ь", "ь и ью ей ям ями ях"),
    (r"(?<=[бвдзлмнпрстф])а", "а ы е у ой ам ами ах"),
    (r"(?<=[гкхжшч])а", "а и е у ой ам ами ах"),
    (r"(?<=ств)о", "о а у ом е ам ами ах"),
    (r"(?<=[бвдзлмнпрстф])$", " а у ом е ы ов ам ами ах"),
)
_ADJECTIVE: Final = re.compile(r"(?:ый|ий|ая|ое|ые|ого|ных|ская|ское)$")


def _inflect_russian(term: str) -> Iterator[str]:
    """Inflect the noun that a term begins with, or its adjectives and the noun after them."""
    for word in _WORD.finditer(term):
        text = word[0]
        if len(text) > len("слов") and not text.isupper():
            for ending, forms in _RUSSIAN:
                if re.search(rf"{ending}$", text):
                    for form in f"{forms} ".split(" ")[: forms.count(" ") + 1]:
                        yield _replace(term, word, re.sub(rf"{ending}$", form, text))
                    break
        if not _ADJECTIVE.search(text):
            break


_ARTICLE: Final = "ال"
_JOINED: Final = ("و", "ب", "ل", "وب", "ول", "ك")


def _inflect_arabic(term: str) -> Iterator[str]:
    """Join to the first word what is written with it, and give it the plural of its ending.

    A word may begin as if something were joined to it, as *agency* does: there no stem has both numbers.
    """
    first = _WORD.search(term)
    if first is None or first.start() or len(first[0]) <= len("نزع"):
        return
    bare = first[0].removeprefix(_ARTICLE)
    if bare != first[0]:
        yield from (_replace(term, first, form) for form in (f"و{first[0]}", f"ب{first[0]}", f"لل{bare}"))
        yield _replace(term, first, bare)
    else:
        yield _replace(term, first, f"{_ARTICLE}{bare}")
        yield from (_replace(term, first, f"{letters}{bare}") for letters in _JOINED)
    if not bare.startswith(_JOINED) and bare.endswith("ة") and len(bare) > len("ضفاف"):
        yield _replace(term, first, f"{first[0][:-1]}ات")


def _inflect_chinese(term: str) -> Iterator[str]:
    yield f"关于{term}的问题"


_FORMS: Final[dict[str, Callable[[str], Iterator[str]]]] = {
    "en": _inflect_english,
    "fr": _inflect_french,
    "es": _inflect_spanish,
    "ru": _inflect_russian,
    "ar": _inflect_arabic,
    "zh": _inflect_chinese,
}
