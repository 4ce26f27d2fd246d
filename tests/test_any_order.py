"""Every command after every other, with kept answers and without, in one process: a state machine."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests import any_order
from tests.any_order import COUNTRIES, LEVELS, SESSIONS, TOPICS, ask, ask_anew, is_shown
from tests.thorough import IS_THOROUGH, some

if TYPE_CHECKING:
    from tests.any_order import Question

QUESTIONS = any_order.list_questions()
DECIDING = [each for each in QUESTIONS if each[0] in {"judge", "desk"}]
COMPARING = [each for each in QUESTIONS if each[0] == "diff"]


@dataclass(frozen=True, slots=True)
class Made:
    """An archive with all answers kept, and what they are."""

    folder: Path
    answers: dict[Question, object]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("made")
    any_order.make_archive(folder)
    return Made(folder, {each: ask(folder, each) for each in QUESTIONS})


@pytest.mark.parametrize("first", some(3, DECIDING), ids=" ".join)
def test_after_deciding_over_kept_answers_all_is_answered_and_computed_as_before(
    made: Made, tmp_path: Path, first: Question
) -> None:
    shutil.copytree(made.folder, tmp_path, dirs_exist_ok=True)
    any_order.begin_anew()
    for each in (first, *DECIDING):
        assert ask(tmp_path, each) == made.answers[each], (first, each)
    any_order.forget(tmp_path)
    for each in COMPARING:
        assert ask(tmp_path, each) == made.answers[each], (first, each)


class AnyOrder(RuleBasedStateMachine):
    """An archive that people and models decide on, and that is read in between."""

    made: Path
    anew: dict[tuple[object, ...], dict[Question, object]]
    """By all that was done to the archive, what is answered anew."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(mkdtemp())
        shutil.copytree(self.made, self.folder, dirs_exist_ok=True)
        self.done: tuple[object, ...] = ()
        any_order.begin_anew()

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @rule(question=st.sampled_from(QUESTIONS))
    def read(self, question: Question) -> None:
        found = ask(self.folder, question)
        anew = self.anew.setdefault(self.done, {})
        if question not in anew:
            wanted = [each for each in QUESTIONS if is_shown(each)] if is_shown(question) else [question]
            anew |= ask_anew(self.folder, wanted)
        assert found == anew[question], question

    @rule(
        country=st.sampled_from(COUNTRIES),
        session=st.sampled_from(SESSIONS),
        topic=st.sampled_from(TOPICS),
        level=st.sampled_from(LEVELS),
        person=st.sampled_from(("Ana", "Ben")),
    )
    def judge(self, country: str, session: str, topic: str, level: str, person: str) -> None:
        self.done += (("judge", country, session, topic, level, person),)
        any_order.judge_level(self.folder, f"{country}/CCPCJ/{session}", topic, level, person)

    @rule(
        country=st.sampled_from(COUNTRIES),
        topic=st.sampled_from(TOPICS),
        levels=st.sampled_from((("absent", "declared"), ("substantive", "absent"))),
    )
    def answer(self, country: str, topic: str, levels: tuple[str, str]) -> None:
        self.done += (("model", country, topic, levels),)
        any_order.answer_as_model(self.folder, country, topic, levels)

    @rule()
    def forget(self) -> None:
        any_order.forget(self.folder)

    @rule()
    def begin_process(self) -> None:
        any_order.begin_anew()


def test_any_order_of_commands_gives_the_answers_of_a_process_that_begins_anew(made: Made) -> None:
    AnyOrder.made, AnyOrder.anew = made.folder, {}
    examples, steps = (40, 25) if IS_THOROUGH else (4, 8)
    run_state_machine_as_test(
        AnyOrder, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    )
