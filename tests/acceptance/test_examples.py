"""Each example of a command's help, and of the documents, is typed as it is printed, in a small archive."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from typing import TYPE_CHECKING

import pytest
from typer.main import get_command

from tests.builders import build_pdf
from tests.conftest import run_tracker
from tests.repositories import run_git
from tests.running import NEW, OLD, ROOT
from tracker.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.running import Ran
    from tracker.cli.click import Command

SAID = (
    "\n\nWe need a two-state solution and an answer to loss and damage. Climate change is our first priority;"
    " we fight corruption. The sea level rises, and we condemn the war in Sudan."
    " We will reach net zero. "
    + " ".join(f"The two-state solution has {number} friends." for number in range(2, 12))
    + "\n"
)
HELD = (
    *(f"{country}/UNGA/{session}" for country in ("GBR", "FRA", "FJI") for session in (70, 71, 78, 79)),
    *("GBR/CCPCJ/31", "XAA/HRC/52", "XAA/UNGA/79"),
)
ELSEWHERE = {
    "rebuild": "clones from another host",
    "timeline UNGA --scheduler": "needs a cluster",
    "import UNGDC": "needs the corpus as it is published",
    "serve": "runs until it is stopped",
    "agreement --model": "needs a language model",
    "agreement sheet.csv": "needs a sheet that two have coded",
    "init --group": "needs a group of the system",
    "mirror push git@": "pushes to another host",
    "snapshot": "fetches from another host",
    "sources check": "fetches from another host",
    "sources close xaa-speeches:": "needs a link that an index listed",
    "sources accept": "needs a watch list that came with a mirror",
    "review 1": "needs documents in quarantine",
    "review 3": "needs documents in quarantine",
    "review 4": "needs documents in quarantine",
    "import crawl": "needs a crawl",
    "judge GBR/UNGA 78 79": "needs a terminal",
    "withdraw XAA/UNGA/79@2": "needs a terminal, to be confirmed",
    "withdraw XAA/UNGA/79 --lift": "needs what the example before it withdrew",
    "verify --accept": "needs a row that another program changed",
    "topics learn --decisions": "needs many decisions",
    "topics check codebook.ttl": "needs a codebook in SKOS",
    "demo": "runs where all commands are run",
}
"""How examples begin that are not run here, which the parser must accept all the same."""


def _list_examples(command: Command) -> Iterator[str]:
    for each in getattr(command, "commands", {}).values():
        yield from _list_examples(each)
    for example in str(command.epilog or "").partition(": ")[2].split(" | "):
        first = re.split(r"; | \|\| ", example)[0].removeprefix("tracker ")
        if first:
            yield first


OF_PAGES = {
    "timeline UNGA --sentences --scheduler": "needs a cluster",
    "judge UNGA 78 79 --countries EU --model": "needs a language model",
    **{line: why for line, why in ELSEWHERE.items() if line != "rebuild"},
    "import corpus --body UNGA --metadata": "is an example of the help; changes what is compared here",
    "import statements": "needs what a later example exports",
    "rebuild https://": "fetches from another host",
    "mirror push https://": "pushes to another host",
    "export datasette metadata.json --archive public": "needs what the example before it fetched",
    "verify --archive drill": "needs a backup in a folder of its own",
    "withdraw XAA/UNGA/79 --lift": "is withdrawn by the example before it",
    'withdraw XAA/UNGA/79 --reason "personal': "needs a terminal, to be confirmed",
    "sources close xaa-unga-79": "needs a source of this name",
    "import corpus --body UNGA --pattern 'Session": "needs a folder of another form",
}
"""How lines of the documents begin that are not run here; those on the made-up series run in other tests."""
PAGES = (
    "README",
    "exchange",
    "method",
    "nightly",
    "preservation",
    "reports",
    "rights",
    "verify",
    "vocabulary",
    "watching",
)

TOLD = re.compile(
    r"tracker: (\d+ (not compared: no statement|pairs of neighbours not compared yet)|read \d+ statements, "
    r"|open\.csv: \d rows? )"
)
"""How begins what commands tell beside an answer that is right."""
EXAMPLES = tuple(dict.fromkeys(_list_examples(get_command(app))))


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with all that the examples name, and an archive of some runs with its mirror."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "old.txt").write_text(OLD + SAID, encoding="utf-8")
    (folder / "new.txt").write_text(NEW + SAID, encoding="utf-8")
    for name in ("new.pdf", "uk.pdf"):
        (folder / name).write_bytes(
            build_pdf([[(72, 720 - 14 * at, text) for at, text in enumerate(NEW.splitlines())]])
        )
    _run(folder, "init")
    for at, reference in enumerate(HELD):
        _run(folder, "add", "old.txt" if at % 2 else "new.txt", "--as", reference, "--kind", "prepared")
    (folder / "texte.txt").write_text("Le changement climatique est notre priorité.\n", encoding="utf-8")
    _run(folder, "add", "texte.txt", "--as", "XAA/UNGA/79~fr", "--kind", "prepared")
    for country in ("GBR", "FRA"):
        (folder / "corpus" / country).mkdir(parents=True)
        for session, year in ((70, 2015), (75, 2020), (77, 2022), (79, 2024)):
            (folder / "corpus" / country / f"{session}_{year}.txt").write_text(
                OLD + country, encoding="utf-8"
            )
    (folder / "speakers.csv").write_text("country,session,speaker\nGBR,70,A. Person\n", encoding="utf-8")
    (folder / "codebook.csv").write_text("id,label\nrivers,Rivers\nschools,Schools\n", encoding="utf-8")
    topics = "".join(f'[{each}]\nlabel = "{each.title()}"\n' for each in ("rivers", "schools"))
    (folder / "codebook.toml").write_text(topics, encoding="utf-8")
    rows = [
        {"text": text, "codes": [code]}
        for text, code in (("The salmon of our rivers.", "rivers"), ("Pupils need teachers.", "schools")) * 40
    ]
    (folder / "coded.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    _run(folder, "judge", "GBR/UNGA/79", "--topic", "corruption", "--level", "mentioned", "--by", "Ana")
    _run(folder, "decisions", "--format", "csv", "-o", "sheet.csv")
    _run(folder, "diff", "GBR/UNGA", "70", "71", "--format", "json", "-o", "comparison.json")
    _run(folder, "export", "replication", "paper.zip", "comparison.json")
    _run(folder, "sources", "add", "https://www.example.org/1", "--as", "XAA/UNGA/80")
    shutil.copy(folder / "uk.pdf", folder / "snapshots" / "own.pdf")
    _run(folder, "mirror", "update")
    (folder / "disk").mkdir()
    run_git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "disk/private.git")
    _run(folder, "mirror", "push", "disk/private.git", "--private")
    texts = folder / "texts"
    (texts / "uk").mkdir(parents=True)
    for name in ("uk/31.md", "uk.md"):
        (texts / name).write_text(OLD, encoding="utf-8")
    run_git(texts, "init", "--quiet", "--initial-branch=main")
    run_git(texts, "add", ".")
    run_git(texts, "-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "--quiet", "-m", "CCPCJ 31")
    return folder


def _run(folder: Path, *words: str) -> Ran:
    ran = run_tracker(folder, *words)
    assert ran.code in {0, 1}, ran
    return ran


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_runs_as_it_is_printed(made_once: Path, tmp_path: Path, example: str) -> None:
    if example.startswith(tuple(ELSEWHERE)):
        _parse(example)
        return
    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True)
    for written in re.findall(r" -o (\S+)", example):
        (tmp_path / written).unlink(missing_ok=True)
    line = _name_change(tmp_path, example).replace("/mnt/disk", str(tmp_path / "disk"))
    ran = run_tracker(tmp_path, *shlex.split(line.replace("~/", f"{tmp_path}/")))
    assert ran.code in {0, 1}, ran
    assert not ran.err.startswith("tracker: ") or TOLD.match(ran.err), ran.err


@pytest.mark.parametrize("page", PAGES)
def test_the_lines_of_a_page_run_one_after_another(made_once: Path, tmp_path: Path, page: str) -> None:
    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True)
    (tmp_path / "paper.zip").unlink()
    (tmp_path / "copies").mkdir()
    text = re.sub(r"\\\n *", "", (ROOT / "tracker" / "docs" / f"{page}.md").read_text(encoding="utf-8"))
    lines = [re.split(r" {2,}", line)[0] for line in re.findall(r"^ {4}tracker (.+)$", text, re.MULTILINE)]
    assert lines
    for line in lines:
        if line.startswith(tuple(OF_PAGES)) or "XAA/CCPCJ" in line or "countries XAA" in line:
            continue
        ran = run_tracker(
            tmp_path,
            *shlex.split(line.replace("~/", f"{tmp_path}/").replace("/mnt/disk", str(tmp_path / "disk"))),
        )
        assert ran.code in {0, 1}, (line, ran)


def _parse(example: str) -> None:
    words, command = shlex.split(example), get_command(app)
    while commands := getattr(command, "commands", None):
        command = commands[words.pop(0)]
    command.make_context("tracker", words)


def _name_change(folder: Path, example: str) -> str:
    """Put changes that there are in the place of those that the help makes up."""
    if not example.startswith(("judge ", "cite '#")) or "GBR" in example or "--from" in example:
        return example
    told = json.loads(_run(folder, "diff", "GBR/UNGA", "70", "71", "--format", "json").out)
    kept = [change["id"] for change in told["changes"] if change["old"] and change["new"]]
    strength = [
        each["id"] for each in told["changes"] if any(s["axis"] == "strength" for s in each["shifts"])
    ]
    names = {"3f2a9c": kept[0], "3f9c2ab": (strength or kept)[0], "81d0c44": kept[0], "5b7e910": kept[1]}
    for made_up, real in names.items():
        example = example.replace(made_up, real[:10])
    if "--withdraw" in example:
        _run(folder, "judge", names["3f9c2ab"], "reject", "--by", "Ana")
    return example


def test_what_is_not_run_is_still_an_example() -> None:
    assert [each for each in ELSEWHERE if not any(text.startswith(each) for text in EXAMPLES)] == []
