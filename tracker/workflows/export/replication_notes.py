"""What a replication zip says of itself: the page to read first, the releases, and what pip installs."""

from __future__ import annotations

import platform
from importlib import metadata
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from tracker.report.safe import one_line
from tracker.workflows.compare.package import REPORTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.model.changes import Provenance
    from tracker.workflows.compare.reproduce import Told

_WITHHELD: Final = """
Of these texts only digests are here, since they may not be handed on. Comparisons with them have a digest in
place of each text, keyed by the two whole texts; to compute them again, name an archive that has the texts:
tracker reproduce FILE.zip --archive FOLDER
"""


def list_versions(source: Provenance) -> dict[str, str]:
    """Return the releases and digests that a comparison rests on."""
    return {
        "tracker": source.release,
        "python": platform.python_version(),
        "encoder": source.encoder,
        "prior": source.prior,
        "vocabulary": source.vocabulary,
    }


def list_requirements(release: str) -> Iterator[str]:
    """Yield the program and what it rests on, each at the release that is installed."""
    # A package index may have another program by that name.
    yield f"# tracker {release}, from a clone of its repository: pip install FOLDER"
    for line in metadata.requires("tracker") or ():
        if "extra ==" not in line:
            name = line.split(";")[0]
            name = name[: next((at for at, char in enumerate(name) if char in "[<>=!~ ("), len(name))]
            try:
                yield f"{name}=={metadata.version(name)}"
            except metadata.PackageNotFoundError:  # one for another Python or system
                continue


def describe(reports: Sequence[tuple[Told, Told]], closed: frozenset[str], rights: Mapping[str, str]) -> str:
    """Return the page to read first; of ``closed`` texts, by digest, it says that they are not there.

    ``rights`` is what is noted of the rights in a text, by its name.
    """
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
    if rights:
        lines += ["", "Rights in the texts, as the archive notes them:", ""]
        lines += [f"{one_line(name)}  {one_line(told)}" for name, told in rights.items()]
    return page.format(python=platform.python_version(), reports="\n".join(lines))
