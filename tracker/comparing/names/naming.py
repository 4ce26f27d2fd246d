"""The names of a passage: symbols, instruments with a number, runs of words in capitals, and roles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tracker.comparing.names.held import OWNER, WORD
from tracker.comparing.names.joined import split_joined
from tracker.comparing.passages.terms import find_terms, load_terms
from tracker.references.countries import match_countries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.comparing.passages.rewording import SideText
    from tracker.text.tokens import Token

FILE = "names.toml"
_NUMBER = re.compile(r"\s+\d+(?:/\d+)*(?:\s\((?:\d{4}|[A-Z-]*[IVXLC]+)\))?")
_LEAST_COUNTRY = 4
"""Letters of a country's name at the beginning of a sentence; ``No`` and ``La`` are codes of countries."""
_SET_BEFORE = ' \n"“”«(‘•*0123456789'
"""What may be between a sentence's end and the first word of the next, the number of a note too."""
_ELIDED = re.compile(r"[a-zà-ÿ]{1,2}['’]")
"""What may stand before the large letter of a word: ``d'Ivoire``."""
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


def find_names(passage: SideText) -> tuple[NameMatch, ...]:
    """Return the names of a passage in text order; what an editor put in is none."""
    symbols = (token for token in passage.tokens if token.kind == "symbol")
    found = [NameMatch(token.start, token.end, token.text, "instrument") for token in symbols]
    found += _find_numbered(passage)
    taken = bytearray(len(passage.text))
    _take(taken, found)
    runs = (name for run in _find_runs(passage) for name in _read_names(passage, run))
    runs_free = [name for name in runs if _is_free(taken, name)]
    _take(taken, runs_free)
    found += runs_free
    for term in passage.whole.find(load_terms(FILE, "roles", passage.language)):
        name = NameMatch(term.start, term.end, passage.text[term.start : term.end], "actor")
        if _is_free(taken, name):
            _take(taken, [name])
            found.append(name)
    return tuple(sorted(found, key=lambda name: name.start))


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


def _find_runs(passage: SideText) -> Iterator[list[Token]]:
    """Yield runs of words in capitals, with the small words, points and numbers between and after them."""
    run: list[Token] = []
    for at, token in enumerate(passage.tokens):
        large = _is_large(token)
        joined = run and passage.text[run[-1].end : token.start] in {" ", "\n", ""}
        if joined and (large or _is_small(passage, run, token) or _is_mark(passage, run, at)):
            run.append(token)
            continue
        if run:
            yield from _close(passage, run)
        run = [token] if large and not _opens(passage, at) else []
    yield from _close(passage, run)


def _is_small(passage: SideText, run: list[Token], token: Token) -> bool:
    """Return whether a small word or number may stand in the name that a run begins."""
    language, word = passage.language, token.text.lower()
    if word == "the" and run and run[-1].text.lower() in load_terms(FILE, "bodies", language):
        return False  # in the United Nations the Security Council
    if word in load_terms(FILE, "links", language) or token.kind in {"number", "date"}:
        return True
    if word in load_terms(FILE, "particles", language):
        return True
    if word == "in":
        return bool(run) and run[-1].text.lower() in load_terms(FILE, "placed", language)
    if word not in load_terms(FILE, "title_links", language):
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
    if not _is_large(after) or after.text.lower() in load_terms(FILE, "openers", language):
        return False
    named = len(run) > 1 or not opens_sentence(passage, run[0].start)
    initial = len(last) == 1 and last.isupper() and named
    return initial or last.lower() in load_terms(FILE, "abbreviations", language)


def _close(passage: SideText, run: list[Token]) -> Iterator[list[Token]]:
    """Yield a run without trailing small words, where it names anybody."""
    nobody, titles = (load_terms(FILE, table, passage.language) for table in ("nobody", "titles"))
    dated = load_terms(FILE, "dated", passage.language)
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
    told = [token for token in named if token.text.lower() not in titles or len(named) == len(run) == 1]
    if (told or len(named) > 1) and (not places or any(token.start < at for token in named)):
        yield run


def _plain(word: str) -> str:
    """Return a word in small letters without the ``'s`` of an owner; the first part of ``State-led``."""
    return OWNER.sub("", re.sub(r"-[a-z].*", "", word).lower())


def _is_large(token: Token) -> bool:
    if token.kind != "word" or token.text == "I":
        return False
    elided = None if token.text[0].isupper() else _ELIDED.match(token.text)
    return token.text[elided.end() if elided else 0 :][:1].isupper()


def _opens(passage: SideText, at: int) -> bool:
    """Return whether a word is large only because it may begin a sentence.

    Acronyms, countries and titles name at any place, as does a word that another large one follows.
    """
    token, language = passage.tokens[at], passage.language
    titles, abbreviations, openers, nobody = (
        load_terms(FILE, table, language) for table in ("titles", "abbreviations", "openers", "nobody")
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
    acronym = token.text.isupper() and len(token.text) >= _LEAST_ACRONYM
    if acronym or not (quoted or opens_sentence(passage, token.start)):
        return False
    word = token.text.lower()
    known = len(word) >= _LEAST_COUNTRY and match_countries(token.text)
    if known or word in titles or word in abbreviations:
        return False
    if word in openers or word in nobody:
        return True
    return not followed or language != "en" or (word.endswith(_OPENER_ENDS) and word != "united")


def opens_sentence(passage: SideText, start: int) -> bool:
    """Return whether what starts here is the first of its sentence, but for quotation marks and figures."""
    at = start - 1
    while at >= 0 and passage.text[at] in _SET_BEFORE:
        at -= 1
    return at < 0 or passage.text[at] in ".!?:"


def _read_names(passage: SideText, run: list[Token]) -> Iterator[NameMatch]:
    """Yield the names of a run, without the ``'s`` of the owner: one, or two where ``and`` joins two."""
    start = run[0].start
    year = _YEAR_BEFORE.search(passage.text[max(0, start - 5) : start])
    if year and run[0].text.lower() in load_terms(FILE, "dated", passage.language):
        start -= len(year[0])  # the 2030 Agenda
    text = OWNER.sub("", passage.text[start : run[-1].end])
    instruments = load_terms(FILE, "instruments", passage.language)
    name = NameMatch(start, start + len(text), text, "actor")
    nobody = load_terms(FILE, "nobody", passage.language)
    for start, end in split_joined(text, passage.language):
        whole = _trim(name.cut(start, end), passage.language)
        if whole.text.lower() not in nobody:
            kind = "instrument" if find_terms(whole.text, instruments) else _tell_kind(passage, whole)
            yield whole._replace(kind=kind)


def _tell_kind(passage: SideText, name: NameMatch) -> str:
    """Return whether a name is an actor's, or a thing's: of an event, a goal, a title in quotation marks."""
    around = passage.text[max(0, name.start - 1) : name.start], passage.text[name.end : name.end + 1]
    words = name.text.lower().split()
    links = {*load_terms(FILE, "links", passage.language), *load_terms(FILE, "title_links", passage.language)}
    head = next((words[at - 1] for at in range(1, len(words)) if words[at] in links), words[-1])
    quoted = around[0] in tuple(_QUOTES) and around[1] in tuple("”»")
    return "thing" if quoted or head in load_terms(FILE, "things", passage.language) else "actor"


def _trim(name: NameMatch, language: str) -> NameMatch:
    """Return a name without the small words that it begins with."""
    links = load_terms(FILE, "links", language)
    start = next((word.start() for word in WORD.finditer(name.text) if word[0] not in links), 0)
    return name.cut(start)
