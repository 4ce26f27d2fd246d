"""How two statements were compared, as a paragraph for the methods section of a paper.

It says what was done for this comparison alone: each sentence rests on a value of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.report.comparison import words as wording
from tracker.report.comparison.naming import name_body, name_country, session_words
from tracker.report.layout import counted
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.changes import Comparison
    from tracker.model.texts import Side
    from tracker.model.topics import Vocabulary


def render_methods(comparison: Comparison, vocabulary: Vocabulary) -> str:
    """Return the paragraph, on one line."""
    return " ".join(_sentences(comparison, vocabulary)) + "\n"


def _sentences(comparison: Comparison, vocabulary: Vocabulary) -> Iterator[str]:
    release = comparison.provenance.release
    yield f"We compared {_name(comparison.old)} with {_name(comparison.new)}, using tracker {release}."
    yield from _alignment(comparison)
    yield from _topics(comparison, vocabulary)
    yield from _phrases(comparison)
    yield from _excluded(comparison)
    yield from _people(comparison)
    source = comparison.provenance
    yield f"The texts have the SHA-256 digests {source.old_text} and {source.new_text}."


def _name(side: Side) -> str:
    facts = [wording.kind_words(side), f"language {side.version.language}", wording.size_words(side)]
    if side.country and side.body and side.session:
        session = session_words(side.body, side.session, side.delivered)
        facts = [name_country(side.country), name_body(side.body), f"session {session}", *facts]
    return f"the statement {one_line(side.name)} ({', '.join(facts)})"


def _alignment(comparison: Comparison) -> Iterator[str]:
    encoder = comparison.provenance.encoder
    vectors = (
        "the words that they share alone"
        if encoder == "none"
        else f"the words that they share and by sentence vectors ({_with_digest(encoder)})"
    )
    yield f"Sentences were aligned, one or several to one or several, by {vectors}, with fitted weights."
    yield f"Of the sentences of both texts {comparison.aligned:.0%} have a counterpart:"
    if comparison.genre == "revision":
        yield "they were compared as versions of one text, sentence by sentence."
    else:
        yield "they were compared as two texts, by topic."


def _topics(comparison: Comparison, vocabulary: Vocabulary) -> Iterator[str]:
    source = comparison.provenance
    size, name = counted(len(vocabulary.topics), "topic"), one_line(vocabulary.name)
    yield (
        f"Topics are those of the vocabulary {name} ({size}, SHA-256 {source.vocabulary})."
        " In each statement a topic is declared a priority, treated in substance, set aside,"
        " mentioned or absent; the first two count as a priority."
    )
    claimed = sum(topic.claimed for topic in comparison.topics)
    yield (
        f"A change of status is claimed from the certainty at which {source.sure:.0%} of such claims were"
        " given or allowed by readers of coded speeches (instances of a language model; how far people agree"
        " with them is not measured);"
        f" of {counted(len(comparison.topics), 'topic')}, {claimed} are claimed."
    )
    if source.unmeasured:
        yield f"That certainty does not cover all topics here: {one_line(source.unmeasured)}."
    yield (
        "Shares are of words; their differences have 95 % intervals (Newcombe 1998) and are tested with a"
        " family-wise error of 5 % (Holm 1979). Intervals cover how words fall on sentences, not sampling."
    )


def _phrases(comparison: Comparison) -> Iterator[str]:
    if comparison.phrases and comparison.provenance.prior != "none":
        yield (
            "Phrases that one text uses far more were weighed by log-odds with an informative Dirichlet prior"
            f" (Monroe, Colaresi and Quinn 2008), from {_with_digest(comparison.provenance.prior)}."
        )


def _excluded(comparison: Comparison) -> Iterator[str]:
    if comparison.caveats:
        yield f"Limits of this comparison: {'; '.join(one_line(each) for each in comparison.caveats)}."


def _people(comparison: Comparison) -> Iterator[str]:
    decided = [each for change in comparison.changes for each in change.decided]
    people = sorted(
        {one_line(each.person) for each in (*decided, *(level.decision for level in comparison.levels))}
    )
    number = len(decided) + len(comparison.levels)
    if number:
        verb = "is" if number == 1 else "are"
        yield f"{counted(number, 'decision')} by {', '.join(people)} {verb} applied to what was computed."


def _with_digest(named: str) -> str:
    """Return a name with the digest that ends it told as one."""
    name, _, digest = named.rpartition(" ")
    return f"{one_line(name)}, SHA-256 {digest}" if name else one_line(named)
