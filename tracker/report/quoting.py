"""Quotations cut to a width, rather where clauses begin and end, and the sentences of a lead that hold them.

Each place where a quotation may begin, and where it may end, has a cost: what a reader loses by a cut there.
The cheapest cut that fits is taken. What denies what is shown, or makes it depend on something, is not cut
off: it stands with its subject before a gap, or behind one. The words are English; in other languages marks
alone say where a clause begins.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import takewhile
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.report.document import Quote, Redline, Span
from tracker.report.layout import ELLIPSIS, WHOLE, WIDE, columns, find_beginning, fits, mark_edits, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.report.document import Sentence

    Table = Sequence[tuple[float, re.Pattern[str]]]

_AROUND: Final = 3
"""Columns of quotation mark and ellipses about words that are cut out."""
_ENOUGH: Final = 60
"""Columns of a quotation that rests on no one of its words, from which a reader knows what it is about."""
SPARE: Final = 40
"""Columns more that a quotation may have where lines are not counted, to save a clause."""
_REST: Final = re.compile(rf"(?:[^\s,;:{WIDE}]|[,;:](?=[^\s{WIDE}]))+")
"""What of a word stands behind a mark that ends within it."""
_FAR: Final = 400
"""Characters before the words that are shown, and behind them, in which a cut is looked for."""
_AHEAD: Final = 100
"""Characters behind the last place that may decide whether a clause begins there."""
_HEAD: Final = range(10, 90)
"""How many characters may stand before a gap."""
_WHOLLY: Final = 60
"""Columns of a condition that is shown whole behind a gap; else so many of its words as ``_BRIEFLY`` has."""

_AUXILIARY: Final = (
    "is|are|was|were|am|has|have|had|do|does|did|will|shall|must|should|can|cannot|could|may|might|would"
)
_VERB: Final = (
    rf"(?:{_AUXILIARY}|became|began|came|gave|led|made|saw|took|(?:adopt|call|commend|condemn|express|recogni[sz]"
    "|reject|welcom)ed|(?:aim|appeal|attache|believe|call|come|commend|condemn|confirm|constitute|continue|declare"
    "|demand|depend|deserve|encourage|expect|express|focuse|give|go|help|hope|host|intend|lead|lie|look|make|need"
    "|offer|oppose|participate|play|pose|propose|provide|pursue|reaffirm|recogni[sz]e|reiterate|reject|remain"
    "|represent|require|seek|share|show|stand|stresse|strive|subscribe|support|take|threaten|underline|underscore"
    "|urge|welcome)s)"
)
_PRONOUN: Final = "(?:we|I|you|he|she|it|they|there|everyone|nobody|nous|je|nosotros|мы)"
_SUBJECT: Final = (
    rf"(?:(?:{_PRONOUN}|let us)\b(?![’'])"
    rf"|(?:the|our|my|this|these|those|all|every|each|no|\d[\d,.]*|(?-i:[A-Z])[\w’'-]*)"
    rf"(?: [\w’'%-]+){{0,6}}? {_VERB}\b)"
)
"""A subject, with its verb if it is no pronoun: no mark stands between them."""
_FINITE: Final = re.compile(
    rf"\b(?:(?:{_PRONOUN}|let|who|which) [\w’'-]+|{_AUXILIARY})\b|\b{_SUBJECT}", re.IGNORECASE
)
_STANCE: Final = (
    r"\b(?:we|I|let me|it is|my (?:\w+ )?(?:country|delegation|government)|of the (?:view|opinion))\b"
    r"[^,;:.]{0,50}?\b(?:believ|think|know|note|recall|recogni[sz]|stress|emphasi[sz]|underlin|reiterat|reaffirm"
    r"|say|add|convinced|view|opinion|clear|true|consider|acknowledg|affirm|confident|aware|spirit)\w*\s+that\s+"
)
"""The speaker's own word for what follows, which says the same without it."""


def _compile(*rows: tuple[float, str]) -> Table:
    return tuple((cost, re.compile(pattern, re.IGNORECASE)) for cost, pattern in rows)


_DENIAL_WORDS: Final = (
    r"(?<![\w-])(?:not(?! (?:only|least)\b)|never|no(?! (?:doubt|less|later|one behind)\b)|nor|neither|nobody"
    r"|cannot|without|hardly|\w{1,9}n[’']t)(?![\w-])"
)
"""What denies what follows."""
_SENTENCE_END: Final = re.compile(r"[.!?;]\s+(?=\W{0,3}[A-ZÀ-ÞА-Я])")
_INDEPENDENT: Final = re.compile(rf";\s+|(?:[:—–]\s*|,\s+(?:and|but|so|yet)\s+)(?={_SUBJECT})", re.IGNORECASE)
"""What parts clauses of which neither depends on the other."""
_BEGINS: Final = _compile(
    (1.0, rf";\s+(?:and\s+|but\s+)?|(?:[:—–]\s*|,\s+(?:and|but|so|yet)\s+)(?={_SUBJECT})"),
    (1.5, rf",\s+(?={_SUBJECT})"),
    (2.0, rf"\s(?:and|but)\s+(?={_PRONOUN}\b)|{_STANCE}(?={_SUBJECT})"),
    (4.0, r"[:—–،؛]\s+(?:(?:and|but)\s+)?"),
)
"""Behind what a clause begins, and what it costs to begin there; with the sentence it is free."""
_GOES_ON: Final = _compile(
    (0.0, rf",\s+(?={_SUBJECT})"),
    (0.5, r"\s(?=to\s|that\s(?!(?:is|are|was|were|has|have|will|can|could|may|would)\b))"),
    (1.0, r"[,،:]\s+(?!and|or)|\s(?=(?:the|an?|our|its|their)\s)"),
    (2.0, r"\s(?=(?:for|in|against|towards?|through|between|among)\s)"),
)
"""Behind what a quotation goes on after a gap."""
_ADDED: Final = (
    "which|who|whose|where|while|whereas|including|such as|as well as|because|since|so that|in order to"
    r"|notably|especially|thereby|thus|with|given|in particular|not only|\w+ing"
)
"""How begins what only adds to a clause, behind a comma."""
_ENDS: Final = _compile(
    (0.5, rf"\s?[;—]|\s–|,\s+(?=(?:and|so|or)\s+{_SUBJECT})"),
    (1.0, rf",\s+(?=(?:{_ADDED})\b)"),
    (1.5, r"\s(?=(?:because|so that|so as to|in order to|while|whereas|which|where)\b)|[:؛]\s"),
    (2.0, rf",?\s+(?=(?:and|but)\s+{_SUBJECT})"),
    (2.5, r"[,،]\s|\s?\.\s?(?=[a-z])"),
    (3.0, r"\s(?=(?:in|on|at|through|from|under|during|among|between|within|across|alongside)\s)"),
    (3.5, r"\s(?=(?:by|for|with|against|into|over|towards?)\s)"),
    (4.0, r"\s(?=that\s)"),
    (4.5, r"\s(?=(?:to|and|or)\s)"),
    (7.0, r"\s(?=\S)"),
)
"""Before what a quotation may end, and what that costs; with the sentence it is free."""
_LOOSE: Final = re.compile(
    r"(?:[\s,;:–—-]+(?:a|an|and|against|as|at|by|for|from|in|into|its|of|on|or|our|that|the|their|through|to|upon"
    r"|which|with|is|are|de|des|du|et|la|le|les|au|aux|un|une|del|el|en|los|las|una|y|и|в|на|с|по|о|к|для)|[\s,;:–—-])+$",
    re.IGNORECASE,
)
"""What stands at the end of an excerpt and says nothing without what follows it."""
_INSIDE: Final = re.compile(rf"(?:{_DENIAL_WORDS} \S+(?: \S+)?|\b(?!need)\w+(?:ed|ing|en))$", re.IGNORECASE)
"""What a quotation ends with where the phrase goes on: what is denied, or is done where."""
_NAME: Final = re.compile(r"[A-Z][\w’'-]*\s(?:(?:for|on|of|to|in|with|and|against|the)\s)*[A-Z]")
_DENIAL: Final = re.compile(_DENIAL_WORDS, re.IGNORECASE)
_CONDITION: Final = re.compile(
    r"(?<![\w-])(?:only if|(?<!even )if(?! we are to\b)|unless|until|provided(?: that)?|on condition that"
    r"|as long as|were it|had it)(?![\w-])",
    re.IGNORECASE,
)
"""What makes something depend on what follows."""
_OPENING_CONDITION: Final = re.compile(rf"\W*{_CONDITION.pattern}", re.IGNORECASE)
_BARE: Final = re.compile(rf"{_CONDITION.pattern}(?: \S+){{0,2}}$", re.IGNORECASE)
_CONCESSION: Final = re.compile(
    r"\b(?:while|although|though|despite|even if|notwithstanding)\b", re.IGNORECASE
)
_SUBORDINATE: Final = re.compile(
    r"(?:^|[,;:—]\s)\W*(?:while|although|though|even if|if|unless|until|when|once|since|because|as|despite"
    r"|whether|in order|with regard|regarding|in (?:our|this|that|its)|given|considering)\b[^,]*$",
    re.IGNORECASE,
)
"""What a quotation ends with that is no sentence before its main clause comes."""
_GOVERNING: Final = re.compile(r"\b(?:that|whether|how|why)\s", re.IGNORECASE)
_OWN_STANCE: Final = re.compile(_STANCE, re.IGNORECASE)
_SUBORDINATOR: Final = re.compile(r"\s(?:that|who|which|because|whether)\s")
_AMOUNT: Final = re.compile(r"\b(?:(?:more|less|fewer) than|at least|at most|up to|nearly|almost|over) $")
"""What belongs to the figure behind it."""
_BLANK: Final = re.compile(r"\s+")
_BRIEFLY: Final = re.compile(r"\S{1,20}(?: \S{1,20}(?!\S)){1,6}")

_ANYWHERE: Final = 8.0
"""What it costs to begin where no clause does."""
_NEVER: Final = 50.0
"""What it costs to cut off a denial or a condition."""
_CONCEDED, _GOVERNED, _NO_VERB, _PARTED, _GAP, _IN_NAME, _LIMIT = 1.0, 2.0, 3.0, 1.5, 3.5, 3.0, 1.0
"""What it costs to cut off a concession, or that something is to be ensured or asked, to show no verb, to
part a phrase, to leave a gap, to end within a name, and to show a condition behind a gap."""
_OBJECT: Final = 24
"""Characters behind a verb in which what it is about begins: there is no quotation without."""
_STRETCH, _SHORT = 2.0, 5.0
"""What it costs to take all columns to spare, and to show nothing."""
_TELLING: Final = 80
"""The columns from which more words tell no more."""
_JUST_DENIED: Final = re.compile(rf"{_DENIAL_WORDS} \S+$", re.IGNORECASE)
_AFTER_GAP: Final = 12
"""How many places where a quotation may go on behind a gap are tried, the nearest to its words."""
_CLEAN: Final = 4.0
"""Below this no gap is tried: a clause or most of one is shown."""


class _Place(NamedTuple):
    """A place in a text, and what a reader loses by a cut there."""

    at: int
    cost: float


class _Places(NamedTuple):
    """Where a quotation may begin and end, and where its sentence does."""

    start: int
    stop: int
    begins: tuple[_Place, ...]
    ends: tuple[_Place, ...]


class _Ending(NamedTuple):
    """A place where a quotation may end, and where the condition stands that is then shown behind a gap."""

    at: int
    cost: float
    limit: tuple[int, int] | None


class _Cut(NamedTuple):
    """What is shown of a text around its words, what stands before that and a gap, and what behind one."""

    cost: float
    begin: int
    end: int
    head: tuple[int, int] | None = None
    limit: tuple[int, int] | None = None


_COST: Final = attrgetter("cost")


def cut_quote(quote: Quote, width: int, spare: int = 0) -> tuple[Span, ...]:
    """Return what fits of a quotation, in quotation marks, with the words it rests on in their style.

    The first of these are shown whole, however narrow it is. So many columns ``spare`` may be taken beside
    the ``width`` where that saves a clause from being cut.
    """
    text, width = quote.text, max(width, least_width(quote))
    if fits(text, width + spare - 2):
        return _write(quote, _Cut(0.0, 0, len(text)))
    first, last = _find_shown(quote)
    if re.search(rf"[{WIDE}]", text[max(0, first - _AROUND) : last + _AROUND]):
        return _write(quote, _cut_unspaced(text, first, last, width - 2))
    return _write(quote, _choose_cut(text, first, last, width - 2, spare))


def least_width(quote: Quote) -> int:
    """Return the columns that a quotation needs to show the words it rests on whole, or enough of it."""
    if not quote.marks:
        return min(len(quote.text) + _AROUND, _ENOUGH)
    return columns(quote.text[slice(*_find_shown(quote))]) + _AROUND


def _find_shown(quote: Quote) -> tuple[int, int]:
    """Return where the first words that a quotation rests on begin, and where the last of them ends."""
    if not quote.marks:
        return 0, 0
    first, last = quote.marks[0]
    rest = _REST.match(quote.text, last)
    return first, rest.end() if rest else last


def _cut_unspaced(text: str, first: int, last: int, room: int) -> _Cut:
    """Return a cut of a text without blanks: as much as there is room for."""
    begin = find_beginning(text, first, room, last)
    shown = shorten(text[begin:], max(room - bool(begin), columns(text[begin:last]) + 1))
    return _Cut(0.0, begin, begin + len(shown.removesuffix(ELLIPSIS)))


def _choose_cut(text: str, first: int, last: int, room: int, spare: int) -> _Cut:
    """Return the cheapest cut that shows some words, with a gap where no other keeps a clause whole.

    Where each that fits hides a denial or a condition there is more room.
    """
    places = _find_places(text, first, last)
    cuts = [_Cut(_NEVER, first, last)]
    for more in (spare, max(spare, _WHOLLY)):
        cuts += _list_cuts(text, places, room, more)
        if min(cuts, key=_COST).cost >= _CLEAN:
            cuts += _list_gaps(text, places, first, room + more - spare)
        if min(cuts, key=_COST).cost < _NEVER:
            break
    return min(cuts, key=_COST)


@lru_cache(maxsize=128)
def _find_places(text: str, first: int, last: int) -> _Places:
    low, high = max(0, first - _FAR), min(len(text), last + _FAR)
    start = max((each.end() for each in _SENTENCE_END.finditer(text, low, first)), default=low)
    stop = min(
        (each.start() + 1 for each in _SENTENCE_END.finditer(text, max(0, last - 1), high)), default=high
    )
    begins = [_Place(start, _ANYWHERE if start == low > 0 else 0.0)]
    begins += _list_places(_BEGINS, text, start, first, behind=True)
    begins += [
        _Place(at, cost + _ANYWHERE - 1.0)
        for at, cost in _list_places(_GOES_ON, text, start, first, behind=True)
    ]
    begins += [_Place(first, _ANYWHERE), *_list_words(text, start, first)]
    kept = (_Place(at, cost + _weigh_lost(text, start, at)) for at, cost in begins)
    ends = [_Place(stop, _ENDS[-1][0] if stop == high < len(text) else 0.0)]
    ends += [*_list_places(_ENDS, text, last, stop, behind=False), _Place(last, _ENDS[-1][0])]
    if _FINITE.search(text, text.rfind(" ", 0, first) + 1, last):
        ends = [
            each._replace(cost=each.cost + _PARTED * (each.at < min(stop, last + _OBJECT))) for each in ends
        ]
    return _Places(start, stop, tuple(kept), tuple(ends))


def _list_places(table: Table, text: str, low: int, high: int, *, behind: bool) -> list[_Place]:
    """Return the places that a table names between two, each with the least that it costs there."""
    found: dict[int, float] = {}
    for cost, pattern in table:
        for match in pattern.finditer(text, low, high + _AHEAD):
            if match.start() >= high or (behind and match.end() > high):
                break
            at = match.end() if behind else match.start()
            inside = cost if behind or cost < _ENDS[3][0] or not _splits_name(text, at) else cost + _IN_NAME
            found.setdefault(at, inside)
    return [_Place(at, cost) for at, cost in found.items()]


def _list_words(text: str, start: int, first: int) -> list[_Place]:
    """Return where words begin, as places where no clause does."""
    return [_Place(each.end(), _ANYWHERE) for each in _BLANK.finditer(text, start, first)]


def _splits_name(text: str, at: int) -> bool:
    before = text.rfind(" ", 0, at) + 1
    return _NAME.match(text, before) is not None


def _weigh_lost(text: str, start: int, at: int) -> float:
    """Return what it costs to cut off what a sentence says before a place."""
    if at == start:
        return 0.0
    clauses = (each.end() for each in _INDEPENDENT.finditer(text, start, at + _AHEAD))
    parted = max(takewhile(at.__ge__, clauses), default=start)
    depends = _OPENING_CONDITION.match(text, start, at) and ";" not in text[start:at]
    if depends or _DENIAL.search(text, parted, at) or _CONDITION.search(text, parted, at):
        return _NEVER
    cost = _CONCEDED if _CONCESSION.search(text, parted, at) else 0.0
    governing, stances = (len(each.findall(text, parted, at)) for each in (_GOVERNING, _OWN_STANCE))
    if governing > stances:
        cost += _GOVERNED
    return cost + (_PARTED if _AMOUNT.search(text, max(start, at - _OBJECT), at) else 0.0)


def _list_cuts(
    text: str, places: _Places, room: int, spare: int, head: tuple[int, int] | None = None
) -> Iterator[_Cut]:
    """Yield the cuts that fit, without a gap before the words or behind a ``head`` and one."""
    before = columns(text[slice(*head)]) + 1 + len(ELLIPSIS) if head else 0
    endings = [_Ending(*end, _find_limit(text, end.at, places.stop)) for end in places.ends]
    behind = [_measure_end(text, end) for end in endings]
    for begin in places.begins:
        opened = head[0] if head else begin.at
        for end, after in zip(endings, behind, strict=True):
            size = before + bool(opened) + columns(text[begin.at : end.at]) + after
            if size > room + spare:
                continue
            cost = begin.cost + end.cost + _weigh_size(size, room, spare) + (_LIMIT if end.limit else 0.0)
            if end.at < places.stop:
                cost += _weigh_clause(text[opened : end.at])
            yield _Cut(cost, begin.at, end.at, head, end.limit)


@lru_cache(maxsize=1024)
def _weigh_clause(shown: str) -> float:
    """Return what it costs that something is shown which is no clause, or ends within a part of one."""
    before_last = list(_SUBORDINATOR.finditer(shown))
    clause = shown[before_last[-1].end() - 1 :] if before_last else shown
    cost = 0.0 if _FINITE.search(shown) and (_FINITE.search(clause) or clause is shown) else _NO_VERB
    subordinate = _SUBORDINATE.search(shown)
    if subordinate and not _FINITE.search(shown, 0, subordinate.start()):
        cost += 2 * _NO_VERB
    return cost + (_PARTED if _INSIDE.search(shown) else 0.0) + (_NEVER if _BARE.search(shown) else 0.0)


def _weigh_size(size: int, room: int, spare: int) -> float:
    if size > room:
        return _STRETCH * (size - room) / spare
    return _SHORT * max(0.0, 1 - size / min(room, _TELLING))


def _list_gaps(text: str, places: _Places, first: int, room: int) -> Iterator[_Cut]:
    """Yield cuts that begin with a clause, leave a gap, and go on before the words."""
    ends = tuple(each for each in places.ends if each.cost < _ENDS[-1][0] or each.at == places.ends[-1].at)
    for begin in places.begins:
        if begin.cost >= _CLEAN:
            continue
        for gap in _list_places(
            _ENDS, text, begin.at + _HEAD.start, min(first, begin.at + _HEAD.stop), behind=False
        ):
            if not _may_leave_gap(text, begin.at, gap):
                continue
            found = _list_places(_GOES_ON, text, gap.at + 1, first, behind=True)
            goes_on = [each for each in found if not _hides(text, gap.at, each.at)]
            behind = places._replace(begins=tuple(goes_on[-_AFTER_GAP:]), ends=ends)
            cost = _GAP + begin.cost + (begin.at > 0) + min(gap.cost, _ENDS[-2][0]) / 2
            for cut in _list_cuts(text, behind, room, 0, (begin.at, gap.at)):
                yield cut._replace(cost=cost + cut.cost)


def _may_leave_gap(text: str, begin: int, gap: _Place) -> bool:
    """Tell whether a clause has its verb before a gap, or what limits it, and no phrase is parted there."""
    if gap.cost >= _ENDS[-1][0] and not _JUST_DENIED.search(text, begin, gap.at):
        return False
    if _SUBORDINATE.search(text[begin : gap.at]):
        return _CONDITION.search(text, begin, gap.at) is not None
    return any(pattern.search(text, begin, gap.at) for pattern in (_FINITE, _DENIAL, _CONDITION))


def _hides(text: str, begin: int, end: int) -> bool:
    """Tell whether a gap would hide what denies or limits what follows it, or where another clause begins."""
    return any(
        pattern.search(text, begin, end) for pattern in (_DENIAL, _CONDITION, _CONCESSION, _INDEPENDENT)
    )


def _find_limit(text: str, end: int, stop: int) -> tuple[int, int] | None:
    """Return where the condition stands that a clause has behind what is shown of it."""
    parted = _INDEPENDENT.search(text, end, stop)
    found = _CONDITION.search(text, end, parted.start() if parted else stop)
    if found is None:
        return None
    if columns(text[found.start() : stop]) <= _WHOLLY:
        return found.start(), stop
    brief = _BRIEFLY.match(text, found.start(), stop)
    return found.start(), brief.end() if brief else found.end()


def _measure_end(text: str, end: _Ending) -> int:
    """Return the columns of what stands behind a cut."""
    if end.limit is None:
        return int(end.at < len(text))
    return len(ELLIPSIS) + 1 + columns(text[slice(*end.limit)]) + (end.limit[1] < len(text))


def _write(quote: Quote, cut: _Cut) -> tuple[Span, ...]:
    """Return a cut as spans in quotation marks, the words that the quotation rests on in their style."""
    text, begin = quote.text, cut.begin
    opening = cut.head[0] if cut.head else begin
    opened = f"“{ELLIPSIS if opening else ''}"
    head = f"{_close(text, *cut.head)} " if cut.head else ""
    marks = [mark for mark in quote.marks if begin <= mark[0] and mark[1] <= cut.end]
    last = max((mark[1] for mark in marks), default=begin)
    spans, at = [Span(opened), Span(head)], begin
    for first, end in marks:
        spans += [Span(text[at:first]), Span(text[first:end], "match")]
        at = end
    spans.append(Span(_close(text, last, cut.end)))
    if cut.limit:
        spans.append(Span(f" {_close(text, *cut.limit)}"))
    return (*spans, Span("”"))


def _close(text: str, begin: int, end: int) -> str:
    """Return a stretch of a text with an ellipsis, unless its sentence ends there."""
    shown = text[begin:end]
    if end == len(text) or (shown.endswith((".", "!", "?")) and _SENTENCE_END.match(text, end - 1)):
        return shown
    return f"{_LOOSE.sub('', shown)}{ELLIPSIS}"


def write_sentence(sentence: Sentence, width: int) -> tuple[Span, ...]:
    """Return a sentence as runs, each quotation behind its place and cut to so many columns.

    Up to a quarter more is taken where that saves a clause. One that shows a change is not cut.
    """
    size = WHOLE if sentence.changes else width
    return tuple(span for part in sentence.parts for span in _write_part(part, size))


def _write_part(part: Span | Quote | Redline, width: int) -> tuple[Span, ...]:
    match part:
        case Quote():
            return (
                Span(f"{part.lead} " if part.lead else ""),
                *cut_quote(part, width, min(SPARE, width // 4)),
            )
        case Redline():
            return part.runs
        case _:
            return (part,)


def read_sentence(sentence: Sentence, width: int) -> str:
    """Return a sentence as plain text, in which edits have marks."""
    return "".join(span.text for span in mark_edits(write_sentence(sentence, width)))
