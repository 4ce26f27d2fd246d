"""What a replication zip says of itself: the page to read first, the releases, and what pip installs."""

from __future__ import annotations

import re
from importlib import metadata
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from tracker.report.safe import one_line
from tracker.workflows.compare.package import REPORTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.changes import Provenance
    from tracker.workflows.compare.reproduce import Told

_HEAD: Final = "# tracker {release}, from a clone of its repository: pip install FOLDER"
"""A package index may have another program by that name."""
_PINNED: Final = re.compile(r"(?P<name>[\w.-]{1,100})==[\w.!+]{1,50}", re.ASCII)
_WITHHELD: Final = """
Of these texts only digests are here, since they may not be handed on. Comparisons with them have a digest in
place of each text, keyed by the two whole texts; to compute them again, name an archive that has the texts:
tracker reproduce FILE.zip --archive FOLDER
"""


def list_versions(source: Provenance, python: str) -> dict[str, str]:
    """Return the releases and digests that a comparison rests on, with the release of Python."""
    return {
        "tracker": source.release,
        "python": python,
        "encoder": source.encoder,
        "prior": source.prior,
        "vocabulary": source.vocabulary,
    }


def list_requirements(release: str) -> Iterator[str]:
    """Yield the program and what it rests on, each at the release that is installed."""
    yield _HEAD.format(release=release)
    for name in _list_required():
        try:
            yield f"{name}=={metadata.version(name)}"
        except metadata.PackageNotFoundError:  # one for another Python or system
            continue


def check_requirements(data: bytes, release: str) -> bool:
    """Return whether a file names the program and only what it rests on, each at some release and once."""
    head, *lines = data.decode("utf-8", "replace").removesuffix("\n").split("\n")
    pinned = [_PINNED.fullmatch(line) for line in lines]
    named = [match["name"] for match in pinned if match]
    order = [name for name in _list_required() if name in named]
    return head == _HEAD.format(release=release) and named == order and None not in pinned


def _list_required() -> Iterator[str]:
    for line in metadata.requires("tracker") or ():
        if "extra ==" not in line:
            name = line.split(";")[0]
            yield name[: next((at for at, char in enumerate(name) if char in "[<>=!~ ("), len(name))]


def describe(reports: Sequence[tuple[Told, Told]], closed: frozenset[str], python: str) -> str:
    """Return the page to read first; of ``closed`` texts, by digest, it says that they are not there."""
    page = files(__package__).joinpath("replication_readme.txt").read_text("utf-8")
    lines = [
        f"{REPORTS}{number}.json  {' and '.join(one_line(told.name) for told in report)}"
        for number, report in enumerate(reports, 1)
    ]
    held_back = dict.fromkeys(told for report in reports for told in report if told.text in closed)
    if held_back:
        lines += [
            _WITHHELD,
            *(f"{one_line(told.name)}  document {told.document}, text {told.text}" for told in held_back),
        ]
    return page.format(python=python, reports="\n".join(lines))
