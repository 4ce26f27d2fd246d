"""What a person answered in one sitting, put into the record by one run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker.archive import ArchiveSession
from tracker.coding.recorded import keep_rulings
from tracker.comparing.decisions.rulings import last_rulings, question_key
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
        rulings = [ruling for ruled in fitting for ruling in ruled.rulings if not _is_known(ruling, known)]
        noted = [request for ruled in fitting for request in ruled.unsure]
        unsure = [each for each in noted if each.shown not in archive.reader.shown_to(each.reader.name, None)]
        keep_rulings(rulings, archive, unsure)
    return tuple(misfits)


def _find_known(rulings: Iterable[Ruling]) -> dict[tuple[QuestionKey, str], str]:
    """Return what each person last answered to each question."""
    return {
        (asked, ruling.decision.person): ruling.decision.code
        for asked, some in last_rulings(rulings).items()
        for ruling in some
    }


def _is_known(ruling: Ruling, known: dict[tuple[QuestionKey, str], str]) -> bool:
    """Tell whether the record holds just this, or nothing that could be withdrawn: a kill came in between."""
    said = known.get((question_key(ruling), ruling.decision.person))
    return said is None if ruling.decision.verdict == "withdraw" else said == ruling.decision.code
