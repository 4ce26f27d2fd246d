"""What a comparison rests on, in words: names, citation, digests, methods, and whether it is reproduced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.errors import ReferenceInvalid
from tracker.model.topics import SURE, VocabularyName
from tracker.references import country_name, find_body, read_session
from tracker.report.comparison import words as wording
from tracker.report.layout import DIGEST, counted, draw, line, shorten, wrap
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.model.changes import Comparison
    from tracker.model.reproduced import CheckedFiles, Difference, Part, Reproduced, Reproduction
    from tracker.model.texts import Side
    from tracker.model.topics import Vocabulary
    from tracker.report.layout import Line

_HEADS: Final[dict[Part, str]] = {
    "basis": "What it rests on",
    "text": "The texts",
    "finding": "What it says",
    "file": "The files",
}
_MOST = 20
"""So many differences of a part are shown; all of them are in the JSON."""
_LONGEST = 40
_NAMED = 5
"""So many files are named in the first line, and of so many parts of a comparison the first difference."""


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
    readers = wording.list_weighed(comparison)
    weighed = f", what is unsure also read by {', '.join(readers)}" if readers else ""
    return f"{cited}{weighed}; ¶ by our count"


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


def render_methods(comparison: Comparison, vocabulary: Vocabulary) -> str:
    """Return the paragraph, on one line."""
    return " ".join(_sentences(comparison, vocabulary)) + "\n"


def _sentences(comparison: Comparison, vocabulary: Vocabulary) -> Iterator[str]:
    release = comparison.provenance.release
    old, new = map(_name_side, (comparison.old, comparison.new))
    yield f"We compared {old} with {new}, using tracker {release}."
    yield from _tell_alignment(comparison)
    yield from _tell_topics(comparison, vocabulary)
    yield from _tell_phrases(comparison)
    yield from _tell_limits(comparison)
    yield from _tell_people(comparison)
    yield from _tell_readers(comparison)
    source = comparison.provenance
    yield f"The texts have the SHA-256 digests {source.old_text} and {source.new_text}."


def _name_side(side: Side) -> str:
    facts = [wording.kind_words(side), f"language {side.version.language}", wording.size_words(side)]
    if side.country and side.body and side.session:
        session = session_words(side.body, side.session, side.delivered)
        facts = [name_country(side.country), name_body(side.body), f"session {session}", *facts]
    return f"the statement {one_line(side.name)} ({', '.join(facts)})"


def _tell_alignment(comparison: Comparison) -> Iterator[str]:
    from tracker.comparing.alignment.align import may_encode  # noqa: PLC0415 (for this paragraph alone)

    encoder = comparison.provenance.encoder
    encoded = may_encode(*(len(side.version.segments) for side in (comparison.old, comparison.new)))
    vectors = (
        f"the words that they share and by sentence vectors ({_with_digest(encoder)})"
        if encoder != "none" and encoded
        else "the words that they share alone"
    )
    yield f"Sentences were aligned, one or several to one or several, by {vectors}, with fitted weights."
    ceremony = ", but for greetings and formulas that both have," if comparison.ceremony else ""
    yield f"Of the sentences of both texts{ceremony} {wording.aligned_words(comparison)} have a counterpart:"
    if comparison.genre == "session":
        yield "they were compared as two texts, by topic."
    elif comparison.aligned < wording.MUCH_ALIGNED:
        yield "they were compared by topic, and these sentences one by one."
    else:
        yield "they were compared as versions of one text, sentence by sentence."


def _tell_topics(comparison: Comparison, vocabulary: Vocabulary) -> Iterator[str]:
    source = comparison.provenance
    size, name = counted(len(vocabulary.topics), "topic"), one_line(vocabulary.name)
    yield (
        f"Topics are those of the vocabulary {name} ({size}, SHA-256 {source.vocabulary})."
        " In each statement a topic is declared a priority, treated in substance, set aside,"
        " mentioned or absent; the first two count as a priority."
    )
    claimed = sum(topic.claimed for topic in comparison.topics)
    yield (
        "A change of status is claimed where it is so certain that readers of coded speeches gave or allowed"
        f" {source.sure:.0%} or more of such claims (the readers are instances of a language model; how far"
        " people agree with them is not measured);"
        f" of {counted(len(comparison.topics), 'topic')}, {claimed} are claimed."
    )
    if source.unmeasured:
        yield f"That certainty does not cover all topics here: {one_line(source.unmeasured)}."
    yield (
        "Shares are of words, each of which is on one topic at most. Whether a topic of the same level on"
        " both sides has more or less of them is what readers of coded speeches would most likely say, by an"
        " ordered regression (McCullagh 1980)."
    )


def _tell_phrases(comparison: Comparison) -> Iterator[str]:
    if comparison.phrases and comparison.provenance.prior != "none":
        yield (
            "Phrases that one text uses far more were weighed by log-odds with an informative Dirichlet prior"
            f" (Monroe, Colaresi and Quinn 2008), from {_with_digest(comparison.provenance.prior)}."
        )


def _tell_limits(comparison: Comparison) -> Iterator[str]:
    if comparison.caveats:
        yield f"Limits of this comparison: {'; '.join(one_line(each) for each in comparison.caveats)}."


def _tell_people(comparison: Comparison) -> Iterator[str]:
    decided = [each for change in comparison.changes for each in change.decided]
    people = sorted(
        {one_line(each.person) for each in (*decided, *(level.decision for level in comparison.levels))}
    )
    number = len(decided) + len(comparison.levels)
    if number:
        verb = "is" if number == 1 else "are"
        yield f"{counted(number, 'decision')} by {', '.join(people)} {verb} applied to what was computed."


def _tell_readers(comparison: Comparison) -> Iterator[str]:
    if readers := wording.list_weighed(comparison):
        yield (
            f"What {', '.join(readers)} answered about topics that were unsure is weighed by how its answers"
            " agreed with those of careful readers of other countries' statements (Dawid and Skene 1979)."
        )


def _with_digest(named: str) -> str:
    """Return a name with the digest that ends it told as one."""
    name, _, digest = named.rpartition(" ")
    return f"{one_line(name)}, SHA-256 {digest}" if name else one_line(named)


def render_reproduced(found: Reproduction, *, width: int = 80, color: bool = False) -> str:
    """Return the verdict, of each comparison its source and the differences, and then these of the files."""
    parts = [_show_verdict(found)] if found.files else []
    parts += [_show(each, width) for each in found.reports]
    parts += [_show_files(found.files, width)] if found.files else []
    return "\n".join(draw(each, color=color) for each in parts)


def reproduced_json(found: Reproduction) -> str:
    """Return what came of it as JSON: of a comparison an object, of a zip a list of these, and its files."""
    from tracker.report.records import encode_json  # noqa: PLC0415 (4 ms that a report in words does not take)

    return encode_json(found if found.files else found.reports[0])


def _show_verdict(found: Reproduction) -> Iterator[Line]:
    """Yield on one line, however wide, whether a zip is what it says, or else what is not."""
    files = found.files.differences if found.files else ()
    reports = [each for report in found.reports for each in report.differences]
    if not (files or reports):
        yield line(f"the same: {counted(len(found.reports), 'comparison')} and all files beside", "bold")
        return
    first: dict[str, Difference] = {}
    for each in reports:
        first.setdefault(each.place[0], each)
    named = [*files[:_NAMED], *list(first.values())[:_NAMED]]
    places = "; ".join(" · ".join(map(one_line, each.place)) for each in named)
    rest = len(files) + len(reports) - len(named)
    yield line(f"not the same: {places}{f'; {rest:,} more' if rest else ''}", "bold")


def _show(found: Reproduced, width: int) -> Iterator[Line]:
    verdict = counted(len(found.differences), "difference") if found.differences else "the same"
    yield from wrap(f"{one_line(found.old)} {wording.ARROW} {one_line(found.new)}: {verdict}", width)
    source = f"the archive in {one_line(found.archive)}" if found.archive else "the texts in the file"
    sizes = f"{counted(found.changes, 'change')} and {counted(found.topics, 'topic')}"
    yield from wrap(f"computed again from {source}: {sizes}", width, "  ", "  ")
    if found.left_out:
        yield from wrap(f"not compared: {', '.join(found.left_out)}", width, "  ", "  ")
    yield from _list_parts(found.differences, width)


def _show_files(found: CheckedFiles, width: int) -> Iterator[Line]:
    verdict = counted(len(found.differences), "difference") if found.differences else "the same"
    yield from wrap(f"{counted(found.number, 'file')} of the zip: {verdict}", width)
    yield from wrap(f"not compared: {'; '.join(found.left_out)}", width, "  ", "  ")
    yield from _list_parts(found.differences, width)


def _list_parts(differences: Sequence[Difference], width: int) -> Iterator[Line]:
    for part, head in _HEADS.items():
        of_part = [each for each in differences if each.part == part]
        if of_part:
            yield line()
            yield line(head, "bold")
            yield from _list_differences(of_part, width)


def _list_differences(differences: Sequence[Difference], width: int) -> Iterator[Line]:
    for each in differences[:_MOST]:
        place = " · ".join(one_line(name) for name in each.place)
        yield from wrap(f"{place}: {_tell_difference(each)}", width, "  ", "    ")
    if len(differences) > _MOST:
        yield line(f"  and {len(differences) - _MOST} more; --format json has all")


def _tell_difference(difference: Difference) -> str:
    match difference.then, difference.now:
        case str(then), str(now):
            return f"{_value(then)} {wording.ARROW} {_value(now)}"
        case _, None:
            return "only in the file"
        case _:
            return "not in the file"


def _value(value: str) -> str:
    return shorten(one_line(value), _LONGEST)
