"""What a language model is asked about two statements, and what of its reply counts: nothing is trusted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tracker.coding.settle import suppose_levels
from tracker.comparing.decisions.opinions import CLASSES, NOT_SURE
from tracker.comparing.decisions.rulings import quote_segments
from tracker.errors import DocumentUnreadable
from tracker.inputs.files import read_file
from tracker.inputs.formats import parse_report
from tracker.model.decisions import Answer, Quote
from tracker.report.safe import one_line
from tracker.text.identity import digest_text, fold_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.coding.settle import MarkedPassage, OpenComparison, OpenTopic
    from tracker.model.texts import Reference, Side
    from tracker.model.topics import Topic, Vocabulary

Schema = dict[str, Any]

SIDES: Final = ("old", "new")
FREE: Final = "free:"
"""What stands before the label of a topic that a reader names and the vocabulary lacks."""
_LONGEST_LABEL: Final = 80
_PROMPTS: Final = Path(__file__).with_name("prompts")
_DIGITS: Final = 7


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is told before it sees anything of a statement."""

    text: str
    is_whole: bool
    """Whether it asks about a whole statement, or about open rows."""
    name: str = ""
    """What tells its answers from those to the usual prompt; empty for that one."""

    @property
    def digest(self) -> str:
        """The SHA-256 of its text."""
        return digest_text(self.text)


def load_prompt(own: Path | None, *, is_whole: bool) -> Prompt:
    """Return the packaged prompt, or the user's own; raises ``DocumentUnreadable`` where that is no text."""
    if own is None:
        name = "whole" if is_whole else "open"
        return Prompt((_PROMPTS / f"{name}.txt").read_text("utf-8"), is_whole, name if is_whole else "")
    try:
        text = read_file(own).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DocumentUnreadable(f"{own} is not UTF-8") from None
    except OSError as error:
        raise DocumentUnreadable(f"{own}: {error.strerror}") from None
    return Prompt(text, is_whole, digest_text(text)[:_DIGITS])


class Checked(NamedTuple):
    """What of a reply can be used, and the rows that cannot, each with the reason."""

    answers: tuple[Answer, ...]
    refused: Mapping[str, str]
    """By what was asked: a row as ``row 3``, or ``the reply`` as a whole."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question to a model, with all that its reply is checked against."""

    old: Reference
    new: Reference
    text: str
    """The prompt and what is shown, as it is sent."""
    schema: Schema
    rows: tuple[AskedRow, ...] = ()
    statement: AskedStatement | None = None

    @property
    def shown(self) -> str:
        """The digest of the prompt and of all that is shown."""
        return digest_text(self.text)

    @property
    def size(self) -> int:
        """How many rows are asked about; of a statement as many topics as a reply may have."""
        return len(self.rows) or _MOST_LISTED

    def asks(self, what: str) -> bool:
        """Tell whether what was refused was asked for: a row more than there are leaves none open."""
        return bool(self.statement) or what in {"the reply", *map(_name_row, range(1, len(self.rows) + 1))}

    def check(self, reply: str) -> Checked:
        """Return what of a reply is an answer to this question."""
        found = _parse(reply)
        if found is None:
            return Checked((), {"the reply": "it is no JSON object"})
        return _check_statement(self.statement, found) if self.statement else _check_rows(self.rows, found)


_MOST_LISTED: Final = 40
"""Topics that a reply about a whole statement has at most, for the estimate of tokens."""


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A topic asked about, and the sentences shown, by the numbers that they have in the question."""

    topic: str
    sentences: Mapping[str, Quote]
    supposed: tuple[str, str]
    """The levels that the program supposes."""


@dataclass(frozen=True, slots=True)
class AskedStatement:
    """A whole statement: which side of the comparison it is, its sentences, and the topics."""

    side: str
    sentences: tuple[Quote, ...]
    topics: frozenset[str]
    wanted: Mapping[str, str]
    """The topics of which the comparison tells, with the level that the program supposes: one that the reply
    does not list is absent."""


def ask_rows(compared: OpenComparison, prompt: Prompt, vocabulary: Vocabulary) -> Iterator[Question]:
    """Yield the question about the open rows of two statements; none where nothing is open."""
    if not compared.topics:
        return
    topics = {topic.id: topic for topic in vocabulary.topics}
    numbers = [_number(side) for side in (compared.comparison.old, compared.comparison.new)]
    shown, rows = [], []
    for at, each in enumerate(compared.topics, 1):
        sentences: dict[str, Quote] = {}
        row: dict[str, Any] = {"row": at, **_describe(each, topics[each.change.topic])}
        for name, quotes, passages in zip(SIDES, numbers, each.passages, strict=True):
            listed = {f"{name[0]}{place + 1}": quotes[place] for place in _list_places(passages)}
            row[name] = {number: one_line(quote.text) for number, quote in listed.items()}
            sentences |= listed
        shown.append(row)
        rows.append(AskedRow(each.change.topic, sentences, each.supposed))
    text = f"{prompt.text.rstrip()}\n\n{_write({'rows': shown})}\n"
    yield Question(compared.old, compared.new, text, _schema_of_rows(), tuple(rows))


def ask_statements(compared: OpenComparison, prompt: Prompt, vocabulary: Vocabulary) -> Iterator[Question]:
    """Yield a question about each of two statements as a whole."""
    listed = {topic.id: {"label": topic.label, "about": topic.scope_note} for topic in vocabulary.topics}
    supposed = {change.topic: suppose_levels(change) for change in compared.comparison.topics}
    for name, side in zip(SIDES, (compared.comparison.old, compared.comparison.new), strict=True):
        quotes = _number(side)
        sentences = {str(at): one_line(quote.text) for at, quote in enumerate(quotes, 1)}
        text = f"{prompt.text.rstrip()}\n\n{_write({'sentences': sentences, 'topics': listed})}\n"
        wanted = {topic: levels[name == "new"] for topic, levels in supposed.items()}
        asked = AskedStatement(name, quotes, frozenset(listed), wanted)
        yield Question(compared.old, compared.new, text, _schema_of_statement(), statement=asked)


def _number(side: Side) -> tuple[Quote, ...]:
    return quote_segments(side.version, range(len(side.version.segments)))


def _list_places(passages: Iterable[MarkedPassage]) -> list[int]:
    shown = (each for passage in passages for each in (passage.segment, *passage.around) if each)
    return sorted({each.ordinal for each in shown})


def _describe(open_topic: OpenTopic, topic: Topic) -> dict[str, str]:
    about = {"about": topic.scope_note} if topic.scope_note else {}
    return {"topic": topic.label, **about, "possible": open_topic.change.outcome}


def _write(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _schema_of_rows() -> Schema:
    level = {"type": "string", "enum": [*CLASSES, NOT_SURE]}
    numbers = {"type": "array", "items": {"type": "string"}}
    row = {"row": {"type": "integer"}, "old": level, "new": level, "sentences": numbers}
    return _object({"rows": {"type": "array", "items": _object(row)}})


def _schema_of_statement() -> Schema:
    level = {"type": "string", "enum": [*(name for name in CLASSES if name != "absent"), NOT_SURE]}
    quotes = {"type": "array", "items": {"type": "string"}}
    listed, other = (
        {name: {"type": "string"}, "level": level, "quotes": quotes} for name in ("topic", "label")
    )
    return _object(
        {
            name: {"type": "array", "items": _object(row)}
            for name, row in (("topics", listed), ("other", other))
        }
    )


def _object(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _parse(reply: str) -> dict[str, Any] | None:
    """Return the object that a reply is, or that stands in it between words or marks of code."""
    start, end = reply.find("{"), reply.rfind("}")
    try:
        found = parse_report(reply[start : end + 1].encode("utf-8", "replace")) if 0 <= start < end else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _check_rows(rows: Sequence[AskedRow], found: Mapping[str, Any]) -> Checked:
    listed = found.get("rows")
    given: dict[int, list[Any]] = {}
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and isinstance(each.get("row"), int):
            given.setdefault(each["row"], []).append(each)
    answers: list[Answer] = []
    refused = {_name_row(number): "there is no such row" for number in given if not 1 <= number <= len(rows)}
    for number, row in enumerate(rows, 1):
        said = given.get(number, [])
        fault = "it is not answered" if not said else "it is answered twice" if said[1:] else None
        read = _read_row(row, said[0]) if fault is None else fault
        if isinstance(read, str):
            refused[_name_row(number)] = read
        else:
            answers += read
    return Checked(tuple(answers), refused)


def _name_row(number: int) -> str:
    return f"row {number}"


def _read_row(row: AskedRow, said: Mapping[str, Any]) -> tuple[Answer, ...] | str:
    """Return the answers on both sides, or why there are none."""
    numbers = said.get("sentences", [])
    if not isinstance(numbers, list) or not all(isinstance(each, str) for each in numbers):
        return "its sentences are no list of numbers"
    if unknown := [each for each in numbers if each not in row.sentences]:
        return f"it has no sentence {one_line(unknown[0])[:_LONGEST_LABEL]}"
    answers = []
    for side, supposed in zip(SIDES, row.supposed, strict=True):
        level = said.get(side)
        if level not in {*CLASSES, NOT_SURE}:
            return f"{level!r:.40} is no level"
        quotes = tuple(row.sentences[each] for each in dict.fromkeys(numbers) if each[0] == side[0])
        if not quotes and level not in {"absent", NOT_SURE}:
            return f"no sentence shows that it is {level} in the {side} statement"
        shown = () if level == "absent" else quotes
        given = None if level == NOT_SURE else level
        answers.append(Answer(row.topic, side, given, shown, supposed))  # type: ignore[arg-type]
    return tuple(answers)


def _check_statement(asked: AskedStatement, found: Mapping[str, Any]) -> Checked:
    answers: dict[str, Answer] = {}
    refused: dict[str, str] = {}
    for part, name in (("topics", "topic"), ("other", "label")):
        listed = found.get(part)
        if not isinstance(listed, list):
            refused[part] = "it is no list"
            continue
        for at, said in enumerate(listed, 1):
            read = _read_listed(asked, said, name) if isinstance(said, dict) else "it is no object"
            if isinstance(read, str):
                refused[f"{part} {at}"] = read
            else:
                answers.setdefault(read.topic, read)
    if "topics" not in refused:
        for topic in asked.wanted:
            answers.setdefault(topic, Answer(topic, asked.side, "absent", (), asked.wanted[topic]))  # type: ignore[arg-type]
    return Checked(tuple(answers.values()), refused)


def _read_listed(asked: AskedStatement, said: Mapping[str, Any], name: str) -> Answer | str:
    topic, level, quotes = said.get(name), said.get("level"), said.get("quotes")
    if not isinstance(topic, str) or not topic.strip():
        return "it has no name"
    if name == "topic" and topic not in asked.topics:
        return f"there is no topic {one_line(topic)[:_LONGEST_LABEL]}"
    if level not in {*CLASSES, NOT_SURE} or level == "absent":
        return f"{level!r:.40} is no level"
    if not isinstance(quotes, list) or not all(isinstance(each, str) and each.strip() for each in quotes):
        return "its quotes are no list of words"
    found = [_find_quote(asked.sentences, each) for each in quotes]
    if None in found or not (found or level == NOT_SURE):
        return "what it quotes does not stand in the statement"
    label = topic if name == "topic" else f"{FREE}{one_line(topic.strip())[:_LONGEST_LABEL]}"
    held = tuple(dict.fromkeys(each for each in found if each))
    given = None if level == NOT_SURE else level
    return Answer(label, asked.side, given, held, asked.wanted.get(label, "absent"))  # type: ignore[arg-type]


def _find_quote(sentences: Iterable[Quote], words: str) -> Quote | None:
    """Return the sentence that holds words that were quoted; case, blanks and kinds of quotes aside."""
    sought = fold_sentence(words)
    return next((each for each in sentences if sought and sought in fold_sentence(each.text)), None)
