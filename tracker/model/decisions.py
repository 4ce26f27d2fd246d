"""What people decide about a judgement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tracker.errors import DecisionInvalid

if TYPE_CHECKING:
    from tracker.model.texts import Filled, Reference


Question: TypeAlias = str
"""What a decision answers: ``sentences`` (which correspond, and how), an axis, or a topic's ``level``."""

Verdict = Literal["accept", "reject", "relabel", "withdraw"]


LONGEST_NAME: Final = 100
"""Letters of a person's name: it stands in each row and report."""
_OF_MODELS: Final = "model:"
"""How no person's name begins: a reader would take it for a language model's."""


def check_name(name: str) -> str:
    """Return a person's name as it is kept.

    Raises ``DecisionInvalid`` for one that is empty, too long, a model's, or cannot be printed as it is.
    """
    shown = name if len(name) <= LONGEST_NAME else f"{name[:20]}..."
    if not name.strip() or name != name.strip() or not name.isprintable():
        raise DecisionInvalid(f"--by {shown!r} is not a valid name; write it as --by Ana")
    if len(name) > LONGEST_NAME:
        raise DecisionInvalid(f"--by {shown!r} is not a valid name: it has more than {LONGEST_NAME} letters")
    if name.casefold().startswith(_OF_MODELS):
        raise DecisionInvalid(f"--by {shown!r} is not a valid name of a person: it names a model")
    return name


@dataclass(frozen=True, slots=True)
class Coder:
    """Who decides, when (an instant in UTC), and the note that goes with it.

    Raises ``DecisionInvalid`` as ``check_name`` does.
    """

    person: str
    decided: str
    note: str | None = None

    def __post_init__(self) -> None:
        check_name(self.person)


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's answer to one question; of several to the same question the latest counts."""

    person: Filled
    decided: str
    """An instant in UTC."""
    question: Question
    verdict: Verdict
    label: str | None
    """An operation, a direction or ``none``, a level or ``absent``; nothing where rejected or withdrawn."""
    said: str
    """What had been judged without people, in the same words."""
    note: str | None = None
    against: tuple[str, ...] = ()
    """What others last answered that differs, each as ``NAME: code``."""

    @property
    def code(self) -> str:
        """The answer in one word, as coders compare it: the label, ``reject`` or ``withdrawn``."""
        return self.label or ("reject" if self.verdict == "reject" else "withdrawn")


@dataclass(frozen=True, slots=True)
class Quote:
    """A segment by its words, and by its occurrence, from 1, among those of the same folded words."""

    text: str
    occurrence: int


@dataclass(frozen=True, slots=True)
class Unit:
    """What a decision is about: a change between two statements, or a topic in one."""

    old: Reference | None
    """The snapshot compared with; none for a topic."""
    new: Reference
    name: str
    """The id of the change, or of the topic."""
    old_quotes: tuple[Quote, ...]
    new_quotes: tuple[Quote, ...]
    """The segments of the change on that side; for a topic, those that were read as about it."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision with what it is about, named by words: it survives another cutting and other weights."""

    unit: Unit
    decision: Decision


Odds: TypeAlias = tuple[float, float, float, float]
"""One figure for each of absent, mentioned or acknowledged, substantive and declared."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a second reader answered about a topic on one side of a comparison and that decides nothing.

    It is evidence where a language model answers, and that a person was not sure: her levels are decisions.
    """

    coder: Filled
    """A person or a model; with the digest of the prompt behind it where that is the user's own."""
    kind: Literal["person", "model"]
    answered: str
    """An instant in UTC."""
    topic: str
    side: Literal["old", "new"]
    level: str | None
    """A level or ``absent``; nothing where the coder was not sure."""
    quotes: tuple[Quote, ...]
    """The sentences that the coder named for it."""
    alpha: float | None = None
    """How far the coder was found to agree with careful readers, as Krippendorff's alpha; nothing where the
    answer weighs nothing: the coder was not measured, or answers as by chance."""
    odds: Odds | None = None
    """How likely this answer of this coder is where careful readers find each level, and the program supposes
    what it did; nothing as above."""


@dataclass(frozen=True, slots=True)
class SecondReader:
    """Who is asked about what is unsure, and all that the answers rest on."""

    name: Filled
    prompt: str | None
    """SHA-256 of the prompt; none for a person."""
    options: str = "{}"
    """As a JSON object."""
    release: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a second reader answered about a topic on one side."""

    topic: str
    side: Literal["old", "new"]
    level: str | None
    """A level or ``absent``; nothing where the reader was not sure."""
    quotes: tuple[Quote, ...] = ()
    supposed: str | None = None
    """What the program supposed of it when it was asked; nothing where a person answers."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked about two snapshots, and what came of it."""

    reader: SecondReader
    old: Reference
    new: Reference
    shown: str
    """SHA-256 of the prompt and of all that was shown."""
    asked: str
    """When the answer came, an instant in UTC."""
    seconds: float
    calls: int
    input_tokens: int | None
    output_tokens: int | None
    refused: int
    """Rows left open, since what was answered on them could not be used."""
    reply: str
    """The last answer as it came."""
    answers: tuple[Answer, ...]
    """What of it can be used; nothing where none of it can, so that the question is not answered."""


@dataclass(frozen=True, slots=True)
class DecidedLevel:
    """A topic whose level on one side somebody decided on."""

    side: Literal["old", "new"]
    topic: str
    label: str
    """The topic's label."""
    decision: Decision
