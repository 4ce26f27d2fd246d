"""Stronger or weaker: modals, requests, actions put off, modifiers; scales in ``strength.toml``."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from tracker.comparison.shifts.rules import Found, find_terms, load_ladders, load_terms
from tracker.model import Shift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.comparison.shifts.rewording import Passage, Rewording, Substitution
    from tracker.comparison.shifts.rules import Ladder
    from tracker.model import Direction

_FILE = "strength.toml"
_SAME_STEM = 4
"""First letters by which two forms of one verb are recognised: ratify, ratifying, ratification."""
_WORD = re.compile(r"\w{3,}")
_FILLER = re.compile(r"[\s,;]+|\b(?:and|et|y)\b")


def find_strength_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the strength shifts in text order; none where a negation or an unread hedge was edited."""
    if _edited(rewording, "negations"):
        return ()
    shifts: list[Shift] = []
    for place in rewording.substitutions:
        shifts.extend(_compare_verbs(rewording, place))
        shifts.extend(_find_put_off(rewording, place))
        shifts.extend(_find_modifiers(rewording, place))
    if _edited(rewording, "hedges") and not any(shift.old and shift.new for shift in shifts):
        return ()  # what was put off is not understood, and may outweigh the rest
    return tuple(shifts)


def _edited(rewording: Rewording, table: str) -> bool:
    terms = load_terms(_FILE, table, rewording.language)
    return any(
        find_terms(rewording.old.text[place.old_start : place.old_end], terms)
        or find_terms(rewording.new.text[place.new_start : place.new_end], terms)
        for place in rewording.substitutions
    )


def _compare_verbs(rewording: Rewording, place: Substitution) -> Iterator[Shift]:
    ladders = load_ladders(rewording.language)
    for family in dict.fromkeys(ladder.family for ladder in ladders):
        mine = [ladder for ladder in ladders if ladder.family == family]
        terms = tuple(dict.fromkeys(term for ladder in mine for term in ladder.ranks))
        old = _touching(find_terms(rewording.old.text, terms), place.old_start, place.old_end)
        new = _touching(find_terms(rewording.new.text, terms), place.new_start, place.new_end)
        if len(old) == len(new) == 1 and _same_frame(rewording, place, old[0], new[0]):
            yield from _rank(rewording, family, mine, old[0], new[0])


def _touching(found: tuple[Found, ...], start: int, end: int) -> list[Found]:
    return [term for term in found if term.start < end and term.end > start]


def _rank(
    rewording: Rewording, family: str, ladders: list[Ladder], old: Found, new: Found
) -> Iterator[Shift]:
    steps = {
        ladder.source: ladder.ranks[new.term] - ladder.ranks[old.term]
        for ladder in ladders
        if old.term in ladder.ranks and new.term in ladder.ranks
    }
    if not steps or not (
        all(step > 0 for step in steps.values()) or all(step < 0 for step in steps.values())
    ):
        return
    sources = [source for source in steps if source != "drafting"]
    cited = f" ({'; '.join(sources)})" if sources else ""
    if next(iter(steps.values())) < 0:
        yield from _shift(rewording, "weaker", old, new, f"{family}: {old.term} > {new.term}{cited}")
    else:
        yield from _shift(rewording, "stronger", old, new, f"{family}: {new.term} > {old.term}{cited}")


def _same_frame(rewording: Rewording, place: Substitution, old: Found, new: Found) -> bool:
    """Return whether who acts and on what are alike: what else was replaced here says nothing new."""
    before_old = rewording.old.text[place.old_start : max(old.start, place.old_start)]
    before_new = rewording.new.text[place.new_start : max(new.start, place.new_start)]
    after_old = rewording.old.text[min(old.end, place.old_end) : place.old_end]
    after_new = rewording.new.text[min(new.end, place.new_end) : place.new_end]
    ends_alike = not after_old.strip() and not after_new.strip()
    return _bare(before_old, rewording.language) == _bare(before_new, rewording.language) and (
        ends_alike or _same_verb(after_old, after_new)
    )


def _bare(text: str, language: str) -> str:
    """Return a text without modifiers, which are judged by themselves."""
    for term in reversed(find_terms(text, _modifiers(language))):
        text = text[: term.start] + text[term.end :]
    return _FILLER.sub(" ", text).strip().lower()


def _modifiers(language: str) -> tuple[str, ...]:
    return load_terms(_FILE, "strengtheners", language) + load_terms(_FILE, "weakeners", language)


def _same_verb(old: str, new: str) -> bool:
    first_old, first_new = old.lower().split()[:1], new.lower().split()[:1]
    return bool(first_old and first_new) and _same_stem(first_old[0], first_new[0])


def _same_stem(one: str, other: str) -> bool:
    shared = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one.lower(), other.lower(), strict=False))
    )
    return shared >= min(_SAME_STEM, len(one), len(other))


def _find_put_off(rewording: Rewording, place: Substitution) -> Iterator[Shift]:
    """Find ``ratify`` beside ``consider ratifying``, either way round."""
    hedges = load_terms(_FILE, "hedges", rewording.language)
    old = _read_action(rewording.old, place.old_start, place.old_end, hedges)
    new = _read_action(rewording.new, place.new_start, place.new_end, hedges)
    if not old or not new or old[0] == new[0] or not _same_stem(old[2], new[2]):
        return
    direction: Direction = "weaker" if new[0] else "stronger"
    plain, put_off = (old[1], new[1]) if new[0] else (new[1], old[1])
    source = "McMahon 2012"
    yield from _shift(
        rewording, direction, old[1], new[1], f"action: {plain.term} > {put_off.term} ({source})"
    )


def _read_action(
    passage: Passage, start: int, end: int, hedges: tuple[str, ...]
) -> tuple[bool, Found, str] | None:
    """Return whether an action is put off, its words, and its verb; none where the words are others."""
    words = [token for token in passage.tokens if token.kind == "word" and start <= token.start < end]
    if not words:
        return None
    hedged = words[0].text.lower() in hedges
    if (hedged and len(words) == 1) or (not hedged and len(words) > 1):
        return None
    first, last = words[0], words[-1]
    found = Found(passage.text[first.start : last.end].lower(), first.start, last.end)
    content = [word.text for word in words[1:] if len(word.text) >= _SAME_STEM] if hedged else [first.text]
    return (hedged, found, content[0]) if content and len(content[0]) >= _SAME_STEM else None


def _find_modifiers(rewording: Rewording, place: Substitution) -> Iterator[Shift]:
    """Find modifiers that were only taken out or only put in, nothing else being touched there."""
    removed = rewording.old.text[place.old_start : place.old_end]
    added = rewording.new.text[place.new_start : place.new_end]
    if removed.strip() and added.strip():
        return
    passage, other, start = (
        (rewording.old, rewording.new, place.old_start)
        if removed.strip()
        else (rewording.new, rewording.old, place.new_start)
    )
    text = removed if removed.strip() else added
    if _bare(text, rewording.language).strip(".,; "):
        return
    for term in find_terms(text, _modifiers(rewording.language)):
        if _holds_form(other.text, term.term):
            continue  # it only changed its place or its form
        found = Found(term.term, start + term.start, start + term.end)
        strengthens = term.term in load_terms(_FILE, "strengtheners", rewording.language)
        direction: Direction = "stronger" if strengthens != (passage is rewording.old) else "weaker"
        yield from _cite_modifier(passage, found, direction, gone=passage is rewording.old)


def _holds_form(text: str, term: str) -> bool:
    """Return whether a text holds a term, or another form of it: full, fully."""
    if " " in term:
        return bool(find_terms(text, (term,)))
    return any(_same_stem(word, term) for word in _WORD.findall(text))


def _cite_modifier(passage: Passage, found: Found, direction: Direction, *, gone: bool) -> Iterator[Shift]:
    evidence = passage.cite(found.start, found.end)
    if evidence:
        old, new = (evidence, None) if gone else (None, evidence)
        yield Shift("strength", direction, old, new, f"modifier: {found.term}")


def _shift(rewording: Rewording, direction: Direction, old: Found, new: Found, rule: str) -> Iterator[Shift]:
    before, after = rewording.old.cite(old.start, old.end), rewording.new.cite(new.start, new.end)
    if before and after:
        yield Shift("strength", direction, before, after, rule)
