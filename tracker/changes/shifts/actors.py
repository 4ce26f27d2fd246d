"""Who is named on a kept topic on one side only, and in which role: ``compare_actors``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.changes.shifts.names import find_names, is_held, read_role
from tracker.changes.shifts.rewording import read_passage
from tracker.model.changes import Shift

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tracker.changes.shifts.names import Name
    from tracker.changes.shifts.rewording import Passage
    from tracker.model.changes import Direction
    from tracker.model.texts import Version

_WORD = re.compile(r"[^\W_]+(?:['’/.-][^\W_]+)*")
_OWNER = re.compile(r"['’]s?$")
_EVERYWHERE = ("united nations", "un", "general assembly", "assembly")
"""Named in every statement: to name it says nothing of a topic."""


def compare_actors(
    old: Version,
    new: Version,
    old_segments: Sequence[int],
    new_segments: Sequence[int],
    own_names: Collection[str] = (),
) -> tuple[Shift, ...]:
    """Return the actors that only one side's sentences on a topic name, removed before added, in text order.

    Each once, with the role that the verb before it gives it. Who speaks is none, nor is the United Nations;
    a name that the other side holds in any form is not told. Nothing is said between languages.
    """
    if old.language != new.language:
        return ()
    before = read_passage([old.segments[place] for place in old_segments], old.language)
    after = read_passage([new.segments[place] for place in new_segments], new.language)
    apart = {name.lower() for name in own_names} | set(_EVERYWHERE)
    return (
        *_find_fresh(before, after, "removed", old.language, apart),
        *_find_fresh(after, before, "added", new.language, apart),
    )


def _find_fresh(
    passage: Passage, other: Passage, direction: Direction, language: str, apart: Collection[str]
) -> Iterator[Shift]:
    held = _read_words(other.text)
    for name in find_names(passage, language):
        if name.kind != "actor" or _bare(name) in apart or is_held(name.text, held):
            continue
        held |= _read_words(name.text)
        evidence = passage.cite(name.start, name.end)
        if evidence:
            role = read_role(passage, name, language)
            rule = f"counterpart; actor: {role} (ours)" if role else "counterpart; actor (ours)"
            old, new = (evidence, None) if direction == "removed" else (None, evidence)
            yield Shift("name", direction, old, new, rule)


def _read_words(text: str) -> set[str]:
    return {_OWNER.sub("", word).lower() for word in _WORD.findall(text)}


def _bare(name: Name) -> str:
    return name.text.lower().removeprefix("the ")
