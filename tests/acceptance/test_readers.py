"""Tables as other programs read them by default: pandas, and R (Debian: r-base-core, r-cran-jsonlite).

CSV has no types: a reader guesses. What it guesses must be what the dictionary says, wherever the column has
a value. One guess is wrong whatever is written: where all labels of sessions are numbers, it takes them so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from tests.running import ROOT
from tracker.exchange.tables import TABLES
from tracker.model.corpus_rows import CorpusRow, SentenceRow
from tracker.model.rows import ChangeRecord, ShiftRecord, TopicRecord
from tracker.model.series_rows import PanelRecord, TimelineRecord
from tracker.report.records import describe_columns

if TYPE_CHECKING:
    from pathlib import Path

HARD = {
    "XAB/CCPCJ/33~prepared.zh": "主席先生，我国支持河流条约。我们感谢你的工作。\n\n“第二段”，有逗号,\n",
    "XAB/CCPCJ/32~prepared.ar": "السيد الرئيس، يدعم بلدي معاهدة الأنهار. نشكركم على عملكم.\n\nفقرة ثانية.\n",
    "XAB/CCPCJ/31~prepared.fr": "=1+1; l'État « soutient », \"oui\", 'non'\n\nT\n\n- TRUE\n- 1,5\n",
}
"""Texts in which separators, quotes, line breaks and values are met that readers take for others."""

FORMS = ("csv", "jsonl", "parquet")
COMMANDS = {
    "corpus": (CorpusRow, "export corpus {file} --all-editions"),
    "sentences": (SentenceRow, "export sentences {file}"),
    **{
        f"diff_{table}": (kind, f"diff XAA/CCPCJ 31 32 --table {table} --format {{form}} -o {{file}}")
        for table, kind in (("topics", TopicRecord), ("changes", ChangeRecord), ("shifts", ShiftRecord))
    },
    "panel": (PanelRecord, "timeline CCPCJ --sessions 31-33 --format {form} -o {file}"),
    "timeline": (TimelineRecord, "timeline XAA/CCPCJ --format {form} -o {file}"),
}
"""Tables in three forms: the type of their rows, and the command that writes them."""
SESSIONS = {"session", "before"}
"""Columns of labels that CSV and JSON Lines have as they are, and that readers take for numbers."""
KINDS: dict[str, type] = {**{name: kind for name, (kind, _) in COMMANDS.items()}, **TABLES}

_PANDAS = """
import json, sys
import pandas
read = {"csv": pandas.read_csv, "jsonl": lambda path: pandas.read_json(path, lines=True)}
found = {}
for path in sys.argv[1:]:
    frame = read.get(path.rpartition(".")[2], pandas.read_parquet)(path)
    found[path] = {
        name: "empty" if frame[name].isna().all()
        else "boolean" if set(frame[name].dropna().map(type)) <= {bool}
        else pandas.api.types.infer_dtype(frame[name], skipna=True) for name in frame
    }
    said = frame["text"].str.replace(r"\\s", "", regex=True) if "text" in frame else None
    found[path]["characters"] = 0 if said is None else int(said.str.removeprefix("'").str.len().sum())
print(json.dumps(found))
"""
_R = """
read <- function(path) if (grepl("csv$", path)) read.csv(path, encoding = "UTF-8") else
  jsonlite::stream_in(file(path, encoding = "UTF-8"), verbose = FALSE)
found <- list()
for (path in commandArgs(TRUE)) {
  frame <- read(path)
  empty <- vapply(frame, function(each) all(is.na(each)), TRUE)
  found[[path]] <- as.list(ifelse(empty, "empty", vapply(frame, function(each) class(each)[1], "")))
  said <- sub("^'", "", gsub("[[:space:]]", "", frame$text))
  found[[path]]$characters <- sum(nchar(said))
}
cat(jsonlite::toJSON(found, auto_unbox = TRUE))
"""
SAME = {
    "string": {"string", "character", "categorical", "empty"},
    "integer": {"integer", "integer-na", "floating", "empty"},
    "number": {"numeric", "floating", "integer", "mixed-integer-float", "empty"},
    "boolean": {"boolean", "logical", "floating", "empty"},
}
"""What readers call the types of the dictionary. Of whole numbers with gaps, and in JSON of booleans with
gaps, pandas makes floating ones."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with every table in every form."""
    folder = tmp_path_factory.mktemp("readers")

    def run(line: str) -> None:
        ran = subprocess.run(
            [sys.executable, "-m", "tracker", *line.split()],
            cwd=folder, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TRACKER_ARCHIVE": "try"},
        )  # fmt: skip
        assert ran.returncode == line.startswith("diff"), (line, ran.stderr)

    run("demo --keep try")
    for number, (reference, text) in enumerate(HARD.items()):
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
        run(f"add {number}.txt --as {reference}")
    run("timeline CCPCJ --jobs 1 --sentences")
    for name, (_, line) in COMMANDS.items():
        for form in FORMS:
            run(line.format(form=form, file=f"{name}.{form}"))
    run("export tables tables")
    return folder


def check(found: dict[str, dict[str, str]]) -> None:
    """Hold what a reader found in each file against the dictionary, and its texts against one another."""
    characters = defaultdict(set)
    for path, columns in found.items():
        name, _, form = path.rpartition("/")[2].partition(".")
        characters[name].add(columns.pop("characters"))
        described = {column.name: column for column in describe_columns(KINDS[name])}
        assert columns.keys() - {"body"} == described.keys() - {"body"}, path
        for column, told in described.items():
            known = SAME[told.type]
            if form in {"csv", "jsonl"} and column in SESSIONS:
                known = known | SAME["integer"]
            if form == "csv" and "trueValues" in told.facts:
                known = SAME["string"]
            assert columns[column] in known, (path, column, columns[column])
    assert all(len(each) == 1 for each in characters.values()), characters


def list_files(*forms: str) -> list[str]:
    return [f"{name}.{form}" for name in COMMANDS for form in forms]


def test_pandas_reads_the_types_of_the_dictionary(folder: Path, with_pandas: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _PANDAS, *list_files(*FORMS), *(f"tables/{table}" for table in TABLES)],
        cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(with_pandas)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    check(json.loads(ran.stdout))


def test_r_reads_the_types_of_the_dictionary(folder: Path) -> None:
    program = shutil.which("Rscript")
    assert program, "R is not installed: apt-get install r-base-core r-cran-jsonlite"
    ran = subprocess.run(
        [program, "--vanilla", "-e", _R, *list_files("csv", "jsonl")],
        cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    check(json.loads(ran.stdout))
