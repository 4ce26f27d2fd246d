"""What happened to each segment of two versions: ``describe_changes``."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tracker.comparing.alignment.chains import ChainBlock, find_heaviest_chain
from tracker.comparing.edits import word_edits
from tracker.model.changes import EDITED, Change, Link
from tracker.text.identity import digest_text, fold_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.model.changes import Operation
    from tracker.model.texts import Segment, Version

_ID_LENGTH = 12


class _OrderedLink(NamedTuple):
    link: Link
    moved: bool


def describe_changes(old: Version, new: Version, links: Sequence[Link]) -> tuple[Change, ...]:
    """Return what happened to each segment; each segment of either side is in exactly one change.

    Changes are in the order of the new version, and what was dropped is where it was among its old
    neighbours. A group has moved where it lies outside the heaviest chain of groups, by words, that
    keeps the order. Edits are those between the segments of a group, joined by a blank. Raises
    ``ValueError`` where two links share a segment.
    """
    _check_apart(links)
    seen: Counter[tuple[str, str]] = Counter()
    return tuple(_describe(old, new, placed, seen) for placed in _place(old, new, links))


def _check_apart(links: Iterable[Link]) -> None:
    for side in ("old", "new"):
        counted = Counter(index for link in links for index in getattr(link, side))
        shared = [index for index, count in counted.items() if count > 1]
        if shared:
            raise ValueError(f"{side} segment {shared[0]} is in two links")


def _place(old: Version, new: Version, links: Sequence[Link]) -> list[_OrderedLink]:
    """Return every link in the order of the report, the segments without a partner among them."""
    chain = {links[index] for index in find_heaviest_chain([_weigh(old, new, link) for link in links])}
    linked_old = {i for link in links for i in link.old}
    linked_new = {j for link in links for j in link.new}
    added = [Link((), (j,), 1.0, "none") for j in range(len(new.segments)) if j not in linked_new]
    dropped = {i for i in range(len(old.segments)) if i not in linked_old}
    after = _gather_dropped(dropped, {i: link for link in chain for i in link.old}, len(old.segments))
    placed = [_OrderedLink(link, moved=False) for link in after.get(None, ())]
    for link in sorted((*links, *added), key=lambda link: link.new):
        placed.append(_OrderedLink(link, moved=bool(link.old) and link not in chain))
        placed.extend(_OrderedLink(gone, moved=False) for gone in after.get(link, ()))
    return placed


def _weigh(old: Version, new: Version, link: Link) -> ChainBlock:
    texts = [old.segments[i].text for i in link.old] + [new.segments[j].text for j in link.new]
    words = sum(1 + len(text.split()) for text in texts)
    return ChainBlock(min(link.old), max(link.old), min(link.new), max(link.new), float(words))


def _gather_dropped(dropped: set[int], unmoved: dict[int, Link], size: int) -> dict[Link | None, list[Link]]:
    """Return the dropped segments by the link they come after; by none, those before every link."""
    after: dict[Link | None, list[Link]] = {}
    last: Link | None = None
    for i in range(size):
        last = unmoved.get(i, last)
        if i in dropped:
            after.setdefault(last, []).append(Link((i,), (), 1.0, "none"))
    return after


def _describe(old: Version, new: Version, placed: _OrderedLink, seen: Counter[tuple[str, str]]) -> Change:
    link = placed.link
    old_text = _join(old.segments[i] for i in link.old)
    new_text = _join(new.segments[j] for j in link.new)
    folded = fold_sentence(old_text), fold_sentence(new_text)
    seen[folded] += 1
    change = Change(
        id=digest_text("\0".join((*folded, str(seen[folded]))))[:_ID_LENGTH],
        operation=_name_operation(link, old_text, new_text, folded),
        moved=placed.moved,
        old=link.old,
        new=link.new,
        edits=word_edits(old_text, new_text, new.language),
        confidence=link.confidence,
        method=link.method,
    )
    if change.operation not in EDITED:
        return change
    # 25 ms to load; two speeches seldom have a sentence in common.
    from tracker.comparing.shifts.axes import find_shifts  # noqa: PLC0415

    return replace(change, shifts=find_shifts(old, new, change))


def _join(segments: Iterable[Segment]) -> str:
    return " ".join(segment.text for segment in segments)


def _name_operation(link: Link, old: str, new: str, folded: tuple[str, str]) -> Operation:
    if not link.old:
        return "new"
    if not link.new:
        return "dropped"
    if len(link.old) != len(link.new):
        return "split" if len(link.old) < len(link.new) else "merged"
    if old.split() == new.split():
        return "kept"
    return "typographic" if folded[0] == folded[1] else "reworded"
