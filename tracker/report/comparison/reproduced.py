"""What ``tracker reproduce`` prints: whether a comparison came out the same, and each value that did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.report.comparison import words as wording
from tracker.report.json_text import encode_json
from tracker.report.layout import counted, draw, line, shorten, wrap
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.reproduced import CheckedFiles, Difference, Part, Reproduced, Reproduction
    from tracker.report.layout import Line

_HEADS: Final[dict[Part, str]] = {
    "basis": "What it rests on",
    "text": "The texts",
    "finding": "What it says",
    "file": "The files",
}
_MOST = 20
"""So many differences of a part are shown; all of them are in the JSON."""
_LONGEST = 40


def render_reproduced(found: Reproduction, *, width: int = 80, color: bool = False) -> str:
    """Return of each comparison the verdict, its source and the differences, and then these of the files."""
    parts = [_show(each, width) for each in found.reports]
    parts += [_show_files(found.files, width)] if found.files else []
    return "\n".join(draw(each, color=color) for each in parts)


def reproduced_json(found: Reproduction) -> str:
    """Return what came of it as JSON: of a comparison an object, of a zip a list of these, and its files."""
    return encode_json(found if found.files else found.reports[0])


def _show(found: Reproduced, width: int) -> Iterator[Line]:
    verdict = counted(len(found.differences), "difference") if found.differences else "the same"
    yield from wrap(f"{one_line(found.old)} {wording.ARROW} {one_line(found.new)}: {verdict}", width)
    source = f"the archive in {one_line(found.archive)}" if found.archive else "the texts in the file"
    sizes = f"{counted(found.changes, 'change')} and {counted(found.topics, 'topic')}"
    yield from wrap(f"computed again from {source}: {sizes}", width, "  ", "  ")
    if found.left_out:
        yield from wrap(f"not compared: {', '.join(found.left_out)}", width, "  ", "  ")
    yield from _list_parts(found.differences, width)


def _show_files(found: CheckedFiles, width: int) -> Iterator[Line]:
    verdict = counted(len(found.differences), "difference") if found.differences else "the same"
    yield from wrap(f"{counted(found.number, 'file')} of the zip: {verdict}", width)
    yield from wrap(f"not compared: {'; '.join(found.left_out)}", width, "  ", "  ")
    yield from _list_parts(found.differences, width)


def _list_parts(differences: Sequence[Difference], width: int) -> Iterator[Line]:
    for part, head in _HEADS.items():
        of_part = [each for each in differences if each.part == part]
        if of_part:
            yield line()
            yield line(head, "bold")
            yield from _list(of_part, width)


def _list(differences: Sequence[Difference], width: int) -> Iterator[Line]:
    for each in differences[:_MOST]:
        place = " · ".join(one_line(name) for name in each.place)
        yield from wrap(f"{place}: {_tell(each)}", width, "  ", "    ")
    if len(differences) > _MOST:
        yield line(f"  and {len(differences) - _MOST} more; --format json has all")


def _tell(difference: Difference) -> str:
    match difference.then, difference.now:
        case str(then), str(now):
            return f"{_value(then)} {wording.ARROW} {_value(now)}"
        case _, None:
            return "only in the file"
        case _:
            return "not in the file"


def _value(value: str) -> str:
    return shorten(one_line(value), _LONGEST)
