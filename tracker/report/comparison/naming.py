"""What is compared, in words: the title of a report, the line to cite, and the digests behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.errors import ReferenceInvalid
from tracker.model.topics import SURE, VocabularyName
from tracker.references import country_name, find_body, read_session
from tracker.report.comparison import words as wording
from tracker.report.layout import DIGEST
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.model.changes import Comparison
    from tracker.model.texts import Side
    from tracker.model.topics import Vocabulary


def session_words(body: str, session: str, delivered: str | None = None) -> str:
    """Return a session with its year, where the date of delivery or its number tells it: ``68 (2013)``."""
    met = read_session(body, session)
    year = delivered[:4] if delivered else met and met.year
    return f"{session} ({year})" if year and str(year) not in session else session


def title_words(comparison: Comparison) -> str:
    """Say in words which country is compared with itself where, and when; the names of others."""
    old, new = comparison.old, comparison.new
    if not (old.country and old.body and old.session and new.session):
        return f"{one_line(old.name)} {wording.ARROW} {one_line(new.name)}"
    if (old.country, old.body) != (new.country, new.body):
        return f"{one_line(old.name)} {wording.ARROW} {one_line(new.name)}"
    where = f"{name_country(old.country)} at the {name_body(old.body)}"
    sessions = [session_words(old.body, str(side.session), side.delivered) for side in (old, new)]
    if sessions[0] != sessions[1]:
        return f"{where}, {sessions[0]} {wording.ARROW} {sessions[1]}"
    editions = f"{_edition(old)} {wording.ARROW} {_edition(new)}"
    return f"{where}, {sessions[0]}: {editions}"


def name_country(code: str) -> str:
    """Return the name of a country."""
    return _name(code, country_name)


def name_body(code: str) -> str:
    """Return the name of a body."""
    return _name(code, lambda body: find_body(body).name)


def _name(code: str, find: Callable[[str], str]) -> str:
    """Return the name of a country or body; an archive's own, which no table of ours holds, is its code."""
    try:
        return find(code)
    except ReferenceInvalid:
        return one_line(code)


def _edition(side: Side) -> str:
    _, mark, edition = one_line(side.name).partition("~")
    return edition if mark else one_line(side.name)


def citation(comparison: Comparison, vocabulary: Vocabulary) -> str:
    """Return one line to cite: both texts, the release and the vocabulary, by digest."""
    source = comparison.provenance
    texts = (
        f"{one_line(side.name)} ({digest[:DIGEST]})"
        for side, digest in ((comparison.old, source.old_text), (comparison.new, source.new_text))
    )
    name = VocabularyName(vocabulary.name, source.vocabulary)
    cited = cite(f" {wording.ARROW} ".join(texts), source.release, name, source.sure)
    return f"{cited}; ¶ by our count"


def cite(
    texts: str, release: str, vocabulary: Vocabulary | VocabularyName | None = None, sure: float = SURE
) -> str:
    """Return one line to cite: texts, and what they were read with; without a vocabulary, by their words."""
    topics = f", topics {one_line(vocabulary.name)} {vocabulary.digest[:DIGEST]}" if vocabulary else ""
    chosen = "" if sure == SURE else f", --sure {sure}"
    return f"Cite: {texts}, tracker {release}{topics}{chosen}"


def provenance_words(comparison: Comparison, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Say what the comparison rests on, by digest."""
    source = comparison.provenance
    return (
        f"tracker {source.release}, encoder {source.encoder}",
        f"topics {one_line(vocabulary.name)} {source.vocabulary[:DIGEST]}",
        f"texts {source.old_text[:DIGEST]} {wording.ARROW} {source.new_text[:DIGEST]}",
        *([f"phrases {_prior_words(source.prior)}"] if source.prior != "none" else []),
    )


def _prior_words(prior: str) -> str:
    """Return a prior's name with the head of its digest; a flat one has none."""
    name, _, digest = prior.rpartition(" ")
    return f"{name} {digest[:DIGEST]}" if name else prior
