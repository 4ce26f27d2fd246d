"""A session: who spoke, what most made a priority, and what was new across countries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.publish.frame import cite_page, render
from tracker.publish.gathering import gather, list_groups
from tracker.publish.moves import find_before, find_moves
from tracker.publish.routes import NotThere, address
from tracker.publish.standings import find_spoken
from tracker.references import session_sort_key
from tracker.report.layout import counted

if TYPE_CHECKING:
    from tracker.publish.routes import Answer, Parameters
    from tracker.publish.shelf import Shelf


def find_neighbours(shelf: Shelf, body: str, session: str) -> tuple[str | None, str | None]:
    """Return the sessions of a body before and after one, at which somebody spoke.

    Raises ``NotThere`` where nobody spoke at this one, and nothing of it was withdrawn.
    """
    withdrawn = (str(each.reference.session) for each in shelf.reader.withdrawn(None, body))
    known = {*(label for _, label in shelf.states(body)), *withdrawn}
    labels = sorted(known, key=lambda label: session_sort_key(body, label))
    if session not in labels:
        raise NotThere(f"The archive has no open statement at session {session} of {body}.")
    at = labels.index(session)
    return labels[at - 1] if at else None, labels[at + 1] if at + 1 < len(labels) else None


def rests_on(shelf: Shelf, parameters: Parameters) -> list[object]:
    """Return what tells the statements of the session from all others, and what of them is kept."""
    body, session = parameters["body"], parameters["session"]
    states = sorted([*place, state] for place, state in shelf.states(body).items() if place[1] == session)
    spoken = [each for held in find_spoken(shelf, body=body, session=session) for each in held.spoken]
    return [
        states,
        [str(each.reference) for each in shelf.reader.withdrawn(None, body, session)],
        sorted(find_moves(shelf, body, session)),
        sorted(find_before(shelf, body, session).items()),
        [each.standings is not None for each in spoken],
        find_neighbours(shelf, body, session),
        list(shelf.reader.rulings()),
        [repr(group) for group in shelf.groups.values()],
        shelf.vocabulary.digest,
    ]


def show(shelf: Shelf, parameters: Parameters) -> Answer:
    """Return the page of a session. Raises ``NotThere`` where nobody spoke at it."""
    body, session = parameters["body"], parameters["session"]
    page = gather(shelf, body, session, find_neighbours(shelf, body, session))
    groups = list_groups(shelf, page)
    citation = cite_page(shelf, f"{body}/{session}, {counted(len(page.speeches), 'statement')}")
    here = address("session", **parameters)
    return render("session", here, page=page, groups=groups, citation=citation)
