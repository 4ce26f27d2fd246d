"""Stronger or weaker: ``find_strength_shifts``.

There are two kinds of evidence.

- In one place, all else there being alike: a word replaced by another of its ladder (``must``, ``should``),
  an action put off (``ratify``, ``consider ratifying``), a modifier or a condition that came or went, a
  request that asks more. Its tables are in ``strength.toml``.
- In the whole sentence, on one scale: what both sides say is left out; the forms of force that are left are
  compared in text order, with modifiers, conditions, hedges, quantities and targets that came or went. A
  direction is given where all of it points one way and the other words are about one thing.

Nothing is said where one side denies more than the other, names another actor, asks for the contrary, thanks
or congratulates, or tells what somebody else said.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.comparing.passages.forms import (
    BINDING,
    HEADS,
    blank_forms,
    cancel_forms,
    count_denials,
    holds_kinds,
    is_ceremonial,
    is_expectation,
    is_same_object,
    is_same_verb,
    keeps_nearly_all,
    list_stems,
    only_reports,
    read_forms,
    read_heads,
    tell_expectation,
)
from tracker.comparing.passages.terms import TermMatch, find_terms, load_terms, same_stem
from tracker.comparing.shifts.dates import find_date_shifts
from tracker.comparing.shifts.figures import find_figure_shifts, is_promised
from tracker.comparing.shifts.ladders import (
    OURS,
    Scale,
    compare_ladders,
    list_modifiers,
    load_ladders,
    strip_modifiers,
)
from tracker.comparing.shifts.moments import holds
from tracker.comparing.shifts.names import replaces_actor
from tracker.comparing.shifts.negation import find_negation_shifts, find_undone
from tracker.comparing.shifts.requests import find_ask_shifts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.comparing.passages.forms import Form
    from tracker.comparing.passages.rewording import Fragment, Rewording, SideText, Substitution
    from tracker.model.changes import Direction, Shift

_FILE = "strength.toml"
_SCALE = Scale("strength", "stronger", "weaker")
_LONG_WORD = re.compile(r"\w{3,}")
_PUTTING_OFF = (("hedges", "action", "McMahon 2012"), ("intentions", "promise", "ours"))
"""Tables of words that put off the action after them, what is graded, and the scale."""
_STRENGTHENS: Final[tuple[Direction, Direction]] = ("stronger", "weaker")
_WEAKENS: Final[tuple[Direction, Direction]] = ("weaker", "stronger")
"""The direction where a word was added, and where it was removed."""


def find_strength_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the shifts of strength: what stands in one place first, else what the whole sentence says."""
    # Another actor, what somebody else said, thanks, or a stance that is turned: the sides do not compare.
    if (
        replaces_actor(rewording)
        or only_reports(rewording)
        or is_ceremonial(rewording)
        or find_negation_shifts(rewording)
    ):
        return ()
    is_near = rewording.comparable and is_same_object(rewording)
    near = _find_near(rewording) if is_near else ()
    # Modifiers alone say nothing where other words were edited too.
    if not keeps_nearly_all(rewording) and all(map(_is_of_modifier, near)):
        near = ()
    whole = _find_whole(rewording)
    # All evidence must point one way; what stands in one place has the modifiers of the whole sentence.
    weighed = [shift for shift in whole if not (near and _is_of_modifier(shift))]
    if not _say_one_way(rewording, (*near, *weighed)) or find_undone(rewording):
        return ()
    # Words replaced in one place, must by should, say all there is to say.
    if any(map(_replaces, near)):
        return near
    # What only came or went in one place stands beside what the whole sentence replaces.
    if near:
        return (*filter(_replaces, whole), *near)
    return whole


def _is_of_modifier(shift: Shift) -> bool:
    return shift.rule.startswith("modifier")


def _replaces(shift: Shift) -> bool:
    return bool(shift.old and shift.new)


def _find_near(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the shifts of strength that stand in one place each, all else there being alike."""
    words = _find_replaced(rewording)
    asks = () if any(map(_replaces, words)) else find_ask_shifts(rewording)
    return (*asks, *words, *_find_conditions(rewording))


# In one place ---------------------------------------------------------------------------------------


class _Action(NamedTuple):
    """An action, with the words that put it off where it is."""

    put_off: bool
    words: TermMatch
    verb: str


def _find_conditions(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the condition that only one side has, added or removed whole: ``when circumstances allow``."""
    pattern = _compile_conditions(rewording.language)
    old, new = (
        [TermMatch(match[0].lower(), *match.span()) for match in pattern.finditer(passage.text)]
        for passage in (rewording.old, rewording.new)
    )
    found = [
        (part.passage, words)
        for part in rewording.fragments
        for words in part.select(old if part.passage is rewording.old else new)
        if part.start <= words.start and words.end <= part.end
    ]
    if len(found) != 1 or (old and new):
        return ()
    ((passage, words),) = found
    rule = f"condition: {words.term} (ours)"
    return rewording.shift_alone("strength", _WEAKENS, passage, words, rule)


@cache
def _compile_conditions(language: str) -> re.Pattern[str]:
    spelled = "|".join(load_terms(_FILE, "conditions", language)) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{spelled})(?!\w)", re.IGNORECASE)


def _find_replaced(rewording: Rewording) -> tuple[Shift, ...]:
    """Return words replaced, put off and modified in text order; none beside an edited negation or hedge."""
    if _is_edited(rewording, "negations"):
        return ()
    shifts: list[Shift] = []
    for place in rewording.substitutions:
        if not _tells_expectation(rewording, place):
            shifts.extend(compare_ladders(rewording, place, _FILE, _SCALE))
        shifts.extend(_find_put_off(rewording, place))
        shifts.extend(_find_modifiers(rewording, place))
    if _is_edited(rewording, "hedges") and not any(map(_replaces, shifts)):
        return ()  # what was put off is not understood, and may outweigh the rest
    return tuple(shifts)


def _tells_expectation(rewording: Rewording, place: Substitution) -> bool:
    """Return whether two duties that only tell an expectation took each other's place."""
    forms = (part.select(read_forms(part.passage)) for part in (place.old, place.new))
    return any(tell_expectation(rewording.old, one, rewording.new, other) for one, other in product(*forms))


def _is_edited(rewording: Rewording, table: str) -> bool:
    terms = rewording.terms(_FILE, table)
    return any(part.find(terms) for part in rewording.fragments)


def _find_put_off(rewording: Rewording, place: Substitution) -> Iterator[Shift]:
    """Find ``ratify`` beside ``consider ratifying``, or a future beside an intention, either way round."""
    for table, family, source in _PUTTING_OFF:
        openers = rewording.terms(_FILE, table)
        old, new = _read_action(place.old, openers), _read_action(place.new, openers)
        if not old or not new or old.put_off == new.put_off or not same_stem(old.verb, new.verb):
            continue
        plain, put_off = (old, new) if new.put_off else (new, old)
        rule = f"{family}: {plain.words.term} > {put_off.words.term} ({source})"
        yield from rewording.shift(
            "strength", "weaker" if new.put_off else "stronger", old.words, new.words, rule
        )


def _read_action(part: Fragment, openers: tuple[str, ...]) -> _Action | None:
    """Read a part as an action that an opener puts off, or as a verb alone; none for other words."""
    tokens = part.select(part.passage.tokens)
    words = [token for token in tokens if token.kind == "word" and part.start <= token.start]
    if not words:
        return None
    first, last = words[0].start, words[-1].end
    text = part.passage.text[first:last]
    opener = next((found for found in find_terms(text, openers) if not found.start), None)
    after = [word.text for word in words if word.start >= first + opener.end] if opener else [words[0].text]
    verbs = [word for word in after if len(word) >= _LEAST_VERB]
    if not verbs or (opener is None and len(words) > 1):
        return None
    return _Action(opener is not None, TermMatch(text.lower(), first, last), verbs[0])


def _find_modifiers(rewording: Rewording, place: Substitution) -> Iterator[Shift]:
    """Find modifiers that were only taken out or only put in, nothing else being edited there."""
    if place.old.text.strip() and place.new.text.strip():
        return
    part = place.old if place.old.text.strip() else place.new
    if strip_modifiers(part.text, rewording.language).strip(".,; "):
        return
    strengtheners = rewording.terms(_FILE, "strengtheners")
    for found in part.find(list_modifiers(rewording.language)):
        if not _holds_form(
            rewording.other(part.passage).text, found.term
        ):  # else it only changed its place or form
            directions = _STRENGTHENS if found.term in strengtheners else _WEAKENS
            rule = f"modifier: {found.term}"
            yield from rewording.shift_alone("strength", directions, part.passage, found, rule)


@lru_cache(maxsize=256)
def _holds_form(text: str, term: str) -> bool:
    """Return whether a text holds a term, or another form of it: full, fully."""
    if " " in term:
        return bool(find_terms(text, (term,)))
    return any(same_stem(word, term) for word in _LONG_WORD.findall(text))


# In the whole sentence ------------------------------------------------------------------------------

_FAMILIES: Final = {"duty": "modality", "promise": "modality", "note": "endorsement"}
_RELATED: Final = {
    frozenset(pair)
    for pair in (
        *(("duty", kind) for kind in ("promise", "requests")),
        *(("decision", kind) for kind in ("promise", "requests", "note")),
        ("requests", "endorsement"),
        *(("note", kind) for kind in ("requests", "evaluation", "endorsement")),
    )
}
"""Kinds that compare; a promise compares with a request or an endorsement where it is a hope."""
_FAR, _FARTHER_OFF = 2, 3
"""Steps by which forms of two kinds must differ, a decision and a request; of one kind, one is enough."""
_NOTED, _CONSIDERED, _HOPE, _INTENTION, _ACCEPT, _DEMAND, _DONE = 2, 2, 4, 5, 8, 9, 9
"""The highest force of what is only noted, of what is considered, of a hope, and of what puts an act off; the
least endorsement that a hope compares with; a demand, and an act that is done."""
_REACH, _REACH_ZH = 60, 20
"""Signs after a form in which its object stands, and before it in which it is said who acts."""
_HEDGED, _MODIFIED = 100, 60
"""Signs between a promise or a request and what hedges it, and between what is said and its modifier."""
_AFTER, _LEAST_VERB = 8, 4
"""Words after an intention among which the act is, and letters of its verb."""
_THAT: Final = {"that", "que", "qu", "что", "чтобы"}
"""After a hope, these begin what others do."""
_CLAUSE = re.compile(r"[,;:،؛，；。.]")
_WORD = re.compile(r"[^\W_]+")
_DIRECTIONS: Final[dict[bool, Direction]] = {True: "stronger", False: "weaker"}
_NEARER: Final[frozenset[Direction]] = frozenset({"raised", "earlier", "tightened", "added"})
_FARTHER: Final[frozenset[Direction]] = frozenset({"lowered", "later", "loosened", "removed"})


class _Finding(NamedTuple):
    """What one difference says: whether the new side is stronger, and the words and the rule that show it."""

    stronger: bool
    old: Form | None
    new: Form | None
    rule: str


def _find_whole(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the shifts that all forms of force together give; none where two sentences do not compare."""
    if not is_same_object(rewording) or count_denials(rewording.old) != count_denials(rewording.new):
        return ()
    found = tuple(
        shift
        for one in _find_all(rewording, *cancel_forms(rewording))
        for shift in rewording.shift("strength", _DIRECTIONS[one.stronger], one.old, one.new, one.rule)
    )
    return found or _find_targets(rewording)


def _say_one_way(rewording: Rewording, shifts: tuple[Shift, ...]) -> bool:
    """Return whether shifts point one way, and are not modifiers of what promises or asks nothing."""
    if len({shift.direction for shift in shifts}) != 1:
        return False
    lone = (_is_of_modifier(shift) and not _replaces(shift) for shift in shifts)
    return holds_kinds(rewording, HEADS) or not all(lone)


def _find_all(rewording: Rewording, old: Sequence[Form], new: Sequence[Form]) -> Iterator[_Finding]:
    heads = [[form for form in side if form.kind in HEADS] for side in (old, new)]
    compared = [
        _pair(one, other, _FAMILIES.get(one.kind, one.kind) if one.kind == other.kind else "force")
        for one, other in zip(*heads, strict=False)
        if _compares(rewording, one, other)
    ]
    yield from compared
    yield from _find_intended(rewording, *heads)
    quantities = [[form for form in side if form.kind == "quantity"] for side in (old, new)]
    if all(any(map(_binds, read_forms(side))) for side in (rewording.old, rewording.new)):
        for one, other in zip(*quantities, strict=False):
            if _is_same_frame(rewording, one, other):
                yield _pair(one, other, "quantity")
    lone = _find_lone(rewording, old, new, modified=bool(compared) or not any(heads))
    outweighed = {not one.stronger for one in compared if _is_far(one)}
    yield from (one for one in lone if not (one.stronger in outweighed and one.rule.startswith("modifier")))


def _is_far(finding: _Finding) -> bool:
    """Return whether a verb is so much stronger or weaker that its adverb does not make up for it."""
    old, new = finding.old, finding.new
    return old is not None and new is not None and abs(old.force - new.force) >= _FAR


def _binds(form: Form) -> bool:
    """Return whether a form binds somebody; what is done already binds nobody."""
    return form.kind in BINDING and form.force < _DONE


def _pair(old: Form, new: Form, family: str) -> _Finding:
    firmer, weaker = (new, old) if new.force > old.force else (old, new)
    return _Finding(new.force > old.force, old, new, f"{family}: {firmer.term} > {weaker.term} ({OURS})")


def _alone(form: Form, *, is_new: bool, stronger: bool) -> _Finding:
    old, new = (None, form) if is_new else (form, None)
    return _Finding(stronger, old, new, f"{form.kind}: {form.term} ({OURS})")


def _compares(rewording: Rewording, one: Form, other: Form) -> bool:
    """Return whether two forms differ in force, by every published ladder too, and say it of one thing."""
    if tell_expectation(rewording.old, one, rewording.new, other):
        return False
    apart, kinds = abs(one.force - other.force), {one.kind, other.kind}
    if len(kinds) == 1:
        compares = apart > 0
    elif "promise" in kinds and kinds & {"requests", "endorsement"}:
        hope, other = sorted((one, other), key=lambda form: form.kind != "promise")
        compares = apart >= _FAR and hope.force <= _HOPE
        compares &= other.kind == "requests" or other.force >= _ACCEPT or hope.force <= _CONSIDERED
    else:
        compares = apart >= _FAR and frozenset(kinds) in _RELATED
        compares &= "note" not in kinds or min(one.force, other.force) <= _NOTED
        compares &= kinds != {"requests", "endorsement"} or max(one.force, other.force) == _DEMAND
        compares &= kinds != {"requests", "decision"} or apart >= _FARTHER_OFF
    return (
        compares
        and not _is_disputed(rewording.language, one, other)
        and _is_same_frame(rewording, one, other)
    )


def _is_disputed(language: str, one: Form, other: Form) -> bool:
    """Return whether published ladders hold both forms and do not all say what the scale says."""
    steps = [
        (ladder.ranks[other.term] - ladder.ranks[one.term]) * (other.force - one.force)
        for ladder in load_ladders(_FILE, language)
        if one.term in ladder.ranks and other.term in ladder.ranks and ladder.source != OURS
    ]
    return bool(steps) and min(steps) <= 0


def _is_same_frame(rewording: Rewording, old: Form, new: Form) -> bool:
    """Return whether what follows both forms, or who stands before a duty, has a content word in common."""
    reach = _REACH_ZH if rewording.language == "zh" else _REACH
    sides = [(blank_forms(rewording.old), old), (blank_forms(rewording.new), new)]
    before = [_CLAUSE.split(text[max(0, form.start - reach) : form.start])[-1] for text, form in sides]
    who = [list_stems(text, rewording.language) for text in before]
    met = bool(who[0] & who[1])
    if all(who) and not met:
        return False
    if (
        {old.kind, new.kind} == {"duty", "promise"}
        and not met
        and "" != _last(before[0]) != _last(before[1]) != ""
    ):
        return False
    here, there = (list_stems(text[form.end : form.end + reach], rewording.language) for text, form in sides)
    if not here or not there or here & there:
        return True
    return old.kind == new.kind and old.kind in {"duty", "ban"} and met


def _last(text: str) -> str:
    return "".join(_WORD.findall(text.lower())[-1:])


def _find_intended(rewording: Rewording, old: Sequence[Form], new: Sequence[Form]) -> Iterator[_Finding]:
    """Find an act that one side does and the other only intends: the verb after it stands on both sides."""
    if bool(old) == bool(new) or not keeps_nearly_all(rewording):
        return
    form, passage = (old[0], rewording.old) if old else (new[0], rewording.new)
    after = _WORD.findall(passage.text[form.end :])[:_AFTER]
    is_plan = form == read_heads(passage)[0] and form.kind in {"promise", "duty"} and form.force <= _INTENTION
    if not is_plan or not after or after[0] in _THAT or is_expectation(passage, form):
        return
    verb = next((word for word in after if len(word) >= _LEAST_VERB), None)
    if verb and any(
        is_same_verb(verb, word, rewording.language) for word in _WORD.findall(rewording.other(passage).text)
    ):
        yield _alone(form, is_new=not old, stronger=bool(old))


def _find_lone(
    rewording: Rewording, old: Sequence[Form], new: Sequence[Form], *, modified: bool
) -> Iterator[_Finding]:
    """Find conditions, hedges of promises and requests, and modifiers of them or where all else is kept."""
    modifiers = [[form for form in side if form.kind == "modifier"] for side in (old, new)]
    nearly_all = keeps_nearly_all(rewording)
    for one, other in zip(*modifiers, strict=False):
        if one.force != other.force and (
            nearly_all or not any(map(read_heads, (rewording.old, rewording.new)))
        ):
            yield _pair(one, other, "modifier")
    dates = {
        each.text.lower() for shift in find_date_shifts(rewording) for each in (shift.old, shift.new) if each
    }
    conditioned = nearly_all or holds_kinds(rewording, BINDING)
    for is_new, passage, side in ((False, rewording.old, old), (True, rewording.new, new)):
        for form in side:
            counts = {
                "condition": conditioned,
                "hedge": _is_near(passage, form, BINDING, _HEDGED),
                "modifier": modified
                and form.term not in dates
                and _is_near(passage, form, HEADS, _MODIFIED if nearly_all else 0),
            }
            if counts.get(form.kind):
                yield _alone(form, is_new=is_new, stronger=(form.force > 0) == is_new)


def _is_near(passage: SideText, form: Form, kinds: frozenset[str], reach: int) -> bool:
    """Return whether what is promised, asked or judged stands so many signs before a form, or right after."""
    heads = [head for head in read_forms(passage) if head.kind in kinds]
    return any(0 <= form.start - head.end <= reach or 0 <= head.start - form.end <= 1 for head in heads)


def _find_targets(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the deadlines and amounts of what is promised or asked that became nearer or higher, or not."""
    sides = (rewording.old, rewording.new)
    if not holds_kinds(rewording, BINDING) or any(holds(side, "goes_on") for side in sides):
        return ()  # what is extended to a later day is no promise put off
    found = [shift for shift in find_date_shifts(rewording) if shift.rule.startswith("deadline")]
    if not any(form.kind == "limit" for side in sides for form in read_forms(side)):
        found += [shift for shift in find_figure_shifts(rewording) if is_promised(rewording, shift)]
    if len(found) != 1 or found[0].direction not in _NEARER | _FARTHER or not keeps_nearly_all(rewording):
        return ()
    direction = _DIRECTIONS[found[0].direction in _NEARER]
    rule = f"target: {found[0].rule}"
    return (replace(found[0], axis="strength", direction=direction, rule=rule, amount=None),)
