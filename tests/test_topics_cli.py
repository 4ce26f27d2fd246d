from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tracker.comparing.topics.vocabulary.load import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

CODEBOOK = """
[water]
label = "Water"

[rivers]
label = "Rivers"
broader = "water"
en = "river; streams"
fr = "fleuve"
near_misses.en = "River Hotel"
scope_note = "Running water."
sdgs = ["6.6", "14"]

[dams]
label = "Dams"
broader = "water"
en = "dam"
"""


@pytest.fixture
def codebook(tmp_path: Path) -> Path:
    (tmp_path / "mine.toml").write_text(CODEBOOK, encoding="utf-8")
    rows = [
        {"text": f"{place} we must {verb} {what} at once", "codes": codes}
        for place in ("here", "there", "in the north", "in the south", "by the sea")
        for verb in ("protect", "restore", "respect")
        for what, codes in (
            ("the river", ["rivers"]),
            ("the salmon", ["Rivers"]),
            ("the dam on the river", ["dams", "rivers"]),
            ("the law", []),
        )
    ]
    (tmp_path / "coded.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return tmp_path / "mine.toml"


def test_list_is_a_tree(codebook: Path, tracker: Callable[..., Ran]) -> None:
    ran = tracker("list", "--topics", "--vocabulary", codebook)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[2:] == [
        "water         -  Water",
        "  rivers      3  Rivers",
        "  dams        1  Dams",
    ]
    assert tracker("list", "--topics").out.count("\n") > 200


def test_list_as_csv_can_be_brought_back(codebook: Path, tmp_path: Path, tracker: Callable[..., Ran]) -> None:
    assert (
        tracker("list", "--topics", "--vocabulary", codebook, "--format", "csv", "-o", "mine.csv").code == 0
    )
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8").splitlines()[2] == (
        "rivers,Rivers,river; streams,water"
    )
    ran = tracker("list", "--topics", "--vocabulary", "mine.csv", "--format", "json")
    assert [topic["id"] for topic in json.loads(ran.out)["topics"]] == ["water", "rivers", "dams"]


def test_the_shipped_vocabulary_as_csv_can_be_brought_back(
    tmp_path: Path, tracker: Callable[..., Ran]
) -> None:
    assert tracker("list", "--topics", "--format", "csv", "-o", "shipped.csv").code == 0
    held = load_vocabulary(tmp_path / "shipped.csv")
    shipped = load_vocabulary()
    assert [(topic.id, topic.label, topic.broader) for topic in held.topics] == [
        (topic.id, topic.label, topic.broader) for topic in shipped.topics
    ]
    climate, own = held.topics[1].terms["und"], shipped.topics[1].terms["en"]
    assert climate[0] == "Climate change"
    assert {term.casefold() for term in own} <= {term.casefold() for term in climate}


def test_show_gives_all_that_is_known(codebook: Path, tracker: Callable[..., Ran]) -> None:
    for name in ("rivers", "RIVERS"):
        assert tracker("list", "--topics", name, "--vocabulary", codebook).out.splitlines() == [
            "rivers  Rivers",
            "theme · broader: water · Sustainable Development Goals: 6.6, 14",
            "Running water.",
            "terms",
            "  en   river; streams",
            "  fr   fleuve",
            "near misses",
            "  en   River Hotel",
        ]
    ran = tracker("list", "--topics", "rivers", "--vocabulary", codebook, "--format", "json")
    assert json.loads(ran.out)["near_misses"] == {"en": ["River Hotel"]}
    ran = tracker("list", "--topics", "rivets", "--vocabulary", codebook)
    assert (ran.code, ran.err) == (
        2,
        "tracker: the vocabulary mine has no topic 'rivets'; did you mean rivers?\n",
    )


def test_a_topic_of_which_a_narrower_one_is_named_shows_no_count_of_its_own(
    tmp_path: Path, tracker: Callable[..., Ran]
) -> None:
    (tmp_path / "goals.csv").write_text(
        "id,label,terms,broader\nwater,Water,lakes,\nrivers,Rivers,river,water\n", encoding="utf-8"
    )
    (tmp_path / "speech.txt").write_text("We must protect the river. We will clean the river.\n", "utf-8")
    lines = tracker("priorities", "speech.txt", "--vocabulary", "goals.csv").out.splitlines()
    ends = {line.split()[0]: line.split(maxsplit=1)[1] for line in lines if line.startswith("  ")}
    assert ends["Rivers"].startswith("2 sentences")
    assert ends["Water"] == "a narrower topic is named"


def test_learning_writes_a_model_that_the_vocabulary_uses(
    codebook: Path, tmp_path: Path, tracker: Callable[..., Ran]
) -> None:
    (tmp_path / "speech.txt").write_text("We must protect the salmon at once.\n", encoding="utf-8")
    before = tracker("priorities", "speech.txt", "--vocabulary", codebook)
    assert "Rivers" not in before.out
    ran = tracker("topics", "learn", "coded.jsonl", "--vocabulary", codebook)
    assert ran.code == 0, ran.err
    assert ran.err.startswith(str(tmp_path / "mine.model.json"))
    assert "60 units, 2 topics taught" in ran.out
    assert " 1.00     .67        1.00    1.00  Rivers" in ran.out
    assert "Rivers" in tracker("priorities", "speech.txt", "--vocabulary", codebook).out
    assert "taught" in tracker("list", "--topics", "--vocabulary", codebook).out
    assert "salmon +" in tracker("list", "--topics", "rivers", "--vocabulary", codebook).out


def test_learning_takes_the_decisions_of_an_archive(
    codebook: Path, tmp_path: Path, tracker: Callable[..., Ran]
) -> None:
    (tmp_path / "speech.txt").write_text("We must protect the river at once. Nothing else.\n", "utf-8")
    learn = ("topics", "learn", "--decisions", "--vocabulary", codebook)
    assert tracker("init").code == 0
    assert tracker("add", "speech.txt", "--as", "XAA/CCPCJ/31").code == 0
    ran = tracker(*learn)
    assert (ran.code, ran.err) == (
        2,
        "tracker: snapshots: it has no decisions on topics yet; see tracker judge --help\n",
    )
    decision = ("--topic", "rivers", "--level", "absent", "--by", "Ana", "--vocabulary", codebook)
    assert tracker("judge", "XAA/CCPCJ/31", *decision).code == 0
    assert "2 coded units are too few" in tracker(*learn, "--language", "en").err
    ran = tracker(*learn, "coded.jsonl", "--format", "json")
    assert json.loads(ran.out)["units"] == 62
    assert "nothing to learn from" in tracker("topics", "learn", "--vocabulary", codebook).err


def test_a_model_of_another_vocabulary_is_refused_and_found(
    codebook: Path, tracker: Callable[..., Ran]
) -> None:
    assert tracker("topics", "learn", "coded.jsonl", "--vocabulary", codebook, "--format", "json").code == 0
    codebook.write_text(CODEBOOK.replace("streams", "brooks"), encoding="utf-8")
    ran = tracker("list", "--topics", "--vocabulary", codebook)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "run tracker topics learn again" in ran.err
    ran = tracker("topics", "check", codebook)
    assert (ran.code, ran.out.count("\n")) == (1, 1)
    assert "mine.model.json: learned for other topics or terms" in ran.out


def test_learning_reports_figures_as_json(
    codebook: Path, tmp_path: Path, tracker: Callable[..., Ran]
) -> None:
    ran = tracker(
        "topics", "learn", "coded.jsonl", "--vocabulary", codebook, "--format", "json", "-o", "apart.json"
    )
    answer = json.loads(ran.out)
    assert (answer["units"], answer["folds"]) == (60, 5)
    assert answer["all"]["terms"]["recall"] < answer["all"]["taught"]["recall"]
    assert [(topic["topic"], topic["coded"]) for topic in answer["topics"]] == [("rivers", 45), ("dams", 15)]
    assert answer["all"]["coded"] == 60
    assert (tmp_path / "apart.json").exists()
    assert not (tmp_path / "mine.model.json").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.jsonl", "--vocabulary", "mine.toml"), "missing.jsonl: cannot be read"),
        (
            ("coded.jsonl", "--vocabulary", "mine.toml", "-o", "coded.jsonl"),
            "would overwrite an input",
        ),
        (("coded.jsonl", "--vocabulary", "other.csv"), "'rivers' is no topic of the vocabulary other"),
    ],
)
def test_learning_fails_in_one_line(
    codebook: Path, tmp_path: Path, tracker: Callable[..., Ran], arguments: tuple[str, ...], message: str
) -> None:
    assert codebook.exists()
    (tmp_path / "other.csv").write_text("id,label\nforests,Forests\n", encoding="utf-8")
    ran = tracker("topics", "learn", *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert message in ran.err
