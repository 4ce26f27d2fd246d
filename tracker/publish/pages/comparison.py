"""The comparison of any two statements: the report's page, within the frame of all pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.diff.diff import diff
from tracker.diff.sides import load_decided
from tracker.publish.frame import render
from tracker.publish.pairs import read_pair
from tracker.publish.routes import address
from tracker.report.comparison.both_texts import build_texts
from tracker.report.comparison.build import build_report
from tracker.report.render.html import render_inside

if TYPE_CHECKING:
    from tracker.publish.routes import Answer, Parameters
    from tracker.publish.shelf import Shelf


def rests_on(shelf: Shelf, parameters: Parameters) -> list[object]:
    """Return what tells both statements, their series and what people decided of them from all others."""
    pair = read_pair(parameters["pair"])
    states = []
    for each in pair:
        held = shelf.states(each.body)
        states += [[*place, state] for place, state in held.items() if place[0] == each.country]
    return [
        [shelf.reader.identify(each) for each in pair],
        states,
        repr(load_decided(*pair, shelf.archive)),
        shelf.vocabulary.digest,
    ]


def show(shelf: Shelf, parameters: Parameters) -> Answer:
    """Return the comparison. Raises ``NotThere`` for what names no two, and as ``Reader.side`` does."""
    old, new = read_pair(parameters["pair"])
    comparison = diff([str(old), str(new)], shelf.archive, shelf.vocabulary)
    report = build_report(comparison, shelf.vocabulary)
    return render(
        "comparison",
        address("comparison", **parameters),
        title=report.title,
        inside=render_inside(report, build_texts(comparison)),
        old=old,
        new=new,
    )
