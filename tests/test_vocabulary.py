from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from tracker.comparing.topics import evidence
from tracker.comparing.topics.vocabulary import load, matching
from tracker.comparing.topics.vocabulary.load import load_kept, load_vocabulary
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.diff.rules import PACKAGE
from tracker.errors import VocabularyInvalid
from tracker.record.derived.answers import Derived

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.model.topics import Vocabulary

TOML = """
name = "Made-up themes"

[justice]
label = "Justice"

[prisons]
label = "Prisons"
broader = "justice"
en = ["prison reform", "prison"]
fr = "prison; réforme pénitentiaire"
near_misses.en = "prison break"
hints.en = ["cells"]
scope_note = "Places of detention."
"""
CSV = "id,label,terms,broader\njustice,Justice,courts,\nprisons,Prisons,prison reform; jails,justice\n"

TOML_FAULTS = (
    ('[a]\nlabel = "A"\nlable = "B"\n', "a.lable: unknown key"),
    ('[a]\nlabel = "A"\nde = "Wort"\n', "a.de: unknown key"),
    ('[a]\nen = "word"\n', "a.label: missing"),
    ('[a]\nlabel = "A"\nkind = "person"\n', "a.kind: expected 'theme' or 'situation'"),
    ('[a]\nlabel = "A"\nsdgs = ["18"]\n', "a.sdgs: '18' is no goal (1 to 17) and no target such as 16.5"),
    ('[a]\nlabel = "A"\nsdgs = [16]\n', "a.sdgs: expected a list"),
    ('[a]\nlabel = "A"\nen = 3\n', "a.en: expected a list of terms"),
    ('[a]\nlabel = "A"\nen = ["word", 3]\n', "a.en: expected a list of terms"),
    ('[a]\nlabel = "A"\nnear_misses = "word"\n', "a.near_misses: expected phrases by language"),
    ('[a]\nlabel = "A"\nnear_misses.xx = "word"\n', "a.near_misses.xx: unknown language"),
    ('[a]\nlabel = "A"\nbroader = "b"\n', "key a: unknown broader topic 'b'"),
    ('[a]\nlabel = "A"\nbroader = "a"\n', "broader leads back to 'a'"),
    ('[a]\nlabel = "A"\nbroader = "b"\n[b]\nlabel = "B"\nbroader = "a"\n', "broader leads back"),
    (
        '[a]\nlabel = "A"\nen = "prisons"\n[b]\nlabel = "B"\nen = "Prison"\n',
        "key b: term 'Prison' also names 'a'",
    ),
    ('[a]\nlabel = "A"\nen = "—"\n', "'—' holds no word"),
    ('[a]\nlabel = "A"\n[a]\nlabel = "B"\n', "not valid TOML"),
    ('a = "text"\n', "key a: a topic is a table"),
    ('name = "Nothing"\n', "holds no topic"),
)
CSV_FAULTS = (
    ("id,label,colour\na,A,red\n", "line 1: unknown column 'colour'"),
    ("id,terms\na,word\n", "line 1: column 'label' is missing"),
    ("id,label,label\na,A,A\n", "line 1: a column is named twice"),
    ("id,label\na,A\na,B\n", "line 3: id 'a' is taken"),
    ("id,label\na,A\n,B\n", "line 3: no id"),
    ("id,label\na,A,B\n", "line 2: 3 cells where the header has 2"),
    ("id,label,terms\na,A,court\nb,B,courts\n", "line 3: term 'courts' also names 'a'"),
    ("id,label,terms,broader\na,A,,c\n", "line 2: unknown broader topic 'c'"),
    ("", "column 'id' is missing"),
    ("id,label\n", "holds no topic"),
)


def test_toml_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TOML, encoding="utf-8")
    vocabulary = load_vocabulary(path)
    justice, prisons = vocabulary.topics
    assert (vocabulary.name, justice.id, justice.terms) == ("mine", "justice", {})
    assert (prisons.label, prisons.broader, prisons.kind) == ("Prisons", "justice", "theme")
    assert prisons.terms == {"en": ("prison reform", "prison"), "fr": ("prison", "réforme pénitentiaire")}
    assert (prisons.near_misses, prisons.hints) == ({"en": ("prison break",)}, {"en": ("cells",)})
    assert prisons.scope_note == "Places of detention."


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_csv_takes_the_label_for_a_term_in_every_language(tmp_path: Path, start: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(start + CSV, encoding="utf-8")
    vocabulary = load_vocabulary(path)
    assert [topic.broader for topic in vocabulary.topics] == [None, "justice"]
    for language in ("en", "fr", "und"):
        found = match_topics(["Prisons and jails"], vocabulary, language=language)[0]
        assert [mention.topic for mention in found] == ["prisons", "prisons"]


def test_a_label_in_csv_is_left_to_the_topic_that_lists_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("id,label,terms\na,Courts,judges; Courts\nb,Judges,benches\n", encoding="utf-8")
    (found,) = match_topics(["Courts, judges and benches"], load_vocabulary(path))
    assert [(mention.topic, mention.term) for mention in found] == [
        ("a", "Courts"),
        ("a", "judges"),
        ("b", "benches"),
    ]


@pytest.mark.parametrize(("text", "message"), TOML_FAULTS)
def test_a_fault_in_toml_is_named_with_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "faulty.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(VocabularyInvalid) as caught:
        load_vocabulary(path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("text", "message"), CSV_FAULTS)
def test_a_fault_in_csv_is_named_with_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "faulty.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(VocabularyInvalid) as caught:
        load_vocabulary(path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


def test_a_file_that_cannot_be_read_is_an_expected_failure(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes("[a]\nlabel = 'Été'\n".encode("latin-1"))
    for name, message in (("missing.toml", "cannot be read"), ("latin.toml", "not UTF-8 at byte")):
        with pytest.raises(VocabularyInvalid, match=message):
            load_vocabulary(tmp_path / name)


def test_the_digest_follows_the_content_and_not_the_comments(tmp_path: Path) -> None:
    texts = (TOML, f"# Noted.\n{TOML}", TOML.replace("prison break", "prison camp"))
    digests = []
    for number, text in enumerate(texts):
        path = tmp_path / f"{number}.toml"
        path.write_text(text, encoding="utf-8")
        digests.append(load_vocabulary(path).digest)
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]


def test_the_shipped_vocabulary_keeps_the_rules_asked_of_others(tmp_path: Path) -> None:
    folder = files("tracker.comparing.topics.vocabulary").joinpath("vocabularies", "un")
    texts = [entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".toml")]
    path = tmp_path / "all.toml"
    path.write_text("\n".join(texts), encoding="utf-8")
    assert len(load_vocabulary(path).topics) == len(load_vocabulary().topics)


def test_the_shipped_vocabulary_is_broad_and_two_levels_deep() -> None:
    vocabulary = load_vocabulary()
    topics = {topic.id: topic for topic in vocabulary.topics}
    assert load_vocabulary() is vocabulary
    assert sum(topic.broader is None for topic in topics.values()) >= 25
    assert sum(topic.kind == "situation" for topic in topics.values()) >= 40
    assert sum(bool(topic.terms) for topic in topics.values()) >= 170
    assert all(topic.terms.get("en") for topic in topics.values() if topic.terms)
    for language in ("fr", "es", "ru", "ar", "zh"):
        assert sum(language in topic.terms for topic in topics.values()) >= 140, language


def test_shipped_topics_name_the_goals_they_bear_on() -> None:
    goals = {topic.id: topic.sdgs for topic in load_vocabulary().topics}
    assert goals["corruption"] == ("16.5",)
    assert {goal.split(".")[0] for named in goals.values() for goal in named} == {
        str(goal) for goal in range(1, 18)
    }


@pytest.mark.parametrize("word", ["development", "peace", "security", "cooperation", "reform"])
def test_words_that_say_nothing_name_no_topic(word: str) -> None:
    assert match_topics([f"They spoke of {word}."], load_vocabulary()) == ((),)


def compiled(path: Path, keeper: Derived) -> tuple[Vocabulary, dict[str, object]]:
    matching._compile.cache_clear()  # noqa: SLF001
    vocabulary = load_kept(path, keeper)
    return vocabulary, {
        language: dict(matching.compile_lexicon(vocabulary, language)) for language in ("en", "fr")
    }


def test_what_is_made_of_a_vocabulary_is_kept_until_its_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "other.csv").write_text(CSV, encoding="utf-8")
    keeper = Derived()
    made = {name: compiled(tmp_path / name, keeper) for name in ("mine.toml", "other.csv")}
    assert {name: load_vocabulary(tmp_path / name) for name in made} == {
        name: vocabulary for name, (vocabulary, _) in made.items()
    }
    with monkeypatch.context() as patch:
        patch.setattr(load, "_check", None)
        patch.setattr(matching, "find_words", None)
        assert {name: compiled(tmp_path / name, keeper) for name in made} == made
        assert made["mine.toml"][1]["en"]
    (tmp_path / "mine.toml").write_text(TOML.replace("prison reform", "penal reform"), encoding="utf-8")
    changed, phrases = compiled(tmp_path / "mine.toml", keeper)
    assert changed == load_vocabulary(tmp_path / "mine.toml") != made["mine.toml"][0]
    assert "penal" in str(phrases["en"])


def test_a_faulty_vocabulary_is_refused_each_time_and_not_kept(tmp_path: Path) -> None:
    keeper = Derived()
    (tmp_path / "mine.toml").write_text('[a]\nlabel = "A"\nbroader = "b"\n', encoding="utf-8")
    for _ in range(2):
        with pytest.raises(VocabularyInvalid, match="unknown broader topic 'b'"):
            load_kept(tmp_path / "mine.toml", keeper)
    assert not keeper.answers


def test_what_is_kept_of_a_vocabulary_rests_on_files_that_are_there() -> None:
    """A pattern that meets no file, as after a module moved, would let what is kept outlive its code."""
    for pattern in (*load._SOURCES, *evidence.RESTS_ON):  # noqa: SLF001
        assert load._find(pattern), pattern  # noqa: SLF001
    assert PACKAGE / "text" / "identity.py" in load._find_sources(())  # noqa: SLF001
