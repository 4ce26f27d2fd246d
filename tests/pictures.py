"""Reports to draw, and where the text of a picture stands; ``python -m tests.pictures`` draws the documents'.

Reports have as many labels of the shipped vocabulary as a test asks for, the longest first.
"""

from __future__ import annotations

import subprocess
import tempfile
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

from matplotlib.text import Text

from tests.running import COMMAND, ROOT
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.report.document import Column, Document, Entry, Named, Section, Span, Tick
from tracker.report.pictures import palette
from tracker.report.pictures.canvas import same_everywhere
from tracker.report.pictures.draw import compose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.report.document import Style
    from tracker.report.pictures.draw import Kind

DOCS = ROOT / "tracker" / "docs" / "pictures"
PICTURES = {
    "moves": "diff XAA/CCPCJ 32 33",
    "map": "timeline XAA/CCPCJ",
    "ranks": "timeline XAA/CCPCJ --ranks",
    "shares": "timeline XAA/CCPCJ --topic corruption --topic prison-reform --topic cybercrime-treaty",
    "countries": "timeline CCPCJ/31 --countries XAA",
    "panel": "timeline CCPCJ --sessions 29-33 --countries XAA",
    "said": "trace XAA/CCPCJ corruption",
}
"""The pictures of the documents, all of a made-up country, and the commands that draw them."""

_MARKS: tuple[tuple[str, Style], ...] = (
    ("D", "shade4"), ("d", "shade3"), ("S", "shade2"), ("s", "shade1"), ("+", "plain"), (".", "plain"),
    (":", "plain"), (" ", "plain"), ("-", "dim"), ("/", "dim"), ("x", "dim"),
)  # fmt: skip
_OUTCOMES = ("more", "new", "likely not repeated (.48)", "kept", "likely moved down (.92)")
CITED = "Cite: XAA/CCPCJ/32 (9bb4c649e9cf) → XAA/CCPCJ/33 (16f6a085c4fe), tracker 0.1.0, topics un 7f48f0"


@cache
def longest_labels() -> tuple[str, ...]:
    labels = [topic.label for topic in load_vocabulary().topics]
    return tuple(sorted(labels, key=lambda label: (-len(label), label)))


def report(*sections: Section, whole: bool = True, cautions: tuple[str, ...] = ()) -> Document:
    return Document(
        title="XAA at the Commission on Crime Prevention and Criminal Justice, 32 (2023) → 33 (2024)",
        sides=(Named("32", ()), Named("33", ())),
        cautions=cautions,
        verdict="Most often a priority: Corruption (5 of 5 sessions, 5 sure), Haiti (4, 3 sure).",
        sections=sections,
        closing=("More: --all", CITED),
        whole=whole,
    )


def moves(labels: Sequence[str]) -> Document:
    """Return a report of moves of every kind: from and to nothing, of equal ends, claimed and not."""
    entries = []
    for at, label in enumerate(labels):
        shares = ((at * 7) % 11 / 20 if at % 4 else 0.0, (at * 5) % 9 / 20 if at % 5 else 0.0)
        words = " → ".join(f"{100 * share:.1f}" for share in shares)
        kinds = ("more",) if at % 2 else ("more", "likely")
        entries.append(
            Entry(
                (Span(label),),
                (words, "2 → 16", _OUTCOMES[at % 5]),
                topic=f"t{at}",
                kinds=kinds,
                shares=shares,
            )
        )
    columns = Column("% of words"), Column("sentences"), Column("", right=False, unit="status")
    caution = "verbatim (inferred) beside prepared (inferred): house style differs for that reason alone"
    return report(Section("largest moves", tuple(entries), columns=columns), cautions=(caution,))


def table(labels: Sequence[str], places: int, *, sparse: bool = True, numbered: bool = False) -> Document:
    """Return a report with a map: of sessions with years or of countries, of levels or of numbers."""
    ticks = [Tick(str(25 + at), str(1970 + at)) if sparse else Tick(f"X{at:02}") for at in range(places)]
    entries = []
    for row, label in enumerate(labels):
        parts: list[float | None] = [((row * 3 + at * 7) % 23) / 23 for at in range(places)]
        marks = [_MARKS[(row * 5 + at * 3) % len(_MARKS)] for at in range(places)]
        parts = [
            None if mark in ("-", "/", "x") else 0.0 if mark == " " else part
            for (mark, _), part in zip(marks, parts, strict=True)
        ]
        spans = [Span(*mark) for mark in marks]
        if numbered:
            parts = [part or 0.0 for part in parts]
            spans = [Span(str(round(200 * (part or 0))) if part else "") for part in parts]
        figures = (str(row), str(row // 2)) if numbered else (str(row),) if sparse else ()
        entries.append(Entry((Span(label),), figures, marks=tuple(spans), parts=tuple(parts)))
    heads = ("all", "sure") if numbered else ("a priority at",) if sparse else ()
    columns = tuple(Column(head) for head in heads)
    section = Section(
        "priorities by session",
        tuple(entries),
        note="statements",
        columns=columns,
        ticks=tuple(ticks),
        sparse=sparse and not numbered,
    )
    return report(section)


def draw_texts(document: Document, kind: Kind) -> tuple[list[Text], float, float]:
    with same_everywhere():
        canvas = compose(document, kind)
        assert canvas
        return [each for each in canvas.figure.findobj(Text) if each.get_text()], canvas.width, canvas.height


def check_layout(document: Document, kind: Kind) -> None:
    """Take the box of each text from the renderer: none touches another, none leaves the sheet."""
    texts, width, height = draw_texts(document, kind)
    figure = texts[0].get_figure(root=True)
    assert figure
    inch = figure.dpi / 25.4
    boxes = [(each.get_window_extent(), each.get_text()) for each in texts]
    assert width in (palette.ONE_COLUMN, palette.TWO_COLUMNS)
    assert height <= palette.TALLEST
    for box, text in boxes:
        assert box.x0 >= 0, text
        assert box.x1 <= width * inch + 1, text
        assert box.y0 >= 0, text
        assert box.y1 <= height * inch, text
    slack = 0.15 * inch  # the box of a line has room for accents that few letters have
    touching = [
        (text, other)
        for (box, text), (beside, other) in combinations(boxes, 2)
        if min(box.x1, beside.x1) - max(box.x0, beside.x0) > 0
        and min(box.y1, beside.y1) - max(box.y0, beside.y0) > slack
    ]
    assert touching == []
    assert min(float(each.get_fontsize()) for each in texts) >= 6


def redraw() -> None:
    """Draw the pictures of the documents again, which have the release and the vocabulary below them."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*COMMAND, "demo", "--keep", "snapshots"], cwd=folder, check=True, capture_output=True)
        for name, command in PICTURES.items():
            drawn = [*COMMAND, *command.split(), "--plot", str(DOCS / f"{name}.svg"), "--overwrite"]
            assert subprocess.run(drawn, cwd=folder, check=False, capture_output=True).returncode < 2


if __name__ == "__main__":
    redraw()
