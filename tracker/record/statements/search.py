"""Full-text search: what a segment is indexed as, what a query means to FTS5, and the passages that it finds.

SQLite's tokenizer takes a run of Chinese for one word, Arabic vowel signs for the end of one and ``ё``
for another letter than ``е``. So a segment is indexed in a folded form, and a query is folded alike.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tracker.errors import TrackerError
from tracker.model.record import Hit, SearchPage, SearchScope
from tracker.model.texts import Reference, Segment
from tracker.record.schema.rows import fetch_row
from tracker.record.statements import queries
from tracker.record.statements.editions import sort_text
from tracker.record.statements.segments import Cutter
from tracker.references import session_sort_key

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable
    from typing import Any

    from tracker.model.record import SearchOrder
    from tracker.record.statements.queries import Condition

MARK_START, MARK_END = "\x02", "\x03"

_YEAR = "CAST(coalesce(substr(delivered, 1, 4), sessions.year) AS INTEGER)"
_DATE = "coalesce(delivered, CAST(sessions.year AS TEXT), '')"
_TEXT = f"{queries.ORDER}, segments.ordinal"
_ORDERS: dict[SearchOrder, str] = {
    "best": f"rank, {_TEXT}",
    "oldest": f"{_DATE}, sessions.sort, {_TEXT}",
    "newest": f"{_DATE} DESC, sessions.sort DESC, {_TEXT}",
}
_FOUND = f"{queries.FOUND} WHERE segments_fts MATCH ? AND {queries.LATEST}"
_ALL = f"""
{queries.SNAPSHOTS} JOIN segments ON segments.version = versions.id WHERE ? IS NULL AND {queries.LATEST}
"""
_SEGMENT = 'segments.ordinal, segments.kind, paragraph, segments."start", segments."end"'


def search_passages(
    connection: sqlite3.Connection,
    query: str,
    scope: SearchScope | None = None,
    *,
    order: SearchOrder = "best",
    limit: int = 20,
    page: int = 1,
) -> SearchPage:
    """Return a page of the segments of the latest snapshots that a query finds, and how many there are.

    The best first (BM25), or by date; equal ones are in the order of ``statements``, then of the text. See
    ``match_expression`` for the syntax. Raises ``TrackerError`` for an empty query.
    """
    expression = match_expression(query)
    narrowed, values = queries.narrow(_scope_is(scope or SearchScope()))
    totals = fetch_row(
        connection,
        f"SELECT count(*), count(DISTINCT statements.id), count(DISTINCT country) {_FOUND}{narrowed}",
        [expression, *values],
    )
    first = (page - 1) * limit
    # Marking a text costs more than finding it: first the few to show, then their marks.
    found = connection.execute(
        f"SELECT segments.id {_FOUND}{narrowed} ORDER BY {_ORDERS[order]} LIMIT ? OFFSET ?",
        [expression, *values, limit, first],
    ).fetchall()
    return SearchPage(tuple(_hit(connection, expression, id_) for (id_,) in found), first + 1, limit, *totals)


def list_searchable(
    connection: sqlite3.Connection, scope: SearchScope
) -> tuple[tuple[str, int | None, str], ...]:
    """Return session, year and language of what there is to search in, in the order of sessions."""
    narrowed, values = queries.narrow(_scope_is(scope))
    rows = connection.execute(
        f"SELECT DISTINCT sessions.label, {_YEAR}, editions.language {queries.SNAPSHOTS}"
        f" WHERE {queries.LATEST}{narrowed} ORDER BY sessions.sort",
        values,
    )
    return tuple(rows.fetchall())


def find_segments(
    connection: sqlite3.Connection,
    body: str,
    language: str,
    beginnings: Iterable[Collection[str]] | None,
) -> tuple[tuple[Reference, Segment], ...]:
    """Return the segments of the latest snapshots at a body that hold words with these beginnings.

    All of one set at least; every segment where none are given.
    """
    expression = None if beginnings is None else _beginnings_expression(beginnings)
    if expression == "":
        return ()
    cutter = Cutter(connection)
    rows = connection.execute(
        f"SELECT segments.version, {queries.NAME}, {_SEGMENT}"
        f" {_ALL if expression is None else _FOUND}"
        f" AND statements.body = ? AND editions.language = ? ORDER BY {_TEXT}",
        [expression, body, language],
    )
    return tuple((Reference(*row[1:7]), _read_segment(cutter, row[0], *row[7:])) for row in rows)


def _read_segment(cutter: Cutter, version: int, *place: Any) -> Segment:  # noqa: ANN401 (columns)
    *_, start, end = place
    return Segment(*place, *[cutter.cut(version, start, end)])


def _scope_is(scope: SearchScope) -> list[Condition]:
    bounds = (
        None if label is None else sort_text(session_sort_key(str(scope.body), label))
        for label in scope.sessions
    )
    columns = (
        "editions.language = ?",
        f"{_YEAR} >= ?",
        f"{_YEAR} <= ?",
        "sessions.sort >= ?",
        "sessions.sort <= ?",
    )
    pairs = zip(columns, (scope.language, *scope.years, *bounds), strict=True)
    narrowed = queries.series_is(scope.country, scope.body, scope.session)
    return [*narrowed, *((sql, value) for sql, value in pairs if value is not None)]


def _hit(connection: sqlite3.Connection, expression: str, segment: int) -> Hit:
    *name, delivered, paragraph, ordinal, text, marked = fetch_row(
        connection,
        f"SELECT {queries.NAME}, delivered, paragraph, segments.ordinal, segments.text,"
        f" highlight(segments_fts, 0, char(2), char(3)) {queries.FOUND}"
        " WHERE segments_fts MATCH ? AND segments_fts.rowid = ?",
        [expression, segment],
    )
    return Hit(Reference(*name), delivered, paragraph, ordinal, restore_marked(str(marked), str(text)))


# What is indexed, and how a query reads ----------------------------------------------------------------

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
    tokens = [token for token in map(_read_token, _LEXEME.finditer(query.translate(_QUOTES))) if token.text]
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


def _beginnings_expression(sets: Iterable[Collection[str]]) -> str:
    """Return the FTS5 expression for words that begin so, or are that short: all of one set at least."""
    groups = (
        " AND ".join(_quote(word, prefix=len(word) >= _SHORTEST_BEGINNING) for word in sorted(words))
        for words in sets
    )
    return " OR ".join(f"({group})" for group in sorted(groups))


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
