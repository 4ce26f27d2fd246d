"""All topics: who first spoke of each, when, and how many do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.publish.frame import cite_page, render
from tracker.publish.routes import address
from tracker.publish.standings import find_spoken, name_bodies
from tracker.publish.topics import complete_counts
from tracker.report.layout import counted

if TYPE_CHECKING:
    from tracker.publish.routes import Answer, Parameters
    from tracker.publish.shelf import Shelf


def rests_on(shelf: Shelf, _parameters: Parameters) -> list[object]:
    """Return what tells all statements from others, and the vocabulary."""
    return [*name_bodies(shelf), shelf.vocabulary.digest]


def show(shelf: Shelf, _parameters: Parameters) -> Answer:
    """Return the list of topics; statements that were not read for them are read now."""
    counts = complete_counts(shelf)
    spoken = {each.topic.id for each in counts} | {each.topic.broader for each in counts}
    silent = tuple(topic for topic in shelf.vocabulary.topics if topic.id not in spoken)
    read = sum(body.of for body in find_spoken(shelf))
    citation = cite_page(shelf, f"topics of {counted(read, 'statement')}")
    return render("topics", address("topics"), counts=counts, silent=silent, read=read, citation=citation)
