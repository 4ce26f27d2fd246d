"""Fetch the data that shipped weights are fitted on, check it, and write it as the benchmarks read it.

Run as ``python -m tests.benchmarks.fetch_corpora --into FOLDER [NAME ...]``, with names of ``corpora.toml``;
all without any. What was fetched before is not fetched again. With ``--folder GIVEN`` nothing is fetched:
the published files are read there, under the names of the table; a folder that holds the made files already,
as ``FOLDER`` does afterwards, is checked as it is. Then ``TRACKER_CORPORA=FOLDER`` names the data to the
benchmarks. Exit 1 where something is missing, or other than what the weights were fitted on.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import logging
import re
import sys
import tarfile
import tomllib
import zipfile
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pooch
from requests.exceptions import RequestException

from tracker.inputs.formats import check_entities
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

TABLE = Path(__file__).with_name("corpora.toml")
UNPINNED = "unpinned"

_SPEECH = re.compile(r"(?:.*/)?([A-Z]{2,3})_(\d+)_(\d{4})\.txt")
_LONG_SERIES = frozenset({"GBR", "FRA", "USA", "BRA", "IND", "JPN"})
_FIRST, _FIRST_OF_ALL, _LAST = 25, 70, 79
_TETRA_PAPERS = re.compile(
    r"P(01-1044|06-1005|09-1098|13-1062|13-1148|13-2103|15-4020|17-1018|18-1234)-[ABC]"
    r"|W(06-1402|07-0736|07-1424|08-1502|14-0903|14-4012|14-5122|15-2117|16-3909|17-3001)-[ABC]"
)
"""The papers of the development part; the others are kept aside, to measure on."""
_TETRA_LEFT_OUT = "P13-1062-A"
_LAST_REVIEW = 14


@dataclass(frozen=True, slots=True)
class Published:
    """A file as its makers give it."""

    name: str
    address: str
    digest: str
    """``md5:...``, ``sha256:...``, or ``unpinned``."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file or folder that benchmarks read, with the digest of the one that weights were fitted on."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """One data set of the table."""

    name: str
    published: tuple[Published, ...]
    made: tuple[Made, ...]
    convert: str | None
    without: str | None
    """Why nothing converts it."""


class Unfit(Exception):
    """A data set cannot be had as the benchmarks read it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Fetch, check and convert what is asked for, a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--into", type=Path, help="the folder for what is fetched and made")
    parser.add_argument("--folder", type=Path, help="a folder that has the files; nothing is fetched")
    parser.add_argument("--table", type=Path, default=TABLE, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    table = read_table(asked.table)
    if unknown := sorted(set(asked.names) - table.keys()):
        parser.error(f"no {', '.join(unknown)} in the table; it has {', '.join(table)}")
    if asked.into is None and asked.folder is None:
        parser.error("where to? --into FOLDER")
    logging.getLogger("pooch").setLevel(logging.WARNING)
    failed = []
    for name in asked.names or table:
        try:
            print(f"{name}: {take(table[name], asked.into, asked.folder)}")
        except Unfit as error:
            failed.append(name)
            print(f"{name}: {error}")
    if failed:
        sys.exit(f"not as the weights were fitted on: {', '.join(failed)}")


def read_table(path: Path = TABLE) -> dict[str, Corpus]:
    """Return the data sets of a table by name."""
    return {
        name: Corpus(
            name,
            tuple(Published(**entry) for entry in entry["published"]),
            tuple(Made(**entry) for entry in entry["made"]),
            entry.get("convert"),
            entry.get("without"),
        )
        for name, entry in tomllib.loads(path.read_text("utf-8")).items()
    }


def take(corpus: Corpus, into: Path | None, given: Path | None) -> str:
    """Get one data set and say what it is; raises ``Unfit``."""
    if given is not None and all((given / made.path).exists() for made in corpus.made):
        return check_made(corpus, given)
    if into is None:
        raise Unfit(f"not in {given} as the benchmarks read it; to make it of published files: --into FOLDER")
    paths = [find_published(one, given) if given else fetch(one, into) for one in corpus.published]
    if corpus.convert is None:
        raise Unfit(f"{', '.join(map(str, paths)) or 'nothing'} published; not converted: {corpus.without}")
    _CONVERTERS[corpus.convert](paths, into)
    return check_made(corpus, into)


def find_published(published: Published, given: Path) -> Path:
    """Return a published file in a folder, if it is the one that is known."""
    path = given / published.name
    if not path.is_file():
        raise Unfit(f"{path} is missing; published at {published.address}")
    if published.digest != UNPINNED:
        kind, _, expected = published.digest.partition(":")
        if (found := hashlib.new(kind, path.read_bytes()).hexdigest()) != expected:
            raise Unfit(f"{path} is another file: {kind} {found}, not {expected}")
    return path


def fetch(published: Published, into: Path) -> Path:
    """Fetch a file, unless it was fetched before; what is broken off or of another digest is not kept."""
    digest = None if published.digest == UNPINNED else published.digest
    try:
        found = pooch.retrieve(published.address, digest, published.name, into / "published")
    except (RequestException, ValueError) as error:
        raise Unfit(f"{published.address}: {' '.join(str(error).split())}") from error
    return Path(found)


def check_made(corpus: Corpus, folder: Path) -> str:
    """Say that the files to be read are those that weights were fitted on; raises ``Unfit`` where not."""
    for made in corpus.made:
        if (found := digest(folder / made.path)) != made.sha256:
            raise Unfit(f"{folder / made.path} differs: SHA-256 {found}, not {made.sha256}")
    pins = {UNPINNED if one.digest == UNPINNED else "pinned" for one in corpus.published}
    return f"as the weights were fitted on; published files {' and '.join(sorted(pins)) or 'unknown'}"


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, or of the list of a folder's files with theirs."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    files = sorted(file for file in path.rglob("*") if file.is_file())
    lines = (f"{digest(file)}  {file.relative_to(path).as_posix()}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _write_rows(path: Path, rows: Iterable[dict[str, object]]) -> None:
    _write(path, "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode())


def convert_ungdc(paths: Sequence[Path], into: Path) -> None:
    """Write the speeches that are used, ``Session 79 - 2024/USA_79_2024.txt`` as ``USA/79_2024.txt``."""
    (path,) = paths
    with tarfile.open(path) as archive:
        for member in archive:
            named = _SPEECH.fullmatch(member.name)
            if named is None or "/._" in f"/{member.name}" or not _is_used(named[1], int(named[2])):
                continue
            if file := archive.extractfile(member):
                _write(into / "ungdc" / named[1] / f"{named[2]}_{named[3]}.txt", file.read())


def _is_used(country: str, session: int) -> bool:
    first = _FIRST if country in _LONG_SERIES else _FIRST_OF_ALL
    return first <= session <= _LAST


def convert_upr(paths: Sequence[Path], into: Path) -> None:
    """Write the recommendations of each state at each session, in the order of the sheets."""
    spoken: dict[tuple[str, int], list[dict[str, object]]] = {}
    for path in paths:
        text = path.read_text("utf-8-sig")
        for row in csv.DictReader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))):
            if (session := int(row["Session"])) <= _LAST_REVIEW:
                unit = {
                    "text": row["Text"].strip(),
                    "codes": [code.strip() for code in row["Issue"].split(",")],
                    "action": row["Action"],
                }
                spoken.setdefault((row["From"], session), []).append(unit)
    _write_rows(
        into / "priorities" / "upr_recommendations_s01-14.jsonl",
        (
            {
                "id": f"{state}__upr{session:02}",
                "country_or_party": state,
                "year_or_session": session,
                "units": units,
            }
            for (state, session), units in sorted(spoken.items(), key=lambda item: item[0])
        ),
    )


def convert_tetra(paths: Sequence[Path], into: Path) -> None:
    """Write papers before and after an editor's marks; what shares unmarked words corresponds."""
    (path,) = paths
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if re.search(r"/original/[^/]+\.xml$", name))
        texts = [(Path(name).stem, archive.read(name)) for name in names]
    rows = (
        convert_paper(name, text)
        for name, text in texts
        if _TETRA_PAPERS.fullmatch(name) and name != _TETRA_LEFT_OUT
    )
    _write_rows(into / "align" / "tetra_derived" / "dev.jsonl", rows)


def convert_paper(name: str, data: bytes) -> dict[str, object]:
    """Return one edited paper: its sentences before and after, and which correspond."""
    sides: tuple[list[str], list[str]] = ([], [])
    gold: list[list[object]] = []
    check_entities(data)
    root = ET.fromstring(data)  # noqa: S314 (its entities were checked)
    for paragraph in _split_paragraphs(root):
        starts = [len(side) for side in sides]
        cut = [_cut(paragraph, side) for side in (0, 1)]
        for side, (sentences, _) in zip(sides, cut, strict=True):
            side.extend(sentences)
        for i, j in sorted(set(zip(cut[0][1], cut[1][1], strict=True))):
            old, new = starts[0] + i, starts[1] + j
            gold.append([old, new, "identical" if sides[0][old] == sides[1][new] else "modified"])
    paper, _, editor = name.rpartition("-")
    return {
        "id": f"tetra-{name}",
        "paper": paper,
        "editor": editor,
        "old": sides[0],
        "new": sides[1],
        "gold": gold,
        "n_edits": len(root.findall(".//edit")),
    }


_Piece = tuple[str, str]
"""Words before and after; the same where they were left unmarked."""


def _split_paragraphs(root: ET.Element) -> Iterator[list[_Piece]]:
    """Yield the marked pieces of each paragraph; two backslashes begin a new one within a section."""
    for section in root:
        pieces: list[_Piece] = []
        for node in section:
            before = " ".join((node.text or "").split())
            after = " ".join(node.get("crr", "").split()) if node.tag == "edit" else before
            if before.startswith("\\\\") and pieces:
                yield pieces
                pieces = []
            pieces.append((before.removeprefix("\\\\").strip(), after.removeprefix("\\\\").strip()))
        if pieces:
            yield pieces


def _cut(paragraph: Sequence[_Piece], side: int) -> tuple[list[str], list[int]]:
    """Return the sentences of one side, and for each unmarked character the sentence that holds it."""
    text, kept = "", []
    for piece in paragraph:
        words = piece[side]
        glue = " " if text and words and words[0] not in ",.;:)?!" else ""
        start = len(text) + len(glue)
        text += glue + words
        if piece[0] == piece[1]:
            kept += [start + at for at, character in enumerate(words) if not character.isspace()]
    sentences = [segment.text for segment in read_text(text, language="en").segments]
    lengths = [len("".join(sentence.split())) for sentence in sentences]
    ends = list(accumulate(lengths))
    place = list(accumulate(not character.isspace() for character in text))
    return sentences, [next(i for i, end in enumerate(ends) if place[at] <= end) for at in kept]


_CONVERTERS: dict[str, Callable[[Sequence[Path], Path], None]] = {
    "ungdc": convert_ungdc,
    "upr": convert_upr,
    "tetra": convert_tetra,
}


if __name__ == "__main__":
    main()
