"""The story behind the golden files: an archive is filled, watched, read, decided on, closed, and damaged.

Every command has its part in it, in every form that it prints. It is imported once the clock stands still.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from tests.damage import alter_unseen, unpack
from tests.nights import Page, write_speech
from tests.outputs import PRINTED
from tests.printing import walk_commands
from tests.repositories import Made as Commit
from tests.repositories import make_repository, run_git
from tests.warcs import Made as Capture
from tests.warcs import write_warc

if TYPE_CHECKING:
    from tests.goldens import Story

_SITE = "http://127.0.0.1:8034"
_WATCH = '[settings]\npace = 0.0\nconnections = 1\nallow_private = ["127.0.0.1:8034"]\n'
_PATTERN = "'{country}_{session}_{year}.md' --metadata seeds/speakers.csv"
_CODEBOOK = """
[corruption]
label = "Corruption"
en = "corruption; bribery"

[prisons]
label = "Prisons"
en = "prison"
"""


def tell_story(story: Story) -> None:
    """Tell all of it."""
    tell_help(story)
    for part in (
        fill,
        watch,
        review,
        judge,
        read,
        follow,
        teach,
        bring_in,
        hand_on,
        close,
        put_back,
        damage,
    ):
        part(story)
        story.wait()


def tell_help(story: Story) -> None:
    """Ask every command for its help."""
    story("--help")
    story("help diff")
    for path, _ in walk_commands():
        story(f"{' '.join(path)} --help")


def fill(story: Story) -> None:
    """Make an archive of the seeds, with a mirror."""
    story("serve")
    story("site pages")
    story("init")
    record = Path("snapshots", "tracker.db")
    story.keep("schema.sql", read_schema(record))
    story.keep("migrations.txt", read_migrations(record))
    story("add seeds/gbr-ccpcj-31.md --as GBR/CCPCJ/31 --date 2022-05 --kind prepared")
    story.in_forms("mirror update")
    story(f"import seeds/xaa --body CCPCJ --pattern {_PATTERN}")
    story("add seeds/xaa/XAA_33_2024_delivered.md --as XAA/CCPCJ/33 --kind delivered --speaker 'Ada Lind'")


def watch(story: Story) -> None:
    """Watch a page, a file and an index for two nights."""
    Path("snapshots", "watch.toml").write_text(_WATCH, encoding="utf-8")
    story(f"sources add {_SITE}/34 --as XAA/CCPCJ/34~prepared.en --rights CC0")
    watched = Path("snapshots", "35.txt")
    watched.write_text(write_speech(number=2), encoding="utf-8")
    story("sources add 35.txt --as XAA/CCPCJ/35~prepared.en --access restricted")
    story(f"sources add {_SITE}/list --index --links /s/ --name list")
    story.in_forms("sources list")
    listed = "<html><body><ul><li><a href='/s/36'>Statement, 36</a></li></ul></body></html>"
    story.site.pages["/list"] = Page(listed)
    story.site.say("/34", number=1)
    story.site.say("/s/36", number=3)
    story.in_forms("sources check")
    story("snapshot --json")
    story.wait()
    story.site.say("/34", "We add one sentence on corruption.", number=1)
    watched.write_text("Thank you.\n", encoding="utf-8")
    story("snapshot")


def review(story: Story) -> None:
    """Decide on what was not accepted."""
    story.in_forms("review")
    story.in_forms("review 1")
    story.in_forms("review 2")
    story("review 1 accept --as XAA/CCPCJ/36~prepared.en --by Ana --reason 'the page says so'")
    story("review 2 reject --by Ana --reason 'cut short'")
    story.in_forms("review --decided")
    story("expect XAA/CCPCJ/37 --due 2026-05-01 --by Ana --note 'on the agenda'")
    story("expect XAA/CCPCJ/28 --none --by Ben")
    story.in_forms("expect")


def judge(story: Story) -> None:
    """Overrule what was judged, by two people."""
    _, found, _ = story.run("diff", "XAA/CCPCJ", "30", "31", "--format", "json")
    reworded = [each["id"][:7] for each in json.loads(found)["changes"] if each["operation"] == "reworded"]
    story(f"judge {reworded[0]} reject --by Ana --note 'another subject'")
    story(f"judge {reworded[1]} accept --by Ben")
    story(f"judge {reworded[1]} relabel --as strength=none --by Ana")
    story(f"judge {reworded[1]} --withdraw --by Ben")
    story("judge XAA/CCPCJ/31 --topic corruption --level mentioned --by Ana")
    story("judge XAA/CCPCJ/31 --topic corruption --level declared --by Ben")
    story("judge XAA/CCPCJ 32 33 --to open.csv")
    story("agreement open.csv")
    story.in_forms("decisions", "json", "csv")
    story("decisions --all --format json")
    story(f"diff XAA/CCPCJ 30 31 --explain {reworded[2]}")
    story.keep("derived.sql", read_schema(Path("snapshots", "derived.db")))


def read(story: Story) -> None:
    """Read what is there."""
    story.in_forms("diff XAA/CCPCJ 30 31", "json", "markdown")
    story("diff XAA/CCPCJ 30 31 --stat")
    story("diff XAA/CCPCJ 30 31 --methods")
    story.in_forms("diff XAA/CCPCJ 32 33", *[form for form in PRINTED if form not in {"text", "html"}])
    story("diff XAA/CCPCJ 32 33 --format parquet")
    story.in_forms("diff XAA/CCPCJ 32 33 --table shifts", "csv", "jsonl")
    story("diff XAA/CCPCJ 30 31 --table changes --format csv")
    story("diff XAA/CCPCJ 33 33 --table shifts --format csv")
    story("diff XAA/CCPCJ 32 33 --format docx -o brief.docx")
    story("diff XAA/CCPCJ 32 33 --all --format docx -o redline.docx")
    story("diff redline.docx XAA/CCPCJ/33")
    story("diff XAA/CCPCJ/34~prepared.en@1 XAA/CCPCJ/34~prepared.en@2 --all")
    story("diff seeds/xaa/XAA_33_2024.md seeds/xaa/XAA_33_2024_delivered.md --format json")
    story("diff XAA/CCPCJ/33~prepared.en XAA/CCPCJ/33~prepared.en")
    story("diff XAA/CCPCJ 33 99")
    story.in_forms("priorities XAA/CCPCJ 33", "json", "csv", "jsonl", "parquet", "latex")
    story("priorities GBR/CCPCJ/31")
    for line in (
        "list", "list XAA/CCPCJ", "log XAA/CCPCJ/34", "log XAA/CCPCJ/33 --versions", "search corruption",
        "blame XAA/CCPCJ/31", "blame XAA/CCPCJ/34", "status",
        "trace XAA/CCPCJ corruption", "trace XAA/CCPCJ 'We will publish every contract.' --from 30",
        "trace CCPCJ 'illegal logging' --or 'corrupt*'", "trace CCPCJ --topic cybercrime",
    ):  # fmt: skip
        story.in_forms(line)
    story("list XAA --format csv")
    story.in_forms("show XAA/CCPCJ 33", "json", "csv")
    story("trace XAA/CCPCJ corruption --format csv")
    story("trace CCPCJ 'illegal logging' --format jsonl")
    story("trace CCPCJ 'illegal logging' --format parquet")
    story("trace XAA/CCPCJ corruption --format html --private")
    story("trace CCPCJ 'illegal logging' --format html")
    story("blame XAA/CCPCJ/31 --format html")
    story("search corruption --order newest --limit 2 --page 2")
    story("search corruption --session 99 --country XAA")
    story("show XAA/CCPCJ/33 --raw")
    story("diff XAA/CCPCJ 32 33 --format json -o comparison.json")
    story.in_forms("reproduce comparison.json", "json")
    # What a zip holds names the Python that wrote it, so that only a refusal is the same everywhere.
    story.in_forms("export replication comparison.json comparison.json")
    story.run("export", "replication", "paper.zip", "comparison.json")
    story("reproduce paper.zip")
    story.in_forms("cite XAA/CCPCJ/33 --paragraph 2", "bibtex", "csl", "ris")
    story("show XAA/CCPCJ/99")
    story("list --bodies")
    story("reextract --json")
    story("reextract XAA/CCPCJ --dry-run")


def follow(story: Story) -> None:
    """Follow topics, words, and what was done."""
    story.in_forms("timeline XAA/CCPCJ", "json", "csv")
    story("timeline XAA/CCPCJ --topic corruption --format jsonl")
    story("timeline XAA/CCPCJ --topic corruption --format parquet --private")
    story("timeline XAA/CCPCJ --format markdown --private")
    story("timeline XAA/CCPCJ --format html --private")
    story("timeline XAA/CCPCJ --format html")
    story("timeline XAA/CCPCJ --topic corruption")
    story.in_forms("timeline CCPCJ 31", "json", "csv", "markdown", "html")
    story.in_forms("timeline CCPCJ 31 --countries GBR")
    for form in ("jsonl", "parquet"):
        story(f"timeline CCPCJ 31 --topic corruption --format {form}")
        story(f"timeline CCPCJ --sessions 31-33 --topic corruption --format {form}")
    story.in_forms("timeline CCPCJ --sessions 31-33", "json", "csv", "markdown", "html")
    # All of it is kept by now: workers would be of another release than this one, which has no number.
    story("timeline CCPCJ --sessions 31-33 --jobs 1")
    story.in_forms("diff CCPCJ 32 33 --countries XAA", "json", "markdown", "html", "csv")
    story.in_forms("list --groups --at 2015", "json", "csv")
    story.in_forms("list --groups EU", "json", "csv")
    story("groups edit ALLIES --add XAA,GBR:1973..2020-02 --source 'a treaty' --by Ana")
    story("groups fill OECS")
    story.in_forms("timeline XAA/CCPCJ --phrases")
    story.in_forms("timeline XAA/CCPCJ 33 --phrases --all")
    story.in_forms("status --runs", "json", "csv")
    story.in_forms("status 4", "json", "csv")
    story.in_forms("status --year 2026", "markdown", "json", "csv")
    for scheduler in ("cron", "systemd", "github"):
        story(f"schedule {scheduler}")
    story("export datasette")
    story("demo")


def teach(story: Story) -> None:
    """Look into a vocabulary, and teach one."""
    story.in_forms("list --topics", "json", "csv")
    story.in_forms("list --topics corruption")
    Path("own.toml").write_text(_CODEBOOK, encoding="utf-8")
    coded = [
        {"text": f"{place} we {verb} {what}", "codes": codes}
        for place in ("Here", "There", "In the north", "In the south", "By the sea")
        for verb in ("speak of", "look at", "think of")
        for what, codes in (("bribes", ["corruption"]), ("cells", ["prisons"]), ("the law", []))
    ]
    Path("coded.jsonl").write_text("\n".join(map(json.dumps, coded)), encoding="utf-8")
    story.in_forms("topics check own.toml")
    story.in_forms("topics learn coded.jsonl --vocabulary own.toml")
    story.in_forms("list --topics prisons --vocabulary own.toml")
    story("priorities XAA/CCPCJ/33 --vocabulary own.toml")


def bring_in(story: Story) -> None:
    """Bring in a git repository and a web archive."""
    commits = (
        Commit("one", {"38.txt": write_speech(number=4)}),
        Commit("two", {"38.txt": write_speech("Yes.", 4)}),
    )
    make_repository(Path("repo"), commits)
    story.in_forms("import repo --path 38.txt --as XAA/CCPCJ/38~prepared.en --dry-run")
    story("import repo --path 38.txt --as XAA/CCPCJ/38~prepared.en")
    captures = [Capture(write_speech(number=number), f"https://example.org/{number}") for number in (39, 40)]
    write_warc(Path("crawl.warc"), captures, packed=False)
    taken = r"import crawl.warc --as XAA/CCPCJ --session-from regex --regex '/(?P<session>\d+)'"
    story.in_forms(f"{taken} --dry-run")
    story(taken)


def hand_on(story: Story) -> None:
    """Make every kind of copy, and archives out of two."""
    story("export warc all.warc")
    story("export warc series.warc XAA/CCPCJ --private --format json")
    story("export bag bag")
    story("export bag series --private --format json")
    story("export corpus corpus.csv")
    story("export corpus corpus.jsonl XAA/CCPCJ --private --format json")
    story("export sentences sentences.csv XAA/CCPCJ/33")
    story("export sentences sentences.jsonl XAA/CCPCJ/33 --format json")
    story("export tables tables XAA/CCPCJ")
    story("export tables tables-again XAA/CCPCJ/33 --format json")
    for copy, more in (("copy.git", ""), ("whole.git", " --private")):
        Path(copy).mkdir()
        run_git(Path(copy), "init", "--quiet", "--bare", "--initial-branch=main")
        story(f"mirror push {copy}{more}")
    story("rebuild copy.git --archive copy")
    story("list --archive copy")
    story("rebuild whole.git --archive whole --format json")
    story("sources accept --yes --archive whole")
    story("mirror update --archive whole --format json")
    story("verify --archive whole")


def close(story: Story) -> None:
    """Withdraw a statement and open it again; destroy another."""
    why = "--reason 'names a witness' --authority 'a court' --by Ana"
    story(f"withdraw XAA/CCPCJ/29 {why}")
    story(f"withdraw XAA/CCPCJ/30 {why} --destroy --yes --format json")
    story.in_forms("list", "json", "csv")
    story.in_forms("log XAA/CCPCJ/30")
    story("diff XAA/CCPCJ 30 31 --stat")
    story("diff XAA/CCPCJ 30 31 --methods")
    story("mirror push copy.git")
    story("mirror push copy.git --force")
    story(f"withdraw XAA/CCPCJ/29 {why} --lift --format json")
    story("timeline XAA/CCPCJ")


def put_back(story: Story) -> None:
    """Put back a backup beside a mirror that went on, and have the record made again."""
    story("backup kept.db")
    story("backup again.db --format json")
    story("add seeds/xaa/XAA_33_2024.md --as XAA/CCPCJ/41 --kind prepared")
    for ending in ("", "-wal", "-shm"):
        Path("snapshots", f"tracker.db{ending}").unlink(missing_ok=True)
    shutil.copy("kept.db", "snapshots/tracker.db")
    story("add seeds/xaa/XAA_32_2023.md --as XAA/CCPCJ/42 --kind prepared")
    story("verify")
    story("verify --repair")
    story("add seeds/xaa/XAA_32_2023.md --as XAA/CCPCJ/42 --kind prepared")
    story("status --runs --limit 4")


def damage(story: Story) -> None:
    """Prove the archive, whole and damaged, and mend it."""
    story("verify")
    story("verify --json")
    alter_unseen(
        Path("snapshots"),
        'UPDATE segment_offsets SET "end" = "end" - 2 WHERE ordinal = 3 AND version = 2',
        "UPDATE documents SET bytes = zeroblob(length(bytes))"
        " WHERE sha256 = (SELECT document FROM snapshots WHERE id = 1)",
    )
    mirror = Path("snapshots", "mirror.git")
    unpack(mirror)
    name = run_git(mirror, "rev-parse", "main:archive.json")
    (mirror / "objects" / name[:2] / name[2:]).unlink()
    story("verify")
    story("verify --json")
    story("verify --repair")
    story("verify --repair --json")
    story("sources close xaa-ccpcj-35 --by Ana --reason 'the file is empty'")
    story("sources list")


def read_schema(path: Path) -> str:
    """Return what a database is made of, in order; what SQLite makes for itself is left out.

    The tables behind a full-text index are of SQLite's own making, and so another in another release.
    """
    with closing(sqlite3.connect(path)) as database:
        made = database.execute(
            "SELECT sql FROM sqlite_schema WHERE sql NOT NULL AND name NOT IN"
            " (SELECT name FROM pragma_table_list WHERE type = 'shadow') ORDER BY type, name"
        ).fetchall()
    return "".join(f"{sql};\n" for (sql,) in made)


def read_migrations(path: Path) -> str:
    """Return the names of the migrations that a record went through, in order."""
    with closing(sqlite3.connect(path)) as database:
        names = database.execute("SELECT name FROM _sqlite_migrations ORDER BY id").fetchall()
    return "".join(f"{name}\n" for (name,) in names)
