"""Full-text search: what a segment is indexed as, and what a user's query means to FTS5.

SQLite's tokenizer takes a run of Chinese for one word, Arabic vowel signs for the end of one and ``ё``
for another letter than ``е``. So a segment is indexed in a folded form, and a query is folded alike.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tracker.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

MARK_START, MARK_END = "\x02", "\x03"

_GAP = "\u200b"
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_FOLDED = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys([chr(code) for code in (*range(0x64B, 0x653), 0x670, 0x640)]),
        "ё": "е",
        "Ё": "Е",
    }
)
_FOLDABLE = re.compile(f"[{''.join(map(chr, _FOLDED))}]|{_CJK.pattern}")


def fold_for_search(text: str) -> str:
    """Return the text as it is indexed: a gap after each CJK character, no Arabic vowel signs."""
    if text.isascii() or not _FOLDABLE.search(text):
        return text
    return _CJK.sub(lambda match: _GAP.join(match[0]) + _GAP, text.translate(_FOLDED))


def restore_marked(marked: str, text: str) -> str:
    """Carry the marks in a folded text over to the text it was folded from.

    Without its marks the result is ``text``, character by character.
    """
    restored: list[str] = []
    place = 0
    for char in marked:
        # What was folded away stays with the letter before it, inside the mark.
        while char != MARK_START and place < len(text) and _is_passed_over(text[place], char):
            restored.append(text[place])
            place += 1
        if char in (MARK_START, MARK_END):
            restored.append(char)
        elif place < len(text) and text[place].translate(_FOLDED) == char:
            restored.append(text[place])
            place += 1
    return "".join(restored) + text[place:]


def _is_passed_over(letter: str, char: str) -> bool:
    return letter != char and not letter.translate(_FOLDED)


_SHORTEST_BEGINNING = 3


class _Token(NamedTuple):
    kind: str
    """``term``, ``operator``, ``(`` or ``)``."""
    text: str


_MOST_WORDS, _MOST_CHARACTERS = 200, 10_000
"""What one search may ask for: each of its words is sought, and marked in each of the passages found."""

_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))
_LEXEME = re.compile(r'"(?P<phrase>[^"]*)"(?P<star>\*?)|(?P<bracket>[()])|(?P<word>[^\s()"]+)|"')
_OPERATORS = frozenset({"AND", "OR", "NOT"})


def match_expression(query: str) -> str:
    """Return the FTS5 expression for what a user typed.

    Words are all required. ``"a phrase"``, ``AND``, ``OR``, ``NOT``, brackets and ``prefix*`` work as
    in FTS5. A word with punctuation, such as ``counter-terrorism`` or ``A/RES/78/1``, is the phrase of
    its parts; a stray quote or bracket is passed over. Raises ``TrackerError`` where nothing is left
    to look for, an operator lacks a side, or there are over 200 words, phrases and operators, or over
    10,000 characters.
    """
    if len(query) > _MOST_CHARACTERS:
        raise TrackerError(f"a search of {len(query):,} characters; it may have {_MOST_CHARACTERS:,}")
    tokens = [token for token in _read_tokens(query.translate(_QUOTES)) if token.text]
    if not any(token.kind == "term" for token in tokens):
        raise TrackerError(f'nothing to search for in {query!r}; give a word or a "phrase"')
    if len(tokens) > _MOST_WORDS:
        raise TrackerError(
            f"a search of {len(tokens):,} words, operators and brackets; it may have {_MOST_WORDS},"
            " so ask in several searches"
        )
    if not _is_balanced(tokens):
        tokens = [token for token in tokens if token.kind in {"term", "operator"}]
    _check_operators(tokens, query)
    return _join(tokens)


def beginnings_expression(sets: Iterable[Collection[str]]) -> str:
    """Return the FTS5 expression for words that begin so, or are that short: all of one set at least."""
    groups = (
        " AND ".join(_quote(word, prefix=len(word) >= _SHORTEST_BEGINNING) for word in sorted(words))
        for words in sets
    )
    return " OR ".join(f"({group})" for group in sorted(groups))


def _read_tokens(query: str) -> list[_Token]:
    return [_read_token(match) for match in _LEXEME.finditer(query)]


def _read_token(match: re.Match[str]) -> _Token:
    phrase, bracket, word = match["phrase"], match["bracket"], match["word"]
    if bracket:
        return _Token(bracket, bracket)
    if phrase is not None:
        return _Token("term", _quote(phrase, prefix=bool(match["star"])))
    if word in _OPERATORS:
        return _Token("operator", word)
    if not word:
        return _Token("term", "")
    if re.match(r"-\w", word):
        raise TrackerError(f"{word} would leave a word out in other tools; write NOT {word.lstrip('-')}")
    return _Token("term", _quote(word.removesuffix("*"), prefix=word.endswith("*")))


def _quote(text: str, *, prefix: bool) -> str:
    """Return an FTS5 string, or nothing where the text holds no letter or digit to look for."""
    folded = fold_for_search(text).replace("\0", " ").strip(_GAP + " ")
    if not any(char.isalnum() for char in folded):
        return ""
    return f'"{folded}"{"*" if prefix else ""}'


def _is_balanced(tokens: list[_Token]) -> bool:
    depth = 0
    for token in tokens:
        depth += (token.kind == "(") - (token.kind == ")")
        if depth < 0:
            return False
    hollow = any(left.kind == "(" and right.kind == ")" for left, right in pairwise(tokens))
    return depth == 0 and not hollow


def _check_operators(tokens: list[_Token], query: str) -> None:
    edge = _Token("edge", "")
    for before, token, after in zip([edge, *tokens[:-1]], tokens, [*tokens[1:], edge], strict=True):
        if token.kind == "operator" and not (before.kind in {"term", ")"} and after.kind in {"term", "("}):
            raise TrackerError(
                f"{token.text} needs a word on both sides in {query!r}; to search for it, quote it"
            )


def _join(tokens: list[_Token]) -> str:
    """Join tokens; FTS5 wants ``AND`` written out next to brackets."""
    parts: list[str] = []
    previous = ""
    for kind, text in tokens:
        if (previous in {"term", ")"} and kind == "(") or (previous == ")" and kind == "term"):
            parts.append("AND")
        parts.append(text)
        previous = kind
    return " ".join(parts)
