"""What can be computed again: the same answer with and without ``derived.db``, whatever became of it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.archives import version_of
from tests.comparisons import change, comparison, revision, side
from tests.no_archives import NO_RECORD
from tests.running import NEW, OLD, ROOT
from tests.thorough import examples, long
from tracker.archive import ArchiveSession, create_archive
from tracker.comparing.alignment.align import align
from tracker.comparing.pipeline import Basis, text_side
from tracker.comparing.topics.reading import RULES, read_topics
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.compare import compare_sides
from tracker.diff.derive import derive_links, derive_readings
from tracker.diff.diff import diff
from tracker.diff.priorities import read_priorities
from tracker.follow.trace import blame_statement
from tracker.record.derived.answers import DERIVED_NAME, Derived, DerivedFile, open_derived
from tracker.record.derived.vectors import CachedEncoder
from tracker.report.comparison.build import render_json
from tracker.report.series.origins import attribution_json
from tracker.text.encoder import DEFAULT
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from tests.running import Ran
    from tracker.model.texts import Version
    from tracker.model.topics import TopicReading, Vocabulary
    from tracker.text.encoder import Vectors

SECRET = bytes(range(32))
DIFF = ("diff", "XAA/CCPCJ", "32", "33", "--format", "json")


class Letters:
    """An encoder by letters, which writes down what it was asked."""

    name, digest, stamp, weights = "letters", "0" * 64, "letters", DEFAULT.weights

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, sentences: Sequence[str]) -> Vectors:
        import numpy as np  # noqa: PLC0415 - as in the encoders

        self.asked.extend(sentences)
        counts = [[sentence.count(letter) + 0.1 for letter in "abcdefgh"] for sentence in sentences]
        vectors: Vectors = np.array(counts, dtype=np.float32).reshape(len(sentences), 8)
        return vectors


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_archive(tmp_path)
    return tmp_path


def answers(folder: Path) -> tuple[str, str, object]:
    """Ask all that looks into the file, as the commands do."""
    vocabulary = load_vocabulary()
    with ArchiveSession(folder) as archive:
        return (
            render_json(diff(["XAA/CCPCJ", "32", "33"], archive, vocabulary)),
            attribution_json(blame_statement(archive, "XAA/CCPCJ/33")),
            read_priorities(archive, "XAA/CCPCJ/33", vocabulary),
        )


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def change_file(path: Path, sql: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)
        return connection.total_changes


# Whatever became of the file, the answer is the same.

FORGED = "UPDATE answers SET value = replace(value, '0', '1'); UPDATE vectors SET vector = zeroblob(2048)"
FATES: dict[str, Callable[[Path], object]] = {
    "left as it is": str,
    "deleted": lambda path: shutil.move(path, path.with_name("elsewhere")),
    "empty": lambda path: path.write_bytes(b""),
    "not a database": lambda path: path.write_text("a shopping list " * 300),
    "cut short": lambda path: os.truncate(path, path.stat().st_size // 2),
    "its pages overwritten": lambda path: path.write_bytes(path.read_bytes()[:16384] + b"\x07" * 81920),
    "its rows altered": lambda path: change_file(path, FORGED),
    "values of another type": lambda path: change_file(path, "UPDATE answers SET value = 7, signature = 'x'"),
    "of another schema": lambda path: change_file(path, "DROP TABLE answers; PRAGMA user_version = 99"),
    "without a table": lambda path: change_file(path, "DROP TABLE answers; DROP TABLE shown"),
    "without a column": lambda path: change_file(path, "ALTER TABLE answers DROP COLUMN value"),
    "another program's": lambda path: shutil.copy(path.with_name("tracker.db"), path),
}


@pytest.mark.parametrize("fate", FATES)
def test_the_answer_is_the_same_whatever_became_of_the_file(
    archive: Callable[..., Ran], tmp_path: Path, fate: str
) -> None:
    assert archive("list").code == 0
    path = tmp_path / "snapshots" / DERIVED_NAME
    cold = answers(path.parent)
    FATES[fate](path)
    assert answers(path.parent) == cold
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]
    kinds = {kind for (kind,) in ask(path, "SELECT kind FROM answers")}
    assert kinds == {"comparison", "links", "readings", "weights"}


def test_a_folder_in_its_place_is_passed_over(archive: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "snapshots" / DERIVED_NAME
    cold = archive(*DIFF)
    path.unlink()
    path.mkdir()
    assert archive(*DIFF) == cold
    assert list(path.iterdir()) == []


def test_what_is_kept_is_not_computed_again(archive: Callable[..., Ran], tmp_path: Path) -> None:
    code = (
        "import sys\nsys.argv = ['tracker', *sys.argv[1:]]\nfrom tracker.cli.main import main\n"
        "try:\n    main()\nfinally:\n    print('numpy' in sys.modules, file=sys.stderr)"
    )
    for loaded in ("True", "False"):
        ran = subprocess.run(
            [sys.executable, "-c", code, *DIFF], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (ran.returncode, ran.stderr.strip()) == (1, loaded)
    assert archive(*DIFF).out == ran.stdout


def test_another_process_that_holds_the_file_is_not_waited_for(
    archive: Callable[..., Ran], tmp_path: Path
) -> None:
    cold = archive(*DIFF)
    with closing(sqlite3.connect(tmp_path / "snapshots" / DERIVED_NAME, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert archive(*DIFF) == cold


@long
def test_processes_at_once_all_answer_and_leave_a_sound_file(
    archive: Callable[..., Ran], tmp_path: Path
) -> None:
    lone = archive(*DIFF)
    path = tmp_path / "snapshots" / DERIVED_NAME
    path.unlink()
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(lambda _: archive(*DIFF), range(3))) == [lone] * 3
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]
    assert ask(path, "SELECT count(*) FROM answers WHERE kind = 'links'") == [(1,)]


def test_files_leave_no_trace_in_the_archive(archive: Callable[..., Ran], tmp_path: Path) -> None:
    assert archive("diff", "old.txt", "new.txt").code == 1
    assert archive("diff", "old.txt", "XAA/CCPCJ/33").code == 1
    assert archive("priorities", "old.txt").code == 0
    assert not (tmp_path / "snapshots" / DERIVED_NAME).exists()


def test_no_folder_is_made(tracker: Callable[..., Ran], tmp_path: Path, two_files: tuple[Path, Path]) -> None:
    assert tracker("diff", *two_files).code == 1
    with open_derived(tmp_path / "snapshots") as derived:
        derived.keep_answer("links", "a", "rules", "[]")
        assert derived.answer("links", "a") == "[]"
    assert not (tmp_path / "snapshots").exists()


@pytest.mark.parametrize("nature", NO_RECORD)
def test_nothing_is_written_into_a_folder_that_is_no_archive(
    tracker: Callable[..., Ran], tmp_path: Path, two_files: tuple[Path, Path], nature: str
) -> None:
    folder, own = tmp_path / "music", tmp_path / "own.toml"
    folder.mkdir()
    NO_RECORD[nature](folder / "tracker.db")
    (folder / DERIVED_NAME).write_text("another program's", "utf-8")
    own.write_text('[rivers]\nlabel = "Rivers"\nen = ["river"]\n', "utf-8")
    before = {path: path.is_dir() or path.read_bytes() for path in folder.rglob("*")}
    ran = tracker("diff", *two_files, "--vocabulary", own, "--archive", folder)
    assert ran.code == 1, ran.err
    assert {path: path.is_dir() or path.read_bytes() for path in folder.rglob("*")} == before


@long
def test_a_new_rule_or_weight_is_followed_at_once(archive: Callable[..., Ran], tmp_path: Path) -> None:
    library = tmp_path / "library"
    shutil.copytree(ROOT / "tracker", library / "tracker", ignore=shutil.ignore_patterns(".*", "__pycache__"))
    lexical = (*DIFF, "--encoder", "none")
    before = archive(*lexical, PYTHONPATH=str(library))
    weights = library / "tracker" / "comparing" / "alignment" / "alignment.toml"
    text = weights.read_text("utf-8")
    lines = ["accept = 0.99999" if line.startswith("accept =") else line for line in text.splitlines()]
    weights.write_text("\n".join(lines), "utf-8")
    warm = archive(*lexical, PYTHONPATH=str(library))
    (tmp_path / "snapshots" / DERIVED_NAME).unlink()
    cold = archive(*lexical, PYTHONPATH=str(library))
    assert warm == cold
    assert warm.out != before.out


# What is kept, and under which name.


@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_damage_anywhere_in_the_file_never_gives_a_wrong_answer(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("damage") / DERIVED_NAME
    kept = {f"{number:064}": f'["{number}", "{"x" * 40 * number}"]' for number in range(40)}
    vectors = {bytes([number]) * 32: bytes([number]) * 64 for number in range(40)}

    def look(derived: Derived) -> Iterator[None]:
        for key, value in kept.items():
            assert derived.answer("links", key) in {value, None}
            yield
        for sentence, vector in vectors.items():
            assert derived.vector("letters", sentence) in {vector, None}
            yield

    with Derived(DerivedFile(path), SECRET) as derived:
        for key, value in kept.items():
            derived.keep_answer("links", key, "rules", value)
        derived.keep_vectors("letters", vectors)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 200))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    with Derived(DerivedFile(path), SECRET) as derived:
        assert len(list(look(derived))) == len(kept) + len(vectors)
        derived.keep_answer("links", "new", "rules", "[]")
        assert derived.answer("links", "new") == "[]"
    with Derived(DerivedFile(path), SECRET) as derived:
        assert derived.answer("links", "new") == "[]"


def test_a_file_of_another_schema_is_not_asked_and_is_replaced(folder: Path) -> None:
    for key in ("old", "new"):
        with open_derived(folder) as derived:
            assert derived.answer("links", "old") is None
            derived.keep_answer("links", key, "rules", "[]")
        if key == "old":
            change_file(folder / DERIVED_NAME, "PRAGMA user_version = 99")
    assert ask(folder / DERIVED_NAME, "SELECT key FROM answers") == [("new",)]


def test_answers_of_other_rules_are_not_kept_for_ever(folder: Path) -> None:
    for rules in ("old", "new"):
        with open_derived(folder) as derived:
            for kind in ("links", "readings") if rules == "old" else ("links",):
                derived.keep_answer(kind, rules, rules, "[]")
    kept = ask(folder / DERIVED_NAME, "SELECT kind, key FROM answers ORDER BY kind")
    assert kept == [("links", "new"), ("readings", "old")]


def test_links_and_readings_come_back_as_they_were(folder: Path) -> None:
    versions = [read_text(text) for text in (OLD, NEW)]
    old, new = ([segment.text for segment in version.segments] for version in versions)
    vocabulary = load_vocabulary()
    links, readings = align(old, new, None), read_topics(versions[1], vocabulary, own_names=("Made-up",))
    assert links
    assert readings
    for _ in range(2):
        with open_derived(folder) as derived:
            assert derive_links(old, new, None, derived) == links
            assert derive_readings(versions[1], vocabulary, ("Made-up",), derived, RULES) == readings


def test_answers_of_different_questions_are_apart(folder: Path) -> None:
    vocabulary = load_vocabulary()
    french, english = (version_of("Corruption is our priority.", language) for language in ("fr", "en"))
    with open_derived(folder) as derived:
        for version in (english, french):
            assert derive_readings(version, vocabulary, (), derived, RULES) == read_topics(
                version, vocabulary
            )
        for names in ((), ("Corruption",)):
            derive_readings(english, vocabulary, names, derived, RULES)
        for encoder in (None, Letters()):
            derive_links(["We fight."], ["We fought."], encoder, derived)
            derive_links(["We fought."], ["We fight."], encoder, derived)
    kinds = ask(folder / DERIVED_NAME, "SELECT kind, count(*) FROM answers GROUP BY kind ORDER BY kind")
    assert kinds == [("links", 4), ("readings", 3)]


class Mentions:
    """A reader that calls each topic a mention, and writes down what it read."""

    name = "mentions 1"

    def __init__(self) -> None:
        self.read_texts: list[str] = []

    def read(
        self, version: Version, vocabulary: Vocabulary, own_names: Collection[str] = ()
    ) -> tuple[TopicReading, ...]:
        self.read_texts.append(version.text)
        found = read_topics(version, vocabulary, own_names=own_names)
        return tuple(replace(each, level="mentioned") for each in found)


def test_a_reader_of_topics_is_named_and_has_answers_of_its_own(folder: Path) -> None:
    sides = text_side("old", read_text(OLD)), text_side("new", read_text(NEW))
    reader, vocabulary = Mentions(), load_vocabulary()
    for _ in range(2):
        with open_derived(folder) as derived:
            ours = compare_sides(*sides, Basis(vocabulary, encoder=None), derived)
            theirs = compare_sides(*sides, Basis(vocabulary, encoder=None, reader=reader), derived)
        assert ours.provenance.vocabulary == vocabulary.digest
        assert theirs.provenance.vocabulary == f"{vocabulary.digest} mentions 1"
        assert theirs.topics != ours.topics
    assert len(reader.read_texts) == len(sides)


def test_a_sentence_is_encoded_once(folder: Path) -> None:
    letters = Letters()
    for sentences, missing in (
        (["a bad egg", "a cab", "a cab"], ["a bad egg", "a cab"]),
        (["a cab", "a fad", "a bad egg"], ["a fad"]),
        (["a fad"], []),
        ([], []),
    ):
        plain = Letters().encode(sentences)
        letters.asked.clear()
        with open_derived(folder) as derived:
            vectors = CachedEncoder(letters, derived, "numpy 2").encode(sentences)
        assert letters.asked == missing
        assert vectors.dtype == plain.dtype
        assert vectors.tobytes() == plain.tobytes()


def test_vectors_of_other_libraries_are_not_taken(folder: Path) -> None:
    letters = Letters()
    for releases in ("numpy 2", "numpy 3"):
        with open_derived(folder) as derived:
            CachedEncoder(letters, derived, releases).encode(["a cab"])
    assert letters.asked == ["a cab", "a cab"]


def test_the_default_encoder_is_the_same_through_the_file(folder: Path) -> None:
    sentences = ["We call for peace.", "Nous appelons à la paix.", "", "We call for peace and water."]
    plain = DEFAULT.encode(sentences)
    for some in (sentences[1:3], sentences):
        with open_derived(folder) as derived:
            cached = CachedEncoder(DEFAULT, derived, "")
            vectors = cached.encode(some)
            assert (cached.name, cached.digest) == (DEFAULT.name, DEFAULT.digest)
    assert vectors.tobytes() == plain.tobytes()


# Which comparison last showed a change.


def test_changes_are_found_by_the_beginning_of_their_id(archive: Callable[..., Ran], tmp_path: Path) -> None:
    assert archive(*DIFF).code == 1
    snapshots = tmp_path / "snapshots"
    with open_derived(snapshots) as derived:
        (first, *_) = ask(snapshots / DERIVED_NAME, "SELECT change FROM shown")
        name = str(first[0])
        place = ("XAA/CCPCJ/32~prepared.en@1", "XAA/CCPCJ/33~prepared.en@1")
        assert (name, *place) in derived.find_shown(name[:4])
        assert derived.find_shown(name) == ((name, *place),)
        assert derived.find_shown("") == ()
        assert derived.find_shown("%") == ()
        assert derived.find_shown("zz") == ()


def test_the_comparison_that_showed_a_change_last_counts(folder: Path) -> None:
    same = change("new", (), (0,), "+We act.")
    one, two, three = (
        replace(side(f"XAA/UNGA/{session}", ("We act.",)), kind="prepared", snapshot=1)
        for session in (77, 78, 79)
    )
    for old, new in ((one, two), (two, three)):
        with open_derived(folder) as derived:
            derived.remember_shown(comparison(old, new, same))
            found = derived.find_shown(same.id[:5])
            assert [each[2] for each in found] == [f"{new.name}~prepared.en@1"]
    with open_derived(folder) as derived:
        for files in (revision(), comparison(replace(one, snapshot=None), three, same)):
            derived.remember_shown(files)
        assert len(derived.find_shown(same.id)) == 1
    shown = ask(folder / DERIVED_NAME, "SELECT change, old, new FROM shown")
    assert shown == [(same.id, "XAA/UNGA/78~prepared.en@1", "XAA/UNGA/79~prepared.en@1")]
