"""The table of formats: each entry renders what its reports have, and a command offers what the table has."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from tests.comparisons import revision
from tests.running import PYTHON
from tracker.cli import options
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.errors import TrackerError
from tracker.report.formats import FORMATS, REPORTS, Asked, refuse_output, render_comparison
from tracker.report.records import WRITERS, RecordForm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.running import Ran

BEGINS: Mapping[str, str | bytes] = {
    "text": "XAA/CCPCJ",
    "markdown": "# Report: ",
    "html": "<!doctype html>",
    "json": "{\n",
    "csv": "old,new,topic",
    "jsonl": "{",
    "parquet": b"PAR1",
    "latex": "% needs",
    "docx": b"PK",
    "tei": "<?xml",
}


def test_each_format_renders_a_comparison_as_what_it_is_called() -> None:
    asked = Asked(revision(), load_vocabulary())
    for form in REPORTS["comparison"]:
        written = render_comparison(asked, form)
        assert isinstance(written, bytes) == FORMATS[form].needs_file, form
        begins = BEGINS[form]
        assert written[: len(begins)].lower() == begins.lower(), (form, written[:30])


def test_each_format_is_of_a_report_and_each_report_has_known_formats() -> None:
    assert {form for forms in REPORTS.values() for form in forms} == set(FORMATS)
    assert set(REPORTS["comparison"]) == {form for form, each in FORMATS.items() if each.compare}
    for forms in REPORTS.values():
        assert forms[0] == "text"


def test_each_ending_and_media_type_means_one_format() -> None:
    endings = [ending for each in FORMATS.values() for ending in each.endings]
    assert len(endings) == len(set(endings))
    assert len({each.media_type for each in FORMATS.values()}) == len(FORMATS)


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("DiffFormat", "comparison"),
        ("RecordFormat", "statement"),
        ("BlameFormat", "origins"),
        ("TraceFormat", "traced"),
        ("ReportFormat", "series"),
    ],
)
def test_a_command_offers_what_the_table_has(name: str, report: str) -> None:
    offered = get_args(getattr(options, name))[0]
    assert get_args(offered) == REPORTS[report]


@pytest.mark.parametrize("form", [form for form, each in FORMATS.items() if each.needs_file])
def test_what_is_no_text_needs_a_file(form: str) -> None:
    with pytest.raises(TrackerError, match=f"--format {form} makes a file; name it with -o FILE"):
        refuse_output(form, None)
    refuse_output(form, Path("report"))


def test_a_format_that_a_comparison_lacks_is_named() -> None:
    with pytest.raises(KeyError):
        render_comparison(Asked(revision(), load_vocabulary()), "odt")


def test_each_format_that_is_a_table_has_its_writer() -> None:
    assert (
        {form for form, each in FORMATS.items() if each.is_table} == set(WRITERS) == {*get_args(RecordForm)}
    )


ADDED = """
from tracker.report.formats import FORMATS, REPORTS
from tracker.report.records import WRITERS, fields
FORMATS["tsv"] = FORMATS["csv"]._replace(media_type="text/tab-separated-values", endings=(".tsv",))
def write(kind, rows):
    names = [each.name for each in fields(kind)]
    return "".join("\\t".join(map(str, each)) + "\\n" for each in
                   (names, *([getattr(row, name) for name in names] for row in rows)))
WRITERS["tsv"] = write
FORMATS["loud"] = FORMATS["markdown"]._replace(
    media_type="text/loud", endings=(), draw=lambda *drawn: FORMATS["markdown"].draw(*drawn).upper())
for report, more in {"series": ("tsv", "loud"), "traced": ("loud",), "origins": ("loud",)}.items():
    REPORTS[report] += more
from tracker.cli.main import main
main()
"""
"""Two formats added as CONTRIBUTING says: a table, and one that draws reports."""


@pytest.mark.usefixtures("archive")
def test_a_table_that_was_added_has_what_the_others_have(archive: Callable[..., Ran], tmp_path: Path) -> None:
    added = run_added(tmp_path, "timeline", "XAA/CCPCJ", "--format", "tsv")
    rows = list(csv.DictReader(added.splitlines(), delimiter="\t"))
    others = archive("timeline", "XAA/CCPCJ", "--format", "jsonl").out.splitlines()
    assert rows == [{name: str(value) for name, value in json.loads(row).items()} for row in others]
    assert any(row["status"] != "None" for row in rows)


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(
    "line",
    ["timeline XAA/CCPCJ", "trace XAA/CCPCJ corruption", "trace CCPCJ corruption", "blame XAA/CCPCJ/33"],
)
def test_a_drawn_format_that_was_added_draws_each_report(tmp_path: Path, line: str) -> None:
    drawn = run_added(tmp_path, *line.split(), "--format", "loud")
    assert drawn.startswith("# ")
    assert drawn == drawn.upper()


def run_added(folder: Path, *line: str) -> str:
    ran = subprocess.run(
        [*PYTHON, "-c", ADDED, *line], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
