"""``--plot`` as users meet it: which file, beside which report, the same each time, and why not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from lxml import etree

from tests.conftest import run_tracker
from tests.pictures import DOCS, PICTURES
from tests.running import COMMAND, PYTHON, ROOT
from tests.thorough import few, long, some
from tracker.inputs.extras import install_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

COMMANDS = {
    **PICTURES,
    "one share": "timeline XAA/CCPCJ --topic corruption",
    "share of statements": "timeline CCPCJ --sessions 29-33 --topic corruption",
    "statements that say it": "trace CCPCJ --topic corruption",
    "one move": "diff XAA/CCPCJ 32 33 --topic corruption",
    "some moves": "diff XAA/CCPCJ 32 33 --only new",
    "all moves": "diff XAA/CCPCJ 32 33 --all",
    "beside JSON": "timeline XAA/CCPCJ --format json",
    "beside CSV": "timeline CCPCJ --sessions 29-33 --format csv",
    "beside a count": "diff XAA/CCPCJ 32 33 --stat",
}


@pytest.fixture(scope="session")
def _demo_kept_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    assert run_tracker(folder, "demo", "--keep", "snapshots").code == 0
    # What each picture compares is kept then.
    for command in PICTURES.values():
        assert run_tracker(folder, *command.removesuffix(" --ranks").split()).code < 2
    return folder


@pytest.fixture
def demo(tmp_path: Path, _demo_kept_once: Path) -> Callable[..., Ran]:
    """Run the command in a folder with the archive of the demonstration."""
    shutil.copytree(_demo_kept_once, tmp_path, dirs_exist_ok=True)
    return partial(run_tracker, tmp_path)


@pytest.mark.parametrize("command", some(4, COMMANDS.values()), ids=some(4, COMMANDS))
def test_a_picture_comes_beside_the_report_which_stays_as_it_was(
    demo: Callable[..., Ran], tmp_path: Path, command: str
) -> None:
    alone = demo(*command.removesuffix(" --ranks").split())
    drawn = demo(*command.split(), "--plot", "picture.SVG")
    assert (drawn.code, drawn.out, drawn.err) == (alone.code, alone.out, "")
    root = etree.fromstring((tmp_path / "picture.SVG").read_bytes())
    assert "CCPCJ" in root.xpath("string(//*[local-name() = 'desc'])")


def test_what_a_picture_tells_is_what_the_report_says(demo: Callable[..., Ran], tmp_path: Path) -> None:
    said = demo(*PICTURES["moves"].split(), "--plot", "p.svg", COLUMNS="100").out
    told = etree.fromstring((tmp_path / "p.svg").read_bytes()).xpath("string(//*[local-name() = 'desc'])")
    facts = re.findall(r"[;:] ([^;:]+?) ([\d.]+ → [\d.]+), ([^;]+?)(?=;|\. )", told.partition("topics; ")[2])
    assert len(facts) >= 5
    text = " ".join(said.split())
    for label, figures, outcome in facts:
        # What has no row of its own is named with its figures and its status.
        briefly = f"{label} {figures}, {outcome}"
        rows = [line for line in said.splitlines() if label[:25] in line and figures in line]
        assert briefly in text or any(row.endswith(outcome) for row in rows)


_DRAW = """
import sys
from tracker.cli.main import main

*command, names = sys.argv[1:]
for name in names.split(","):
    sys.argv = ["tracker", *command, "--plot", name]
    try:
        main()
    except SystemExit as end:
        assert not end.code
"""


def draw_in_new_process(folder: Path, command: str, *names: str, **settings: str) -> None:
    """Draw files in a process that loads the library with other settings; nothing is said but the report."""
    words = [*PYTHON, "-c", _DRAW, *command.split(), ",".join(names)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@long
def test_the_same_bytes_come_from_every_process_whatever_the_settings(
    demo: Callable[..., Ran], tmp_path: Path
) -> None:
    forms = few(2, "svg", "pdf", "png")
    for form in forms:
        assert demo(*PICTURES["map"].split(), "--plot", f"2.{form}").code == 0
    (tmp_path / "odd").write_text("font.size: 20\ntext.usetex: True\nsavefig.dpi: 50\n", encoding="utf-8")
    odd = {"MATPLOTLIBRC": str(tmp_path / "odd"), "SOURCE_DATE_EPOCH": "1"}
    for at, settings in enumerate(few(1, odd, {})):
        names = [f"{at}.{form}" for form in forms]
        draw_in_new_process(tmp_path, PICTURES["map"], *names, **settings, PYTHONHASHSEED=str(at))
    for form in forms:
        assert len({path.read_bytes() for path in tmp_path.glob(f"[0-2].{form}")}) == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--plot p.gif", "--plot p.gif: the ending names the format; end it in .svg, .png or .pdf"),
        ("--plot p", "--plot p: the ending names the format; end it in .svg, .png or .pdf"),
        ("--plot snapshots/p.svg", "snapshots/p.svg: the output would overwrite an input or the archive"),
        ("--plot p.svg -o p.svg", "p.svg: the ending is that of a picture (--plot), which tracker timeline"),
        ("--plot none/p.svg", "none/p.svg: there is no folder none; make it first"),
        ("-o t.docx --format csv", "t.docx: the ending is that of docx, and the format is csv; leave out"),
        (
            "-o t.csv --format json",
            "t.csv: the ending is that of csv, and the format is json",
        ),
        ("--ranks", "--ranks is a picture; name a file for it: --plot ranks.svg"),
    ],
)
def test_a_file_that_cannot_be_is_refused_in_a_line(
    demo: Callable[..., Ran], options: str, told: str
) -> None:
    ran = demo("timeline", "XAA/CCPCJ", *options.split())
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"tracker: {told}")
    assert ran.err.count("\n") == 1


def test_of_two_sessions_by_country_another_command_has_a_picture(demo: Callable[..., Ran]) -> None:
    ran = demo("diff", "CCPCJ", "32", "33", "--countries", "XAA", "--plot", "p.svg")
    assert ran.code == 2
    assert "timeline has --plot" in ran.err


def test_an_input_is_not_overwritten(archive: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "old.svg").write_bytes((tmp_path / "old.txt").read_bytes())
    ran = archive("diff", "old.svg", "new.txt", "--plot", "old.svg")
    assert ran.code == 2
    assert "would overwrite an input" in ran.err


def test_nothing_to_draw_is_said_and_the_report_is_there(archive: Callable[..., Ran], tmp_path: Path) -> None:
    ran = archive("diff", "old.txt", "old.txt", "--plot", "p.svg")
    assert ran.code == 0
    assert ran.out
    assert ran.err == "tracker: p.svg: there is nothing to draw, and no picture was written\n"
    assert not (tmp_path / "p.svg").exists()


@long
def test_without_a_home_nothing_is_said_but_the_report(demo: Callable[..., Ran], tmp_path: Path) -> None:
    ran = demo(*PICTURES["map"].split(), "--plot", "p.svg", HOME="/proc/none", MPLCONFIGDIR="/proc/none")
    assert (ran.code, ran.err) == (0, "")
    assert (tmp_path / "p.svg").read_bytes() == (DOCS / "map.svg").read_bytes()


def test_without_the_library_it_says_what_to_install(demo: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "matplotlib.py").write_text("raise ImportError\n", encoding="utf-8")
    command = [*COMMAND, *PICTURES["map"].split(), "--plot", "p.svg"]
    bare = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path / "bare"), str(ROOT)))}
    ran = subprocess.run(command, cwd=tmp_path, env=bare, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr == f"tracker: --plot needs Matplotlib; {install_words('plot')}\n"
    assert demo("timeline", "XAA/CCPCJ").code == 0


_FONT = """
import sys
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

pen = TTGlyphPen(None)
pen.moveTo((0, 0)), pen.lineTo((0, 700)), pen.lineTo((700, 700)), pen.lineTo((700, 0)), pen.closePath()
made = FontBuilder(1000)
made.setupGlyphOrder([".notdef", "own"])
made.setupCharacterMap({0x10FFFD: "own"})
made.setupGlyf({".notdef": pen.glyph(), "own": pen.glyph()})
made.setupHorizontalMetrics({".notdef": (800, 0), "own": (800, 0)})
made.setupHorizontalHeader(ascent=800, descent=-200)
made.setupNameTable({"familyName": "Own Script", "styleName": "Regular"})
made.setupOS2()
made.setupPost()
made.save(sys.argv[1])
"""


def test_a_script_that_no_font_has_is_told_and_a_font_of_the_system_is_used(
    demo: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "own.toml").write_text(
        '[corruption]\nlabel = "\U0010fffd"\nen = "corruption"\n[prisons]\nlabel = "مكافحة"\nen = "prison"\n',
        encoding="utf-8",
    )
    (tmp_path / "home" / "fonts").mkdir(parents=True)
    asked = "timeline", "XAA/CCPCJ", "--vocabulary", "own.toml", "--plot"
    refused = demo(*asked, "p.pdf")
    assert (refused.code, refused.out) == (2, "")
    assert "no font of this system has \U0010fffd; install one" in refused.err
    font = tmp_path / "home" / "fonts" / "own.ttf"
    subprocess.run([sys.executable, "-c", _FONT, font], check=True)
    drawn = few(1, "p.pdf", "p.svg", "p.png")
    draw_in_new_process(tmp_path, " ".join(asked[:-1]), *drawn, XDG_DATA_HOME=str(tmp_path / "home"))
    page = pypdfium2.PdfDocument(tmp_path / "p.pdf")[0].get_textpage().get_text_range()
    assert "\U0010fffd" in page or "Own" in page or "مكافحة" in page


@pytest.mark.parametrize(("name", "command"), some(3, PICTURES.items()), ids=some(3, PICTURES))
def test_the_documents_show_what_the_command_draws(
    demo: Callable[..., Ran], tmp_path: Path, name: str, command: str
) -> None:
    shown = (DOCS / f"{name}.svg").read_bytes()
    demo(*command.split(), "--plot", "p.svg")
    assert (tmp_path / "p.svg").read_bytes() == shown
    page = (DOCS.parent / "reports.md").read_text("utf-8")
    assert f"tracker {command} --plot {name}.svg" in page
    assert f"(pictures/{name}.svg)" in page


def test_the_readme_shows_a_small_picture() -> None:
    (path,) = re.findall(r"!\[[^]]{40,}\]\(([^)]+\.svg)\)", (ROOT / "README.md").read_text("utf-8"))
    assert (ROOT / path).parent == DOCS
    assert (ROOT / path).stat().st_size < 62_000
