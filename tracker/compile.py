"""Compiles the tables and lists that come with the program: when it is installed, or by ``python -m``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.comparing.names.small_words import load_small_words
from tracker.comparing.names.states import load_states
from tracker.comparing.passages.forms import load_forms
from tracker.comparing.passages.polarity import load_polarity
from tracker.comparing.topics.associations import load_associations
from tracker.comparing.topics.bystanders import load_bystanders
from tracker.comparing.topics.emerging import load_prior
from tracker.comparing.topics.evidence import weigh_words
from tracker.comparing.topics.phrasing import load_grammar
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.matching import compile_lexicon
from tracker.diff.rules import PACKAGE
from tracker.files import write_file
from tracker.inputs.compiled import ENDING, compiling, read_table_of
from tracker.model.languages import LANGUAGES
from tracker.report.clauses import load_clauses
from tracker.text.tokens import compile_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def compile_tables() -> dict[Path, bytes]:
    """Return all compiled files by their paths in the package; in a process that has read none yet."""
    with compiling() as made:
        # Those beside modules; a vocabulary's files are read together, as topics, and seeds are no tables.
        for path in sorted(PACKAGE.rglob("*.toml")):
            if path.with_name("__init__.py").exists():
                read_table_of(path)
        load_associations()
        load_small_words()
        load_states()
        load_clauses()
        for language in LANGUAGES:
            compile_lexicon(load_vocabulary(), language)
            load_prior(language)
            load_grammar(language)
            weigh_words(load_vocabulary(), language)
            load_bystanders(language)
            load_forms(language)
            load_polarity(language)
            for holds_ideographs in (False, True):
                compile_tokens(language, holds_ideographs=holds_ideographs)
    return {path.relative_to(PACKAGE): data for path, data in made.items()}


def write_tables(tables: Mapping[Path, bytes], package: Path) -> None:
    """Write compiled files into a package, each whole, and remove those of sources that are gone."""
    for path, data in tables.items():
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        write_file(package / path, data)
    for path in package.rglob(f"*{ENDING}"):
        if path.relative_to(package) not in tables:
            path.unlink()


if __name__ == "__main__":
    write_tables(compile_tables(), PACKAGE)
