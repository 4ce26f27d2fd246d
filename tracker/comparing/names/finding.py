"""The names of a passage, ``find_names``, and whether a text has a name in any form, ``has_name``.

A name is a symbol, an instrument with a number, a run of words in capitals or a role. A text has it too in
another spelling, by its first letters, by a surname, or by the adjective of a country.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tracker.comparing.names.small_words import is_small
from tracker.comparing.names.states import load_states
from tracker.comparing.passages.forms import skip_acts
from tracker.comparing.passages.terms import find_terms, load_terms, load_values
from tracker.references.countries import countries, match_countries
from tracker.references.names import fold_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.comparing.passages.rewording import SideText
    from tracker.text.tokens import Token

FILE = "names.toml"
WORD = re.compile(r"[^\W_]+(?:['’/.-][^\W_]+)*")
OWNER = re.compile(r"['’]s?$")
_NUMBER = re.compile(r"\s+\d+(?:/\d+)*(?:\s\((?:\d{4}|[A-Z-]*[IVXLC]+)\))?")
_LEAST_COUNTRY = 4
"""Letters of a country's name at the beginning of a sentence; ``No`` and ``La`` are codes of countries."""
_SET_BEFORE = ' \n"“”«(‘•*0123456789'
"""What may be between a sentence's end and the first word of the next, the number of a note too."""
_MARKER = re.compile(r"(?:^|[.!?:;]\s+)(?:\(?[^\W_]{1,4}\)|[^\W_]{1,4}[.]?\s*[-–—]|[-–—])\s*$")
"""The marker of an item before its first word: ``(a)``, ``iv)``, ``7 -``."""
_CLAUSE_BEFORE = re.compile(r"[,;]\s+$")
_ITEM = re.compile(r"[ivxlc]+|[a-z]|\d+")
"""The number or letter of a part of a text, in small letters."""
_ROMAN = re.compile(r"[IVXLC]+")
"""The number of an item, where a sentence begins with it."""
_DEFINED = re.compile(r"[^.;:()]{0,80}\(([^\W\da-z_][^\Wa-z_]{1,11})\)")
"""The rest of a name, small words too, and the acronym that it defines: ``(AFB)``."""
_LISTED = re.compile(r"\w, $")
_ARTICLE = re.compile(
    r"(?:^|\s)(?:the|this|that|these|those|an?|our|your|their|its|each|any|such) $", re.IGNORECASE
)
_ELIDED = re.compile(r"[a-zà-ÿ]{1,2}['’]")
"""What may stand before the large letter of a word: ``d'Ivoire``."""
_ELISION = re.compile(r"[LldD]['’](?=[^\W\d_])")
"""An article or a link that French writes as one with the next word: ``l'Agence``."""
_YEAR_BEFORE = re.compile(r"\b\d{4} $")
_QUOTES = "“«”"
_QUOTED = re.compile(r"[^“”«».,:;?!]{1,80}[”»]")
"""A title in quotation marks, and no sentence."""
_LEAST_ACRONYM = 2
_LONGEST_NAME = 60
"""Words of a run in capitals beyond which it is a text in capitals, cited whole at each of its edits."""
_MANY_CAPITALS = 5
"""Words all in capitals that are no name, but cried out."""
_LONGEST_WHOLE = 40
_REACH = 12
"""Signs before a word in which its article or the marker of its item stands."""
_OPENER_ENDS = ("ing", "ly", "ed")
"""What ends an English word that is large because it begins a sentence."""


class NameMatch(NamedTuple):
    """A name as written, and whether it is an actor's or an instrument's."""

    start: int
    end: int
    text: str
    kind: str

    def cut(self, start: int, end: int | None = None) -> NameMatch:
        """Return a part of the name."""
        text = self.text[start:end]
        return self._replace(start=self.start + start, end=self.start + start + len(text), text=text)


@cache
def load_names(language: str, *tables: str) -> frozenset[str]:
    """Return the words of tables of ``names.toml`` for a language."""
    return frozenset(term for table in tables for term in load_terms(FILE, table, language))


def find_names(passage: SideText) -> tuple[NameMatch, ...]:
    """Return the names of a passage in text order; what an editor put in is none."""
    symbols = (token for token in passage.tokens if token.kind == "symbol")
    found = [NameMatch(token.start, token.end, token.text, "instrument") for token in symbols]
    found += _find_numbered(passage)
    found += _find_listed(passage)
    taken = bytearray(len(passage.text))
    _take(taken, found)
    runs = (name for run in _find_runs(passage) for name in _read_names(passage, run))
    runs_free = [name for name in runs if _is_free(taken, name)]
    _take(taken, runs_free)
    found += [name for name in runs_free if not passage.is_heading or _is_known(name)]
    for term in passage.whole.find(load_terms(FILE, "roles", passage.language)):
        name = NameMatch(term.start, term.end, passage.text[term.start : term.end], "actor")
        if _is_free(taken, name):
            _take(taken, [name])
            found.append(name)
    return tuple(sorted(found, key=lambda name: name.start))


def _is_known(name: NameMatch) -> bool:
    """Return whether a name is proven by more than its large letters, which a heading has everywhere."""
    return bool(match_countries(name.text)) or any(letter.isdigit() for letter in name.text)


def _take(taken: bytearray, names: Iterable[NameMatch]) -> None:
    for name in names:
        taken[name.start : name.end] = b"\1" * (name.end - name.start)


def _is_free(taken: bytearray, name: NameMatch) -> bool:
    return taken.find(1, name.start, name.end) < 0


def _find_numbered(passage: SideText) -> Iterator[NameMatch]:
    """Yield instruments named by a number: ``resolution 1325 (2000)``."""
    for term in passage.whole.find(load_terms(FILE, "numbered", passage.language)):
        number = _NUMBER.match(passage.text, term.end)
        if number:
            yield NameMatch(term.start, number.end(), passage.text[term.start : number.end()], "instrument")


def _find_listed(passage: SideText) -> Iterator[NameMatch]:
    """Yield the states and bodies of the list of a language that has no large letters."""
    pattern = _compile_listed(passage.language)
    for match in pattern.finditer(passage.text) if pattern else ():
        if match["name"]:
            yield NameMatch(*match.span("name"), match["name"], "actor")


@cache
def _compile_listed(language: str) -> re.Pattern[str] | None:
    """Return what finds the listed names, the longest first; Arabic writes small words as one with them."""
    forms = sorted(_list_forms(language), key=len, reverse=True)
    if not forms:
        return None
    before, after = ("", "") if language == "zh" else (r"(?<!\w)[وف]?[بكل]?", r"(?!\w)")
    apart = "|".join(load_terms(FILE, "not_listed", language)) or "(?!)"
    return re.compile(rf"{apart}|{before}(?P<name>{'|'.join(map(re.escape, forms))}){after}")


@cache
def _list_forms(language: str) -> dict[str, tuple[str, ...]]:
    """Return by each form of a listed name all of them; behind an Arabic ``to`` the article has no alif."""
    names = (tuple(entry.split("|")) for entry in load_terms(FILE, "listed", language))
    elided = (
        (*forms, *("لل" + form.removeprefix("ال") for form in forms if form.startswith("ال")))
        if language == "ar"
        else forms
        for forms in names
    )
    return {form: forms for forms in elided for form in forms}


def _find_runs(passage: SideText) -> Iterator[list[Token]]:
    """Yield runs of words in capitals, with the small words, points and numbers between and after them."""
    run: list[Token] = []
    acts_end = 0
    for at, token in enumerate(passage.tokens):
        large = _is_large(token)
        if large and token.start >= acts_end and _begins_clause(passage, token.start):
            acts_end = skip_acts(passage, token.start)
        joined = run and passage.text[run[-1].end : token.start] in {" ", "\n", ""}
        if joined and (large or _is_small(passage, run, token) or _is_mark(passage, run, at)):
            run.append(token)
            continue
        if run:
            yield from _close(passage, run)
        run = [token] if large and token.start >= acts_end and not _opens(passage, at) else []
    yield from _close(passage, run)


def _begins_clause(passage: SideText, start: int) -> bool:
    """Return whether a sentence, or an item of a resolution written in one, begins here."""
    return opens_sentence(passage, start) or bool(
        _CLAUSE_BEFORE.search(passage.text, max(0, start - 3), start)
    )


def _is_small(passage: SideText, run: list[Token], token: Token) -> bool:
    """Return whether a small word or number may stand in the name that a run begins."""
    language, word = passage.language, token.text.lower().replace("’", "'")
    if word == "the" and run and run[-1].text.lower() in load_names(language, "bodies"):
        return False  # in the United Nations the Security Council
    if word in load_names(language, "links", "particles") or token.kind in {"number", "date"}:
        return True
    if run and run[-1].text.lower() in load_names(language, "adjectived"):
        return word.endswith(load_terms(FILE, "adjectival", language))
    if word == "in":
        return bool(run) and run[-1].text.lower() in load_names(language, "placed")
    if word not in load_names(language, "title_links"):
        return False
    text = passage.text[run[0].start : run[-1].end] if run else ""
    return bool(find_terms(text, load_terms(FILE, "with_links", language)))


def _is_mark(passage: SideText, run: list[Token], at: int) -> bool:
    """Return whether a mark is an owner's or an abbreviation's: ``Leaders' Meeting``, ``Mr. J. Kutesa``."""
    token, tokens, language = passage.tokens[at], passage.tokens, passage.language
    if token.text not in ".’'" or not run or run[-1].end != token.start or at + 1 == len(tokens):
        return False
    after, last = tokens[at + 1], run[-1].text
    if token.text != ".":
        return last.endswith("s") and _is_large(after)
    if not _is_large(after) or after.text.lower() in load_names(language, "openers"):
        return False
    named = len(run) > 1 or not opens_sentence(passage, run[0].start)
    initial = len(last) == 1 and last.isupper() and named
    return initial or last.lower() in load_names(language, "abbreviations")


def _close(passage: SideText, run: list[Token]) -> Iterator[list[Token]]:
    """Yield a run without trailing small words, where it names anybody."""
    nobody, titles = (load_names(passage.language, table) for table in ("nobody", "titles"))
    dated = load_names(passage.language, "dated")
    while run and not _is_large(run[-1]) and run[-1].kind != "number":
        if run[-1].kind == "date" and len(run) > 1 and run[-2].text.lower() in dated:
            break
        run = run[:-1]
    cried = sum(token.text.isupper() and len(token.text) > 1 for token in run)
    if not run or len(run) > _LONGEST_NAME or cried >= _MANY_CAPITALS:
        return
    text = passage.text[run[0].start : run[-1].end].lower()
    places = find_terms(text, load_terms(FILE, "ceremony", passage.language))
    at = run[0].start + (places[0].start if places else len(text))
    named = [
        token
        for token in run
        if _is_large(token) and len(token.text) > 1 and _plain(token.text) not in nobody
    ]
    counted = [token for token in named if token.text.lower() not in titles or len(named) == len(run) == 1]
    if (counted or len(named) > 1) and (not places or any(token.start < at for token in named)):
        yield run


def _plain(word: str) -> str:
    """Return a word in small letters without the ``'s`` of an owner; the first part of ``State-led``."""
    return OWNER.sub("", re.sub(r"-[a-z].*", "", word).lower())


def _is_large(token: Token) -> bool:
    if token.kind != "word" or token.text == "I":
        return False
    if token.text[0].isupper() or token.text.isalpha():
        return token.text[0].isupper()
    elided = _ELIDED.match(token.text)
    return elided is not None and token.text[elided.end() :][:1].isupper()


def _opens(passage: SideText, at: int) -> bool:
    """Return whether a word is large only because it may begin a sentence.

    Acronyms, countries and titles name at any place, as does a word that another large one follows.
    """
    token, language = passage.tokens[at], passage.language
    titles, abbreviations, openers, nobody = (
        load_names(language, table) for table in ("titles", "abbreviations", "openers", "nobody")
    )
    if (
        passage.text[token.start : token.start + _LONGEST_WHOLE]
        .lower()
        .startswith(load_terms(FILE, "wholes", language))
    ):
        return False
    after = passage.tokens[at + 1] if at + 1 < len(passage.tokens) else token
    near = after.start == token.end + 1 and _is_large(after)
    followed = near and after.text.lower() not in titles
    quoted = token.start > 0 and passage.text[token.start - 1] in _QUOTES
    if quoted and _QUOTED.match(passage.text, token.start):
        return not followed
    letters = token.text.rstrip("'’")
    acronym = letters.isupper() and len(letters) >= _LEAST_ACRONYM and not _ROMAN.fullmatch(letters)
    if acronym or not (quoted or opens_sentence(passage, token.start)):
        return False
    word = token.text.lower()
    known = len(word) >= _LEAST_COUNTRY and match_countries(OWNER.sub("", token.text))
    begins_body = followed and word in load_names(language, "short_forms") - openers
    if known or begins_body or word in titles or word in abbreviations:
        return False
    if word in openers or word in nobody:
        return True
    return not followed or language != "en" or (word.endswith(_OPENER_ENDS) and word != "united")


def opens_sentence(passage: SideText, start: int) -> bool:
    """Return whether what starts here is the first of its sentence, but for quotation marks and figures."""
    at = start - 1
    while at >= 0 and passage.text[at] in _SET_BEFORE:
        at -= 1
    return (
        at < 0
        or passage.text[at] in ".!?:"
        or bool(_MARKER.search(passage.text, max(0, start - _REACH), start))
    )


def _read_names(passage: SideText, run: list[Token]) -> Iterator[NameMatch]:
    """Yield the names of a run, without the ``'s`` of the owner: one, or two where ``and`` joins two."""
    start = run[0].start
    year = _YEAR_BEFORE.search(passage.text[max(0, start - 5) : start])
    if year and run[0].text.lower() in load_names(passage.language, "dated"):
        start -= len(year[0])  # the 2030 Agenda
    text = OWNER.sub("", passage.text[start : run[-1].end])
    instruments = load_terms(FILE, "instruments", passage.language)
    name = NameMatch(start, start + len(text), text, "actor")
    listed = _LISTED.search(passage.text, max(0, start - 3), start) is not None
    for start, end in split_joined(text, passage.language, listed=listed):
        whole = _trim(name.cut(start, end), passage.language)
        if not _is_nobody(passage, whole):
            kind = "instrument" if find_terms(whole.text, instruments) else _find_kind(passage, whole)
            yield whole._replace(kind=kind)


def _is_nobody(passage: SideText, name: NameMatch) -> bool:
    """Return whether a name is no more than common words: ``the Services``, ``Buyer``, ``The Challenge``.

    A common noun with an article is a term that a contract defines, but where it is short for a body.
    """
    language = passage.language
    word = name.text.lower().rstrip(".")
    common = {_plain(part) for part in re.split(r"[\s-]+", name.text)} - load_names(language, "links")
    defined, headings = (load_names(language, table) for table in ("defined", "headings"))
    if word in load_names(language, "nobody", "bare") or common <= defined:
        return True
    if {part for part in common if not _ITEM.fullmatch(part)} <= headings:
        return True
    if language != "en":
        return False
    if " " in name.text:
        heads = headings | load_names(language, "defined_heads")
        return not heads.isdisjoint(word.split()[-1:]) and all(map(is_small, common - heads))
    if not name.text.istitle() or word in load_names(language, "short_forms"):
        return False
    has_article = _ARTICLE.search(passage.text, max(0, name.start - _REACH), name.start)
    return bool(has_article) and not match_countries(name.text) and is_small(word)


def _find_kind(passage: SideText, name: NameMatch) -> str:
    """Return whether a name is an actor's, or a thing's: of an event, a goal, a title in quotation marks."""
    around = passage.text[max(0, name.start - 1) : name.start], passage.text[name.end : name.end + 1]
    words = name.text.lower().split()
    links = load_names(passage.language, "links", "title_links")
    head = next((words[at - 1] for at in range(1, len(words)) if words[at] in links), words[-1])
    quoted = around[0] in tuple(_QUOTES) and around[1] in tuple("”»")
    return "thing" if quoted or head in load_names(passage.language, "things") else "actor"


def _trim(name: NameMatch, language: str) -> NameMatch:
    """Return a name without the small words that it begins with."""
    links = load_names(language, "links")
    elided = _ELISION.match(name.text) if "l'" in links else None
    name = name.cut(elided.end()) if elided else name
    start = next((word.start() for word in WORD.finditer(name.text) if word[0] not in links), 0)
    return name.cut(start)


_AND = re.compile(r"\s(?:and|et|y|e)\s(?:al |a |à )?(?P<article>the |la |el |le |les |los |las |l['’])?")


def split_joined(text: str, language: str, *, listed: bool = False) -> Iterator[tuple[int, int]]:
    """Yield where the names in a run of large words begin and end.

    Two are countries, parts of the world, persons with a title, names with an article, or single words
    that are no half of a name: ``Piraeus and Thessaloniki``, but ``Health and Social Welfare``. Where the
    run is ``listed``, behind a comma and another name, its last two may have many words.
    """
    titles = load_names(language, "titles", "abbreviations")
    tables = ("regions", "continents", "directions")
    regions, continents, directions = (load_names(language, table) for table in tables)
    places = list(_AND.finditer(text))
    ends = [*(place.start() for place in places), len(text)]
    start = 0
    for at, middle in enumerate(places):
        first, last = text[start : ends[at]], text[middle.end() : ends[at + 1]]
        title = " " in last and (WORD.match(last) or [""])[0].lower() in titles
        two = any(match_countries(part) or part.lower() in continents for part in (first, last))
        single = len(places) == 1 and not any(_may_be_half(part, listed=listed) for part in (first, last))
        inside = (
            {first.lower()} & {*directions}
            or last.lower() in regions
            or any(match_countries(text[start:end]) for end in ends[at + 1 : at + 3])
        )
        if not inside and (two or title or single or middle["article"]):
            yield start, ends[at]
            start = middle.end()
    yield start, len(text)


def _may_be_half(part: str, *, listed: bool) -> bool:
    halves = load_names("en", "things", "halves")
    return (" " in part and not listed) or not halves.isdisjoint(part.lower().split())


_AROUND = re.compile(r"\s\(\d{4}\)$|^(?:United Nations|UN) (?=Secretary)")
"""What is said or not: the year of a resolution, whose Secretary-General."""
_SMALL_WORD = re.compile(r" [^\W\d_A-Z]")
_ENDING = "~"
"""Behind a word that may have the ending of any case."""
_CODE = "="
"""Before the code of a country among the words of a text."""
_MOST_WORDS = 6
"""Words of the longest name of a country that is looked for."""
_SHORT_ACRONYM = 3
"""Letters up to which capitals are told from a word: ``US`` from ``us``."""
_LONGEST_SPELLED = 9
"""Words of the longest name that is shortened to its first letters."""
_LEAST_FORM = 4
_SPELLINGS = (
    *(("programme", "program"), ("organis", "organiz"), ("centre", "center"), ("defence", "defense")),
    *((f"{letter}our", f"{letter}or") for letter in "bnlvd"),
)
_ENDINGS = ("n", "an", "ian", "ean", "i", "ern", "ese", "s", "es")


def list_words(text: str, language: str = "en") -> set[str]:
    """Return the words of a text, folded and without the ``'s`` of an owner, and the countries that it names.

    The parts of a word with a hyphen are words too; what is written in capitals is there as it stands. Where
    names are inflected, their words without an ending are there as well.
    """
    written = [OWNER.sub("", _ELISION.sub("", word)) for word in WORD.findall(text)]
    words = {_fold(part) for word in written for part in (word, *re.split(r"[-/]", word))}
    plain = [word.replace(".", "") for word in written]
    words |= {word.removesuffix("s") for word in plain if word.removesuffix("s").isupper()}
    for acronym, name in load_values(FILE, "aliases", "any").items():
        if acronym.upper() in words or name in text:
            words |= {acronym, acronym.upper(), *(_fold(word) for word in name.split())}
    large = {_fold(word) for word in written if word[:1].isupper()} if load_names(language, "cases") else ()
    words |= {_bare(word, language) for word in large}
    return words | {_CODE + code for code in _find_codes(WORD.findall(text))}


def has_name(name: str, words: set[str], language: str = "en") -> bool:
    """Return whether a text has a name: its country, all its words that are written large, or its numbers.

    Of a person it is enough that the text has the last of the names.
    """
    if _has_state(name, words, language):
        return True
    written = [OWNER.sub("", _ELISION.sub("", word)) for word in WORD.findall(_AROUND.sub("", name))]
    large = [
        part
        for word in written
        for part in re.split(r"[-/]", word)
        if part[:1].isupper() or part[:1].isdigit()
    ]
    titles, links = (load_names(language, table) for table in ("titles", "links"))
    nobody = load_names(language, "nobody", "bare")
    large = [word for word in large if word.lower() not in links]
    named = [word for word in large if word.lower() not in titles and len(word) > 1]
    own = [word for word in named if word.lower() not in nobody]
    is_person = len(named) < len(large) and bool(own)
    rest = [word for word in written if word.lower() not in links]
    needed = own[-1:] if is_person else own or large or rest or written
    return all(_has(word, words) or _bare(_fold(word), language) in words for word in needed)


def _bare(word: str, language: str) -> str:
    """Return a word with a sign for the ending of its case."""
    stem = _compile_cases(language).sub("", word)
    return (stem if len(stem) >= _SHORT_ACRONYM else word) + _ENDING


@cache
def _compile_cases(language: str) -> re.Pattern[str]:
    endings = sorted(load_names(language, "cases"), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(endings)})$" if endings else r"(?!)")


def _has_state(name: str, words: set[str], language: str) -> bool:
    """Return whether a name is a country's, alone or after ``Government of``, that a text names."""
    parts = name.split()
    small = load_names(language, "links", "nobody")
    for at in range(len(parts)):
        state = fold_name(" ".join(parts[at:]))
        code = load_states().sole.get(state) or load_states().sole.get(state.removesuffix("s"))
        if code and _CODE + code in words:
            return True
        if parts[at].lower() not in small:
            return False
    return False


def list_acronyms(name: str, language: str = "en") -> frozenset[str]:
    """Return what a name may be shortened to: its large words' first letters, or all; behind ``UN`` too."""
    small = load_names(language, "links", "title_links")
    words = [_ELISION.sub("", word) for word in re.split(r"[\s-]+", name)]
    letters = "".join(word[:1] for word in words if word.lower() not in small).upper()
    found = {abbreviate(name), letters} if len(letters) >= _LEAST_ACRONYM else {abbreviate(name)}
    return frozenset((*found, *(f"UN{short}" for short in found)))


def abbreviate(name: str) -> str:
    """Return the first letters of a name's large words: ``Organization of American States``, ``OAS``."""
    letters = [word[0] for word in re.split(r"[\s-]+", name) if word[:1].isupper()]
    return "".join(letters) if len(letters) >= _LEAST_ACRONYM else "\0"


def spells_out(text: str, acronym: str, language: str = "en") -> bool:
    """Return whether the words of a text, with its small ones or without, begin with an acronym's letters."""
    if not acronym.isupper() or len(acronym) < _SHORT_ACRONYM:
        return False
    words = [_ELISION.sub("", word).lower() for word in WORD.findall(text)]
    small = load_names(language, "links", "title_links")
    counted = words, [word for word in words if word not in small]
    return any(acronym.lower() in "".join(word[0] for word in each) for each in counted)


def has_initials(text: str, start: int, words: set[str], language: str = "en") -> bool:
    """Return whether what begins here, small adjectives too, is among some words by its first letters."""
    small = load_names(language, "links", "title_links", "linking")
    spoken = [_ELISION.sub("", word) for word in WORD.findall(text, start)[:_LONGEST_SPELLED]]
    letters = "".join(word[0] for word in spoken if word.lower() not in small).upper()
    return any(letters[:size] in words for size in range(_SHORT_ACRONYM, len(letters) + 1))


def defines_acronym(text: str, end: int, words: set[str]) -> bool:
    """Return whether a name that ends here is defined by an acronym in brackets that is among some words."""
    defined = _DEFINED.match(text, end)
    return defined is not None and defined[1] in words


def is_named(name: str, text: str, words: set[str], language: str = "en") -> bool:
    """Return whether a text has a name in any form, its first letters included, or what these stand for."""
    listed = _list_forms(language).get(name)
    if listed:
        return any(form in text for form in listed)
    short = name.replace(".", "").removesuffix("s")
    shorts = {short, short.removeprefix("UN")}
    return (
        has_name(name, words, language)
        or any(spells_out(text, each, language) for each in shorts)
        or not words.isdisjoint(list_acronyms(name, language))
    )


def count_name(name: str, text: str, language: str = "en") -> int:
    """Return how often a text names somebody by the same words, in whatever case, or by a listed form."""
    if listed := _list_forms(language).get(name):
        return sum(text.count(form) for form in listed)
    cases = _compile_cases(language)
    ending = r"\w{0,3}" if load_names(language, "cases") else ""
    words = (f"{re.escape(cases.sub('', word))}{ending}" for word in name.split())
    spelled = r"\s+".join(words)
    return len(re.findall(rf"(?<!\w){spelled}(?!\w)", text))


def is_adjective(text: str, start: int, end: int) -> bool:
    """Return whether a name tells of whose a noun is, or a language: ``African countries``, ``in French``."""
    parts = re.split(r"-\s?| and ", text[start:end])
    before_noun = _SMALL_WORD.match(text, end) is not None
    if len(parts) > 1 and (parts[-1].islower() or all(map(_is_state, parts))):
        return before_noun  # Taliban-controlled, Ukraine-Russia
    return {part.lower() for part in parts} <= _adjectives() and (
        before_noun or text[max(0, start - 4) : start].lower() != "the "
    )


def _is_state(name: str) -> bool:
    return fold_name(name) in load_states().sole


@cache
def _adjectives() -> frozenset[str]:
    of_countries = (adjective.lower() for country in countries() for adjective in country.adjectives)
    return load_names("en", "adjectives").union(of_countries)


def _has(word: str, words: set[str]) -> bool:
    plain = word.replace(".", "")
    if plain.isupper() and _LEAST_ACRONYM <= len(plain) <= _SHORT_ACRONYM:
        return plain in words
    return not words.isdisjoint(_forms(_fold(word)))


def _fold(word: str) -> str:
    """Return a word without case and accents, in one of the two English spellings."""
    folded = fold_name(word) or word.lower()
    for british, american in _SPELLINGS:
        folded = folded.replace(british, american)
    return folded


@cache
def _forms(word: str) -> frozenset[str]:
    """Return a word with those of which it is the adjective or the plural, and its own."""
    found = {word}
    if len(word) >= _LEAST_FORM:
        found |= {stem + ending for stem in (word, word[:-1]) for ending in _ENDINGS}
        for ending in _ENDINGS:
            base = word.removesuffix(ending)
            if base != word and len(base) >= _LEAST_FORM:
                found |= {base, base + "a", base + "e"}
    return frozenset(found)


def _find_codes(written: list[str]) -> Iterator[str]:
    """Yield the codes of the countries whose names or adjectives are among some words."""
    codes = load_states().sole
    for start, word in enumerate(written):
        if word[:1].isupper():
            for end in range(start + 1, min(start + _MOST_WORDS, len(written)) + 1):
                name = fold_name(OWNER.sub("", " ".join(written[start:end])))
                code = codes.get(name) or codes.get(name.removesuffix("s"))
                if code:
                    yield code
