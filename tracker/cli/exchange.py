"""Commands that exchange with others: ``import`` of folders, repositories and WARC, ``export``."""

from __future__ import annotations

import shlex
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, get_args

import typer

from tracker.cli import completion, everywhere, options
from tracker.cli.output import line_writer, refuse_overwriting, shown_progress, write_answer, write_notice
from tracker.errors import TrackerError
from tracker.model.facts import FACTS
from tracker.model.texts import TextKind
from tracker.references import gather_references
from tracker.report.records import encode_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.exchange.folder_import import FolderSaid
    from tracker.model.preserving import Exported

PATTERN_HELP = (
    "Of a folder: the parts of a path, as in {country}/{session}_{year}.txt; found by looking if not given."
    " Parts: country, session, item, year, date, language, kind, and any for what does not matter."
)
KIND_HELP = (
    "Of a folder: the kind of all texts, or of some sessions: verbatim, verbatim:70-74,77. Kinds:"
    f" {', '.join(get_args(TextKind))}. Inferred by session if not given."
)
COLUMN_HELP = (
    "FIELD=COLUMN, for a column of --metadata that is not recognised by its name. Fields: country, session,"
    f" item, language, kind, {', '.join(fact.asked for fact in FACTS)}."
)
SESSION_HELP = (
    "What names the session: of a repository path, subject of the commit, author's date, trailer (Session:,"
    " Statement:) or regex; of a WARC url, date or regex. A date means the session that opened in its year."
)
REGEX_HELP = (
    "Matched in path and message, or in the address; groups: country, body, session, item, date, year, kind,"
    " language."
)

_SORTED: Final = frozenset({"--as", "--session-from", "--regex"})
_TAKEN: Final[Mapping[str, frozenset[str]]] = {
    "folder": frozenset({"--body", "--pattern", "--country", "--kind", "--metadata", "--column"}),
    "git": _SORTED | {"--path", "--branch"},
    "warc": _SORTED | {"--url", "--watched", "--unjudged"},
}
"""The options of each kind of import."""
_CALLED: Final = {"folder": "a folder", "git": "a git repository", "warc": "a WARC"}
_BEGINS: Final = b"WARC/"
_NAMED: Final = (".warc", ".warc.gz")
_ENOUGH: Final = 4096
"""Bytes of a file that show how it begins, packed too."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        "import",
        epilog="Examples: tracker import corpus --body UNGA --metadata speakers.csv"
        " | tracker import UNGDC --body UNGA --metadata Speakers_by_session.xlsx"
        " | tracker import corpus --body UNGA --pattern '{country}/{session}_{any}.txt'"
        " --kind verbatim:70-74,77 --kind prepared:75,79"
        " | tracker import ~/texts --path uk.md --as GBR/CCPCJ --session-from subject --dry-run"
        " | tracker import crawl.warc.gz --url 'https://a.org/79*' --as XAA/UNGA/79"
        " | tracker import crawl.warc.gz --watched --dry-run",
    )(import_path)
    app.command(
        epilog="Examples: tracker export corpus unga.csv UNGA | tracker export corpus all.parquet"
        " | tracker export corpus french.jsonl XAA/UNGA/79~fr | tracker export sentences xaa.csv XAA/UNGA"
        " | tracker export tables unga UNGA --all-editions | tracker export replication x.zip comparison.json"
        " | tracker export warc statements.warc.gz XAA/UNGA | tracker export bag /mnt/disk/statements-2026"
        " | tracker export datasette metadata.json"
    )(export)


def import_path(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A folder of texts, a git repository, or a WARC.")
    ],
    body: Annotated[
        str | None,
        typer.Option(
            help="Of a folder, which needs it: the body of all its statements, such as UNGA.",
            autocompletion=completion.complete_body,
        ),
    ] = None,
    pattern: Annotated[str | None, typer.Option(help=PATTERN_HELP)] = None,
    country: Annotated[
        str | None,
        typer.Option(
            help="Of a folder: the country, where paths do not name it.",
            autocompletion=completion.complete_known_country,
        ),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND[:SESSIONS]", help=KIND_HELP, autocompletion=completion.complete_kind),
    ] = None,
    metadata: Annotated[
        Path | None,
        typer.Option(help="Of a folder: a table of speakers, posts, dates and titles, in CSV or as .xlsx."),
    ] = None,
    column: Annotated[list[str] | None, typer.Option(help=COLUMN_HELP)] = None,
    paths: Annotated[
        list[str] | None,
        typer.Option(
            "--path", help="Of a repository: a file, a folder or a pattern such as 'uk/*.md', from its top."
        ),
    ] = None,
    branch: Annotated[
        str | None, typer.Option(help="Of a repository: a branch, tag or commit, other than the current.")
    ] = None,
    url: Annotated[
        list[str] | None,
        typer.Option(
            help="Of a WARC: only captures of this address, or of a pattern such as 'https://a.org/79/*'."
        ),
    ] = None,
    watched: Annotated[
        bool,
        typer.Option("--watched", help="Of a WARC: sort by the watch list, instead of by --as."),
    ] = False,
    unjudged: Annotated[
        bool, typer.Option("--unjudged", help="Of a WARC: record what looks like a login or error page too.")
    ] = False,
    as_: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="SERIES",
            help="The series or one statement, of a repository or a WARC; taken from paths, or from the"
            " metadata that tracker exports, if not given.",
            autocompletion=completion.complete_reference,
        ),
    ] = None,
    session_from: Annotated[
        Literal["path", "subject", "date", "trailer", "url", "regex"] | None, typer.Option(help=SESSION_HELP)
    ] = None,
    regex: Annotated[str | None, typer.Option(help=REGEX_HELP)] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="List what would be recorded, and write nothing of it."),
    ] = False,
    form: options.ListFormat = "text",
) -> None:
    """Record a folder of statements, every revision of files in a git repository, or a WARC.

    What PATH is, is seen by looking; with --body a repository is read as a folder, as it stands. A revision
    is observed at the time of its commit, renames are followed and removals noted; a capture is observed at
    its own time. Nothing is recorded from a WARC in which the end of a record is not certain. A second run
    records only what is new.
    """
    from tracker.exchange.folder_import import FolderSaid, need_folder

    given: dict[str, object] = {
        "--body": body,
        "--pattern": pattern,
        "--country": country,
        "--kind": kind,
        "--metadata": metadata,
        "--column": column,
        "--path": paths,
        "--branch": branch,
        "--url": url,
        "--watched": watched,
        "--unjudged": unjudged,
        "--as": as_,
        "--session-from": session_from,
        "--regex": regex,
    }
    found = "git" if paths else "folder" if body else _find_kind(path)
    if found == "folder":
        need_folder(path)
    for name, value in given.items():
        if value and name not in _TAKEN[found]:
            raise TrackerError(f"{path} is {_CALLED[found]}, and its import takes no {name}")
    if found == "warc":
        _import_warc(path, url or [], (as_, session_from, regex), watched, unjudged, dry_run, form)
    elif found == "git":
        if not paths:
            raise TrackerError(
                f"{path} is a git repository; name its files with --path, or with --body the body of all that"
                " stands in the folder"
            )
        _import_git(path, paths, (as_, session_from, regex), branch, dry_run, form)
    else:
        if body is None:
            named = shlex.quote(str(path))
            raise TrackerError(
                f"missing option --body; for example: tracker import {named} --body UNGA (all bodies: tracker"
                " list --bodies)"
            )
        said = FolderSaid(body, pattern, country, kind or (), metadata, column or ())
        _import_folder(path, said, dry_run, form)


def _find_kind(path: Path) -> Literal["folder", "git", "warc"]:
    """Tell what a path is by its name and its first bytes; "folder" is also what is none of the others."""
    if path.is_dir():
        is_bare = (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()
        return "git" if is_bare or (path / ".git").exists() else "folder"
    return "warc" if path.name.lower().endswith(_NAMED) or _begins_as_warc(path) else "folder"


def _begins_as_warc(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            data = file.read(_ENOUGH)
        if data.startswith(b"\x1f\x8b"):
            data = zlib.decompressobj(wbits=31).decompress(data, len(_BEGINS))
    except (OSError, zlib.error):
        return False
    return data.startswith(_BEGINS)


def _import_folder(folder: Path, said: FolderSaid, dry_run: bool, form: str) -> None:
    from tracker.exchange.folder_import import import_folder, is_faulty
    from tracker.report.answers.imports import render_folder

    with shown_progress("importing") as progress:
        imported = import_folder(
            folder, said, options.begun(dry_run=dry_run), options.now(), dry_run=dry_run, progress=progress
        )
    write_answer(encode_json(imported) if form == "json" else render_folder(imported, every=dry_run))
    if is_faulty(imported):
        raise typer.Exit(options.FINDINGS)


def _import_git(
    repository: Path,
    paths: list[str],
    named: tuple[str | None, str | None, str | None],
    branch: str | None,
    dry_run: bool,
    form: str,
) -> None:
    """Record revisions; ``named`` is the series, what names the session, and a regular expression."""
    from tracker.exchange.attribution import read_rule
    from tracker.exchange.git_import import GIT_SOURCES, GitSaid, import_git, is_faulty
    from tracker.report.answers.imports import render_revisions

    said = GitSaid(paths, read_rule(*named, GIT_SOURCES), branch)
    archive = options.begun(dry_run=dry_run)
    with shown_progress("importing") as progress:
        imported = import_git(repository, said, archive, options.now(), dry_run=dry_run, progress=progress)
    write_answer(encode_json(imported) if form == "json" else render_revisions(imported, every=dry_run))
    if is_faulty(imported):
        raise typer.Exit(options.FINDINGS)


def _import_warc(
    file: Path,
    urls: list[str],
    named: tuple[str | None, str | None, str | None],
    watched: bool,
    unjudged: bool,
    dry_run: bool,
    form: str,
) -> None:
    """Record captures, whose statements are named as those of revisions are, or by the watch list."""
    from tracker.capture.watch_list import WATCH_FILE, read_watch_list
    from tracker.errors import ReferenceInvalid
    from tracker.exchange.attribution import read_rule
    from tracker.exchange.warc_import import WARC_SOURCES, WarcSaid, import_warc, is_faulty
    from tracker.report.answers.imports import render_captures

    if watched and any(named):
        raise ReferenceInvalid(
            "--watched says whose all captures are; leave out --as, --session-from and --regex"
        )
    rule = read_rule(*named, WARC_SOURCES)
    listed = read_watch_list(everywhere.archive() / WATCH_FILE) if watched else None
    archive = options.begun(dry_run=dry_run)
    said = WarcSaid(urls, rule, listed, is_judged=not unjudged)
    with shown_progress("importing") as progress:
        imported = import_warc(file, said, archive, options.now(), dry_run=dry_run, progress=progress)
    write_answer(encode_json(imported) if form == "json" else render_captures(imported, every=dry_run))
    if is_faulty(imported):
        raise typer.Exit(options.FINDINGS)


Kind = Literal["corpus", "sentences", "tables", "replication", "warc", "bag", "datasette"]
_FITTING: Final[Mapping[str, frozenset[str]]] = {
    "corpus": frozenset({"REF", "--all-editions"}),
    "sentences": frozenset({"REF", "--all-editions", "--vocabulary"}),
    "tables": frozenset({"REF", "--all-editions", "--vocabulary", "--sure"}),
    "replication": frozenset({"REF", "--vocabulary"}),
    "warc": frozenset({"REF"}),
    "bag": frozenset(),
    "datasette": frozenset({"--database"}),
}
"""What each kind of export takes beside the file."""


def export(
    kind: Annotated[
        Kind,
        typer.Argument(
            metavar="KIND", help="Corpus, sentences, tables, replication, warc, bag or datasette."
        ),
    ],
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="A new file: .csv, .jsonl or .parquet of corpus and sentences, .zip, .warc.gz, .json; a new"
            " folder for tables and bag.",
        ),
    ] = None,
    references: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REF]...",
            help="Series, statements, editions or snapshots; a body (UNGA) or its session (UNGA/79) for all"
            " countries; everything if not given. Of replication: comparisons, of diff --format json.",
            autocompletion=completion.complete_reference,
        ),
    ] = None,
    all_editions: Annotated[
        bool,
        typer.Option(
            "--all-editions",
            help="Of corpus, sentences and tables: every language and kind of text of a statement, not only"
            " the preferred one.",
        ),
    ] = False,
    vocabulary: options.VocabularyFile = None,
    sure: options.Sure = options.USUAL,
    database: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="For datasette: the name of the served file, without its ending."),
    ] = None,
    form: options.ListFormat = "text",
) -> None:
    """Export the archive for other archives and programs.

    corpus: the texts as a table for readtext, quanteda and pandas, one row for each statement: the current
    text of its preferred edition, or of the language and kind that REF names.

    sentences: a row for each sentence, heading and item of these texts, with its topics, the words that name
    them and their levels, with semicolons between.

    tables: statements, sentences, topics, topic changes, changes and shifts as Parquet, for DuckDB, pandas
    and R; the last three of neighbours that timeline BODY --sentences, or a diff, has compared.

    replication: comparisons with documents, texts, vocabulary, methods, citations, releases and digests as a
    zip, which tracker reproduce reads.

    warc: documents with the evidence of their capture. bag: documents, texts and metadata as a BagIt folder
    that is read without this program. datasette: a description of tables, columns, units and example queries
    as JSON; printed if no FILE is given.

    Only open material, with --private all. The same record gives the same bytes, but for the day in a bag.
    """
    given = {
        "REF": references,
        "--all-editions": all_editions,
        "--vocabulary": vocabulary,
        "--sure": sure != options.USUAL,
        "--database": database,
    }
    for name, value in given.items():
        if value and name not in _FITTING[kind]:
            raise TrackerError(f"export {kind} takes no {name}; see: tracker export -h")
    if kind == "datasette":
        _describe_record(database or "tracker", file)
        return
    if file is None:
        raise TrackerError(f"missing FILE; for example: {_EXAMPLES[kind]}")
    wanted = references or []
    if kind in {"warc", "bag"}:
        made = _export_documents(kind, file, wanted)
    elif kind == "replication":
        made = _export_replication(file, wanted, vocabulary)
    else:
        made = _export_texts(kind, file, wanted, vocabulary, sure, every=all_editions)
    _answer(made, form)


_EXAMPLES: Final[Mapping[str, str]] = {
    "corpus": "tracker export corpus all.csv",
    "sentences": "tracker export sentences all.csv",
    "tables": "tracker export tables tables",
    "replication": "tracker export replication paper.zip comparison.json",
    "warc": "tracker export warc all.warc.gz",
    "bag": "tracker export bag bag",
}


def _export_documents(kind: str, file: Path, references: list[str]) -> Exported:
    """Write the kept documents as a WARC, or with all metadata as a folder."""
    from tracker.exchange.bag import export_bag
    from tracker.exchange.warc_export import export_warc

    archive, private = everywhere.archive(), everywhere.is_private()
    if kind == "bag":
        return export_bag(archive, file, options.now()[:10], private=private)
    return export_warc(archive, file, gather_references(references), private=private)


def _export_replication(file: Path, reports: list[str], vocabulary: Path | None) -> Exported:
    """Write comparisons with all that they rest on. Raises ``TrackerError`` where none is named."""
    from tracker.exchange.replication import export_replication

    if not reports:
        raise TrackerError(f"missing REPORT; for example: {_EXAMPLES['replication']}")
    session = options.opened(trusts_derived=False)
    return export_replication(
        file, [*map(Path, reports)], session, vocabulary, private=everywhere.is_private()
    )


def _export_texts(
    kind: str, file: Path, references: list[str], vocabulary: Path | None, sure: float, *, every: bool
) -> Exported:
    """Write texts, sentences or all tables; say which pairs of neighbours these lack."""
    from tracker.exchange.corpus import export_corpus, export_sentences
    from tracker.exchange.exports import Wanted
    from tracker.exchange.tables import export_tables
    from tracker.report.layout import counted

    opened = options.opened()
    wanted = Wanted(gather_references(references), every, everywhere.is_private())
    with shown_progress("exporting", line_writer("exporting")) as progress:
        if kind == "corpus":
            return export_corpus(opened, file, wanted, progress)
        known = options.load_vocabulary(vocabulary, keeps=True)
        if kind == "sentences":
            return export_sentences(opened, file, wanted, known, progress)
        made, missing = export_tables(opened, file, wanted, known, sure, progress)
    if missing:
        commands = "; ".join(f"tracker timeline {shlex.quote(body)} --sentences" for body in sorted(missing))
        write_notice(
            f"{counted(missing.total(), 'pair')} of neighbours not compared yet: topic changes, changes and"
            f" shifts lack them; to compare them: {commands}; then export again"
        )
    return made


def _describe_record(database: str, output: Path | None) -> None:
    """Write or print what Datasette is told of the record; warn where that holds what is closed."""
    from tracker.keep.datasette import describe_record
    from tracker.report.layout import counted

    archive = everywhere.archive()
    refuse_overwriting(output, (), archive)
    metadata, closed = describe_record(archive, database)
    write_answer(write_json(metadata), output)
    if closed:
        held = ", ".join(
            counted(number, noun)
            for number, noun in (
                (closed.snapshots, "closed snapshot"),
                (closed.documents, "closed document"),
                (closed.sources, "closed source"),
            )
            if number
        )
        write_notice(
            f"{archive} holds {held}: do not publish it; its public mirror holds only open material"
            " (tracker mirror push, tracker rebuild)"
        )


def _answer(made: Exported, form: str) -> None:
    from tracker.report.answers.copies import exported_line

    write_answer(encode_json(made) if form == "json" else exported_line(made))
