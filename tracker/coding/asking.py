"""``tracker judge --model``: questions not asked yet, several at once of a server, each kept when answered.

No lock of the archive is held during a call. A reply is signed and kept in ``derived.db`` as soon as it
comes, and put into the record with others later: who is killed goes on where the last reply was.
"""

from __future__ import annotations

import json
import queue
import threading
import time
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from tracker.coding.models import ModelFault, Reply
from tracker.model.decisions import Request, SecondReader
from tracker.record.lock import claim_file
from tracker.record.reading.reader import open_reader
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tracker.archive import ArchiveSession
    from tracker.coding.model_process import ModelProcess
    from tracker.coding.questions import Checked, Prompt, Question
    from tracker.model.decisions import Answer

_TRIES: Final = 4
_PAUSE: Final = 1.0
"""Seconds before a call that failed is made again; twice as many before each further one."""
_LONGEST_PAUSE: Final = 60.0
_CHARACTERS: Final = 3
"""Of English text a token has four or so: too many tokens are estimated rather than too few."""
_PER_ROW, _PER_REPLY = 60, 100
"""Tokens of a reply for each row, and for what is around the rows."""
_KIND: Final = "replies"
_POLL: Final = 0.05
_TOGETHER: Final = 40
"""Questions whose answers are put into the record together: each run of the record takes its time."""
_NAMED_BY: Final = 16
"""Digits of a question's digest that name the file by which it is claimed."""
_AGAIN: Final = "Your last answer could not be used: {faults}. Answer the whole question again."
_MOST_TOLD: Final = 5


@dataclass(slots=True)
class Spent:
    """What asking has cost so far, and what came of it."""

    questions: int = 0
    answered: int = 0
    """Questions on whose reply something can be used."""
    known: int = 0
    """Questions that were answered before."""
    unusable: int = 0
    """Questions that were asked, now or before, and of whose replies nothing can be used."""
    calls: int = 0
    tokens: int = 0
    """As the provider counts them, and estimated where it does not."""
    refused: int = 0
    """Rows of answered questions that are left open, because what came on them could not be used."""
    seconds: float = 0.0


class Estimate(NamedTuple):
    """Tokens that a question takes at most, as far as its length tells."""

    sent: int
    received: int

    @property
    def whole(self) -> int:
        """Both together."""
        return self.sent + self.received


class Asked(NamedTuple):
    """What came of one question."""

    question: Question
    request: Request | None
    """None where it stays unanswered."""
    faults: tuple[str, ...]
    """Why it does, or which rows do."""


def estimate(question: Question) -> Estimate:
    """Return how many tokens a question may take; a second call, where a reply is refused, comes on top."""
    schema = len(json.dumps(question.schema))
    sent = (len(question.text) + schema) // _CHARACTERS + 1
    return Estimate(sent, _PER_REPLY + _PER_ROW * question.size)


def name_reader(model: ModelProcess, prompt: Prompt) -> SecondReader:
    """Return who answers: the model with its options, by what it is told."""
    name = " ".join(filter(None, (model.name, prompt.name)))
    return SecondReader(name, prompt.digest, model.options, model.release)


class Asking:
    """One run of questions to one model; use it in a ``with`` statement."""

    def __init__(
        self,
        model: ModelProcess,
        prompt: Prompt,
        archive: ArchiveSession,
        *,
        timeout: float,
        budget: int | None,
        again: bool,
        clock: Callable[[], str],
    ) -> None:
        self._model = model
        self._prompt = prompt
        self._archive = archive
        self._timeout = timeout
        self._budget = budget
        self._again = again
        self._clock = clock
        self._reader = name_reader(model, prompt)
        self._claims = ExitStack()
        self._unkept: list[Request] = []
        self._twins: dict[str, list[Question]] = {}
        self._reserved = 0
        self.spent = Spent()
        self.held_back = 0
        """Questions that were not asked, since the budget might have been passed."""
        self.elsewhere = 0
        """Questions that another run asks at the same time."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._keep()

    def _keep(self) -> None:
        """Put what was answered into the record; only then may another run look for what is open."""
        with self._claims:
            if self._unkept:
                with self._archive.store("judge") as store:
                    store.keep_answers(self._unkept)
                self._unkept = []

    def ask(self, questions: Sequence[Question]) -> Iterator[Asked]:
        """Ask what was not asked before, and yield what comes of each question, in the order of replies.

        Raises ``ModelFault`` where no call can succeed: a key is missing, or the server denies access.
        """
        waiting = deque(self._list_open(questions))
        self.spent.questions += len(questions)
        running: dict[int, _Call] = {}
        results: queue.SimpleQueue[tuple[int, Reply | ModelFault]] = queue.SimpleQueue()
        number = 0
        while waiting or running:
            while waiting and len(running) < self._model.at_once and len(self._unkept) < _TOGETHER:
                task = waiting[0]
                if task.until > time.monotonic():
                    waiting.rotate(-1)
                    break
                waiting.popleft()
                if not self._claim(task):
                    self.elsewhere += 1
                    continue
                if not self._reserve(task):
                    self.held_back += 1
                    yield Asked(task.question, None, ("the budget might be passed",))
                    continue
                number += 1
                running[number] = self._start(number, task, results)
            for at, outcome in self._collect(running, results):
                call = running.pop(at)
                self._reserved -= call.reserved
                again, asked = self._settle(call, outcome)
                waiting += again
                if asked and asked.request:
                    self._unkept.append(asked.request)
                    self._answer_twins(asked.request)
                if asked:
                    yield asked
            if len(self._unkept) >= _TOGETHER and not running:
                self._keep()

    def list_due(self, questions: Sequence[Question]) -> list[Question]:
        """Return the questions that would be asked."""
        return [task.question for task in self._list_open(questions)]

    def _list_open(self, questions: Iterable[Question]) -> Iterator[_Task]:
        """Yield the questions that were not asked before, and those to be asked ``again``.

        These are the ones of whose last reply something could not be used. What was answered about a
        statement beside another one is kept for this pair too.
        """
        reader = self._archive.reader
        asked: Iterable[Request] = reader.requests(self._reader.name, self._reader.prompt)
        times = reader.shown_to(self._reader.name, self._reader.prompt)
        # Of several the last counts of which something can be used.
        asked = sorted(asked, key=lambda each: bool(each.answers))
        known = {(each.shown, str(each.old), str(each.new)): each for each in asked}
        answered = {each.shown: each for each in asked}
        for question in questions:
            own = known.get((question.shown, str(question.old), str(question.new)))
            before = own or answered.get(question.shown)
            if before is not None and not (self._again and before.refused):
                self._note_before(before)
                if own is None and before.answers:
                    self._unkept.append(_copy(before, question))
                continue
            if question.shown in self._twins:
                self._twins[question.shown].append(question)
                continue
            self._twins[question.shown] = []
            yield _Task(question, times=times[question.shown])

    def _note_before(self, before: Request) -> None:
        if before.answers:
            self.spent.known += 1
            self.spent.refused += before.refused
        else:
            self.spent.unusable += 1

    def _answer_twins(self, request: Request) -> None:
        """Keep an answer for the other pairs of which the very same was to be asked."""
        for twin in self._twins.pop(request.shown, ()):
            self._note_before(request)
            if request.answers:
                self._unkept.append(_copy(request, twin))

    def _claim(self, task: _Task) -> bool:
        """Claim a question for this run; False where another one asks it, or has done so since we began.

        What is claimed twice in one run is a second call for the same question.
        """
        if task.tries or task.replies:
            return True
        claim = claim_file(self._archive.folder / f"asking-{task.question.shown[:_NAMED_BY]}")
        if claim is None:
            return False
        self._claims.callback(claim.release)
        with open_reader(self._archive.folder) as reader:
            times = reader.shown_to(self._reader.name, self._reader.prompt)
        return times[task.question.shown] == task.times

    def _reserve(self, task: _Task) -> bool:
        wanted = task.tokens
        if self._budget is not None and self.spent.tokens + self._reserved + wanted > self._budget:
            return False
        self._reserved += wanted
        return True

    def _start(self, number: int, task: _Task, results: queue.SimpleQueue[Any]) -> _Call:
        begun = time.monotonic()
        deadline = begun + self._timeout
        kept = self._archive.derived.answer(_KIND, task.key(self._reader))
        if kept is not None:
            results.put((number, _Kept(*json.loads(kept))))
            return _Call(task, deadline, task.tokens, begun)

        def call() -> None:
            try:
                found: Reply | ModelFault = self._model.ask(task.text, task.question.schema)
            except ModelFault as fault:
                # Whichever of several bounds ended a call, one thing is told.
                found = self._say_late() if time.monotonic() > deadline else fault
            results.put((number, found))

        # A daemon: what hangs for ever must not keep the program from its end.
        threading.Thread(target=call, daemon=True).start()
        return _Call(task, deadline, task.tokens, begun)

    def _collect(
        self, running: dict[int, _Call], results: queue.SimpleQueue[Any]
    ) -> Iterator[tuple[int, Any]]:
        """Yield one outcome, or those of all calls whose time is over."""
        try:
            at, outcome = results.get(timeout=_POLL)
        except queue.Empty:
            now = time.monotonic()
            for at in [at for at, call in running.items() if now > call.deadline]:
                yield at, self._say_late()
            return
        if at in running:
            yield at, outcome

    def _say_late(self) -> ModelFault:
        return ModelFault(f"no answer in {self._timeout:g} seconds", is_passing=True)

    def _settle(self, call: _Call, outcome: Any) -> tuple[list[_Task], Asked | None]:  # noqa: ANN401 (three kinds)
        """Return what is to be asked again after a call, and what came of the question if it is done with."""
        task = call.task
        if isinstance(outcome, ModelFault):
            self.spent.calls += 1
            self.spent.tokens += task.estimate.sent
            if outcome.is_final:
                raise outcome
            tries = task.tries + 1
            if outcome.is_passing and tries < _TRIES:
                pause = min(max(_PAUSE * 2**task.tries, outcome.wait), _LONGEST_PAUSE)
                return [replace(task, tries=tries, until=time.monotonic() + pause)], None
            return [], self._finish(task, str(outcome))
        seconds = round(time.monotonic() - call.begun, 3)
        self._count(task, outcome, seconds)
        checked = task.question.check(outcome.text)
        task = task.with_reply(outcome, checked, seconds)
        if checked.refused and task.replies == 1:
            faults = "; ".join(f"{what}: {why}" for what, why in list(checked.refused.items())[:_MOST_TOLD])
            text = f"{task.question.text}\n{_AGAIN.format(faults=faults)}\n"
            return [replace(task, text=text, tries=0)], None
        return [], self._finish(task, None)

    def _count(self, task: _Task, reply: Reply | _Kept, seconds: float) -> None:
        if isinstance(reply, _Kept):
            return
        self.spent.calls += 1
        self.spent.seconds += seconds
        told = reply.input_tokens, reply.output_tokens
        guessed = task.estimate.sent, len(reply.text) // _CHARACTERS
        self.spent.tokens += sum(
            guess if each is None else each for each, guess in zip(told, guessed, strict=True)
        )
        derived = self._archive.derived
        derived.keep_answer(_KIND, task.key(self._reader), "1", json.dumps(reply))
        derived.save()

    def _finish(self, task: _Task, fault: str | None) -> Asked:
        if not task.replies:
            return Asked(task.question, None, (fault or "no answer",))
        left = sum(task.question.asks(what) for what, _ in task.refused)
        if task.answers:
            self.spent.answered += 1
            self.spent.refused += left
        else:
            self.spent.unusable += 1
        request = Request(
            # With the options that the model took after all.
            reader=name_reader(self._model, self._prompt),
            old=task.question.old,
            new=task.question.new,
            shown=task.question.shown,
            asked=self._clock(),
            seconds=task.seconds,
            calls=task.replies,
            input_tokens=task.input_tokens,
            output_tokens=task.output_tokens,
            refused=left,
            reply=task.reply,
            answers=task.answers,
        )
        return Asked(task.question, request, tuple(f"{what}: {why}" for what, why in task.refused))


class _Kept(NamedTuple):
    """A reply that came before, in a run that was killed."""

    text: str
    input_tokens: int | None
    output_tokens: int | None


@dataclass(frozen=True, slots=True)
class _Task:
    """A question on its way: what it has cost, and what of its replies can be used."""

    question: Question
    times: int = 0
    """How often something was kept of it before this run."""
    text: str = ""
    tries: int = 0
    until: float = 0.0
    replies: int = 0
    seconds: float = 0.0
    input_tokens: int | None = None
    output_tokens: int | None = None
    reply: str = ""
    answers: tuple[Answer, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", self.text or self.question.text)

    @property
    def estimate(self) -> Estimate:
        """The tokens of its next call."""
        return estimate(self.question)

    @property
    def tokens(self) -> int:
        """As many as its next call may take."""
        return self.estimate.whole + (len(self.text) - len(self.question.text)) // _CHARACTERS

    def key(self, reader: SecondReader) -> str:
        """Return the name under which its next reply is kept: by whom, to what, and how often asked."""
        sent = self.text, self.question.schema, self.times, self.replies
        return digest_text(json.dumps([reader.name, reader.options, *sent], sort_keys=True))

    def with_reply(self, reply: Reply | _Kept, checked: Checked, seconds: float) -> _Task:
        """Return it with one more reply: what could be used of an earlier one stays."""
        had = {(each.topic, each.side) for each in self.answers}
        more = tuple(each for each in checked.answers if (each.topic, each.side) not in had)
        return replace(
            self,
            replies=self.replies + 1,
            seconds=round(self.seconds + seconds, 3),
            input_tokens=_add(self.input_tokens, reply.input_tokens),
            output_tokens=_add(self.output_tokens, reply.output_tokens),
            reply=reply.text,
            answers=(*self.answers, *more),
            refused=_list_left(self, checked),
        )


def _list_left(task: _Task, checked: Checked) -> tuple[tuple[str, str], ...]:
    """Return what is still refused: of a second reply only what the first one had refused too."""
    before = dict(task.refused)
    if not task.replies or "the reply" in before:
        return tuple(checked.refused.items())
    return tuple(
        (what, why)
        for what, why in before.items()
        if what in checked.refused or "the reply" in checked.refused
    )


class _Call(NamedTuple):
    task: _Task
    deadline: float
    reserved: int
    begun: float


def _add(one: int | None, other: int | None) -> int | None:
    return one if other is None else other if one is None else one + other


def _copy(before: Request, question: Question) -> Request:
    """Return an answer about the same statement for another pair: nothing was asked for it."""
    side = question.statement.side if question.statement else "old"
    answers = tuple(replace(each, side=side) for each in before.answers)  # type: ignore[arg-type]
    unspent = replace(before, seconds=0.0, calls=0, input_tokens=None, output_tokens=None)
    return replace(unspent, old=question.old, new=question.new, answers=answers)
