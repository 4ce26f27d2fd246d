"""One thing alone, in a process that prints the seconds of the processor it took, without what came before.

These are limits of nature, such as digesting the same bytes, peers that are functions, and functions of ours
that no command calls alone. Run as ``python -m tests.benchmarks.suite.alone WORK [ARGUMENT]...``.
"""

from __future__ import annotations

import difflib
import hashlib
import random
import sys
import time
import zlib
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmarks.repeated_corpus import SENTENCE, change_words, repeat_corpus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Work = Callable[[], object]

_SYLLABLES: Final = ("ba", "co", "di", "fe", "gu", "la", "mi", "no", "pe", "ru", "sa", "ti", "vo", "za")


def deflate(folder: str) -> Work:
    """Read files, digest them and deflate them."""
    files = sorted(Path(folder).rglob("*.txt"))

    def work() -> None:
        for file in files:
            data = file.read_bytes()
            hashlib.sha256(data).hexdigest()
            zlib.compress(data)

    return work


def cut(folder: str) -> Work:
    """Read texts, clean them and cut them into sentences."""
    from tracker.text.reading import cut as cut_clean  # noqa: PLC0415
    from tracker.text.reading import normalize  # noqa: PLC0415 (what is not needed is not loaded)

    files = sorted(Path(folder).rglob("*.txt"))
    cut_clean("The tables are read.", "en")
    return lambda: [cut_clean(normalize(file.read_text("utf-8"))[0], "en") for file in files]


def digest(folder: str) -> Work:
    """Digest every file: nobody who looks at every byte can do with less."""

    def work() -> None:
        for file in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
            with file.open("rb") as opened:
                hashlib.file_digest(opened, "sha256").hexdigest()

    return work


def read_topics(speeches: str) -> Work:
    """Read the topics of so many speeches, whose texts were cut before."""
    from tracker.comparing.topics.reading import read_topics as read  # noqa: PLC0415
    from tracker.comparing.topics.vocabulary.load import load_vocabulary  # noqa: PLC0415
    from tracker.text.reading import read_text  # noqa: PLC0415

    vocabulary = load_vocabulary()
    first, *versions = (read_text(text) for _, text in islice(repeat_corpus(), int(speeches) + 1))
    read(first, vocabulary)
    return lambda: [read(version, vocabulary) for version in versions]


def cut_speeches(speeches: str) -> Work:
    """Clean the texts of as many speeches and cut them into sentences."""
    from tracker.text.reading import cut as cut_clean  # noqa: PLC0415
    from tracker.text.reading import normalize  # noqa: PLC0415 (as above)

    first, *texts = (text for _, text in islice(repeat_corpus(), int(speeches) + 1))
    cut_clean(normalize(first)[0], "en")
    return lambda: [cut_clean(normalize(text)[0], "en") for text in texts]


def edit(speeches: str) -> Work:
    """Find the words that changed in each sentence of so many speeches."""
    from tracker.comparing.edits import word_edits  # noqa: PLC0415

    pairs = _pair_sentences(int(speeches))
    return lambda: [word_edits(old, new, "en") for old, new in pairs]


def edit_difflib(speeches: str) -> Work:
    """Do as ``edit`` does by the standard library, which compares words and says nothing of blanks."""
    pairs = _pair_sentences(int(speeches))
    return lambda: [_compare(old.split(), new.split()) for old, new in pairs]


def edit_long(words: str) -> Work:
    """Find the words that changed in one sentence of so many, of which every tenth did."""
    from tracker.comparing.edits import word_edits  # noqa: PLC0415

    old, new = _pair_long(int(words))
    return lambda: word_edits(" ".join(old), " ".join(new), "en")


def edit_long_difflib(words: str) -> Work:
    """Do as ``edit_long`` does by the standard library."""
    old, new = _pair_long(int(words))
    return lambda: _compare(old, new)


def align(sentences: str) -> Work:
    """Align two unrelated texts of so many sentences."""
    from tracker.comparing.alignment.align import align as align_texts  # noqa: PLC0415
    from tracker.text.encoder import DEFAULT  # noqa: PLC0415

    old, new = _make_texts(int(sentences))
    DEFAULT.encode(["The model is loaded."])
    return lambda: align_texts(old, new)


def encode(sentences: str) -> Work:
    """Encode every sentence of two such texts."""
    from tracker.text.encoder import DEFAULT  # noqa: PLC0415

    old, new = _make_texts(int(sentences))
    DEFAULT.encode(["The model is loaded."])
    return lambda: DEFAULT.encode([*old, *new])


def compare_pairs(folder: str, *sessions: str) -> Work:
    """Compare all that spoke at two sessions of the General Assembly, as ``judge`` names their texts."""
    from tracker.archive import ArchiveSession  # noqa: PLC0415 (as above)
    from tracker.cli.second import Asked, list_pairs  # noqa: PLC0415
    from tracker.comparing.topics.vocabulary.load import load_vocabulary  # noqa: PLC0415
    from tracker.diff.diff import diff  # noqa: PLC0415
    from tracker.references import parse_reference  # noqa: PLC0415

    vocabulary = load_vocabulary()

    def work() -> None:
        with ArchiveSession(Path(folder) / "snapshots") as archive:
            asked = Asked(("UNGA", *sessions), None, everything=False, own=None, archive=archive)
            for pair in list_pairs(asked):
                sides = map(parse_reference, (f"{pair[0]}/{session}" for session in pair[1:]))
                diff([str(archive.reader.resolve(each)) for each in sides], archive, vocabulary)

    return work


def _compare(old: Sequence[str], new: Sequence[str]) -> object:
    return difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _pair_sentences(speeches: int) -> list[tuple[str, str]]:
    chance = random.Random(1)  # noqa: S311 (the same texts every time)
    sentences = (
        sentence for _, text in islice(repeat_corpus(), speeches) for sentence in SENTENCE.split(text)
    )
    return [(sentence, change_words(sentence, chance)) for sentence in sentences]


def _pair_long(words: int) -> tuple[list[str], list[str]]:
    old = [word for _, text in islice(repeat_corpus(), words // 500) for word in text.split()][:words]
    return old, ["revised" if n % 10 == 0 else word for n, word in enumerate(old)]


def _make_texts(size: int) -> tuple[list[str], list[str]]:
    """Return two texts of sentences of 24 words whose frequencies fall as those of a language do."""
    chance = random.Random(1)  # noqa: S311 (the same texts every time)
    words = ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(8000)]
    shares = [1 / (rank + 2) for rank in range(len(words))]
    old, new = ([" ".join(chance.choices(words, shares, k=24)) + "." for _ in range(size)] for _ in "12")
    return old, new


WORKS: Final[Mapping[str, Callable[..., Work]]] = {
    work.__name__: work
    for work in (
        deflate, cut, cut_speeches, digest, read_topics, edit, edit_difflib, edit_long, edit_long_difflib,
        align, encode, compare_pairs,
    )
}  # fmt: skip

if __name__ == "__main__":
    prepared = WORKS[sys.argv[1]](*sys.argv[2:])
    began = time.process_time()
    prepared()
    print(time.process_time() - began)
