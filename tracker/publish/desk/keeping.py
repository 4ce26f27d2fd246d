"""What a person answered in one sitting, put into the record by one run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker.archive import ArchiveSession
from tracker.coding.recorded import keep_rulings
from tracker.comparing.decisions.rulings import question_key
from tracker.errors import DecisionInvalid, NotInArchive, ReferenceInvalid, VocabularyInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tracker.comparing.decisions.rulings import QuestionKey
    from tracker.model.decisions import Ruling
    from tracker.publish.desk.answers import Given, Ruled

MISFITS = (DecisionInvalid, NotInArchive, ReferenceInvalid, VocabularyInvalid)
"""What an answer meets that fits no longer, since its statement was withdrawn, or read in another way."""


class Answered(NamedTuple):
    """An answer, and what is kept of it."""

    given: Given
    ruled: Ruled


def keep_sitting(answered: Sequence[Answered], folder: Path) -> tuple[str, ...]:
    """Put answers into the record, all or none, but for what it has already; return what was left out.

    What is about a statement that is there no longer is left out, with the reason. Raises as
    ``keep_rulings`` does.
    """
    with ArchiveSession(folder) as archive:
        misfits: list[str] = []
        fitting = []
        for each in answered:
            try:
                for ruling in each.ruled.rulings:
                    archive.reader.resolve(ruling.unit.old or ruling.unit.new)
                    archive.reader.resolve(ruling.unit.new)
            except MISFITS as error:
                misfits.append(f"{each.given.row} of {each.given.old} and {each.given.new}: {error}")
            else:
                fitting.append(each.ruled)
        known = _find_known(archive.reader.rulings())
        rulings = [
            ruling for ruled in fitting for ruling in ruled.rulings if known.get(_ask(ruling)) != _say(ruling)
        ]
        noted = [request for ruled in fitting for request in ruled.unsure]
        asked = {
            (each.shown, each.asked)
            for person in {request.reader.name for request in noted}
            for each in archive.reader.requests(person, None)
        }
        unsure = [each for each in noted if (each.shown, each.asked) not in asked]
        keep_rulings(rulings, archive, unsure)
    return tuple(misfits)


def _find_known(rulings: Iterable[Ruling]) -> dict[tuple[QuestionKey, str], str]:
    """Return what each person last said to each question: a kill may have come after it was kept."""
    return {_ask(each): _say(each) for each in sorted(rulings, key=lambda each: each.decision.decided)}


def _ask(ruling: Ruling) -> tuple[QuestionKey, str]:
    return question_key(ruling), ruling.decision.person


def _say(ruling: Ruling) -> str:
    """Return what was said; that something was withdrawn counts once for each time."""
    said = ruling.decision
    return f"withdrawn {said.decided}" if said.verdict == "withdraw" else said.code
