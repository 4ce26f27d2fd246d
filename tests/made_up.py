"""Made-up statements in great number, and what is read in them, by digest.

What a case written by hand shows of one rule, these show of a number between two others: how far a word
reaches, how much alike is alike enough. ``python -m tests.made_up`` writes ``tests/data/made_up.txt``; a
digest that changes is right where a change of what is read is meant, and wrong everywhere else.
"""

from __future__ import annotations

from dataclasses import astuple
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tracker.comparing.alignment.align import align_with
from tracker.comparing.alignment.weights import load_weights
from tracker.comparing.changes import describe_changes
from tracker.comparing.pipeline import Basis, text_side
from tracker.comparing.shifts.axes import find_shifts
from tracker.comparing.shifts.counterparts import counterpart_shifts
from tracker.comparing.shifts.requests import compare_grades, grade_request
from tracker.comparing.topics.emerging import compare_phrases
from tracker.comparing.topics.evidence import Absences
from tracker.comparing.topics.learning import Coded, learn_topics
from tracker.comparing.topics.mentions import count_substance
from tracker.comparing.topics.reading import read_evidence, read_topics
from tracker.comparing.topics.shares import Occupancy, compare_shares
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.compare import compare_sides
from tracker.follow.tracing.matching import match_phrase, read_phrase
from tracker.follow.tracing.origins import find_similar
from tracker.follow.tracing.search import read_query, trace
from tracker.model.changes import Link
from tracker.model.topics import Counterpart, Topic, Vocabulary
from tracker.text.identity import fold
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

DIGESTS = Path(__file__).parent / "data" / "made_up.txt"
TIMES = 24
"""Digests of each part; a number is noticed where it changes one of them."""

SENTENCES = (
    "We will contribute five million euros to the Technical Cooperation Fund, and others may do the same.",
    "Access to clean water remains out of reach for a third of our people, and the wells run dry early.",
    "The warming of the ocean already empties the nets of our fishermen, and storms tear down their huts.",
    "Our government has doubled the number of rural schools since the reform, and girls attend them too.",
    "We condemn the bombing of hospitals in the northern provinces, and those who ordered it must be tried.",
    "The Security Council must admit new members from Africa, and its working methods must be opened.",
    "Small islands did nothing to heat the planet, and yet they are the first to lose their coasts.",
    "A treaty on plastic waste should be concluded next year, and it should bind all producers.",
    "Corruption robs the poor of medicine and of justice, and no country is free of it.",
    "Debt service takes more of our budget than health and education, and the interest rates still rise.",
    "Trade in small arms feeds the gangs of our cities, and the ports must be watched more closely.",
    "Peacekeepers from our country serve in four missions, and seven of them lost their lives.",
    *("Thank you.", "Let us act together.", "We must act.", "Peace."),
)
SWAPS = {
    "will": "intends to", "five": "eight", "remains": "is still", "doubled": "raised", "must": "should",
    "condemn": "deplore", "new": "additional", "first": "earliest", "should": "ought to", "poor": "weak",
    "more": "far more", "feeds": "arms", "serve": "stand", "opened": "finished", "our": "the country's",
    "may": "will", "third": "half", "seven": "nine", "treaty": "convention", "robs": "deprives",
}  # fmt: skip

TOPICS = (
    "piracy", "corruption", "climate change", "human trafficking", "nuclear weapons", "malaria", "hunger",
    "terrorism", "gender equality", "migration", "the war in Syria", "Haiti", "Somalia", "fisheries",
    "debt relief", "small arms", "the death penalty", "cybercrime",
)  # fmt: skip
NAMES = ("Norway", "Kenya", "Haiti", "Chile", "Somalia", "the African Union", "the Security Council", "Ghana")
CUES = (
    "we will fight", "our priority is", "we call on all States to end", "we condemn", "we are committed to",
    "must be said of", "he said that", "there is", "some speak of", "during the years of", "as in",
    "as far as the world is concerned by", "we met partners who know", "like", "we welcome progress against",
    "no one has forgotten", "the minister called it “a shame that we will fight”, speaking of",
)  # fmt: skip
TAILS = (
    ".", ", and we will act.", ", which must end.", " is a grave threat to us all.", ", we hear.",
    " had ended.", ", together with our friends.", " is our priority.", "; it will be remembered.",
)  # fmt: skip
FILLERS = (
    "in", "the", "coming", "years", "with", "our", "old", "friends", "and", "before", "long", "quiet",
    "mornings", "on", "a", "coast", "of", "stone", "where", "boats", "rest",
)  # fmt: skip
PLEDGES = (
    "We will spend {n} million euros {gap} on schools by {y}.",
    "We urge {who} {gap} to ratify the Arms Trade Treaty before {y}, and we thank {other}.",
    "By {y}, our {gap} country intends to plant {n} thousand trees in the north and {m} in the south.",
    "The Government should consider {gap} ratifying the Convention, and {who} may support it.",
    "We firmly condemn {who} {gap} and resolution {n} of the Council.",
    "Where possible, {who} must reduce emissions by {n} per cent {gap} until May {y}.",
    "If {gap} means allow, we shall support {who} with {n} experts and {m} ships no later than {y}.",
    "Urgently establish {gap} a national body, and continue to protect all children of {who}.",
)
ASKS = (
    "{gap} {verb} {gap} plan {n} measures for {who}", "We urge {who} {gap} to {verb} {gap}",
    "Dr. Ana and {who} call on all, {gap}, to {manner} {verb} {gap}", "In {gap}, {verb} {gap}",
    "{manner} {verb} {gap} by Mr. {n}", "With {gap}, {gap}, {verb} the Rome Statute of the {who}",
    "{n} million euros {gap} for schools in {who} and {m} ships {gap} for fish in the north by {y}",
    "No one in {who}, the International Labour Organization or the ILO {gap} will have {n} euros by {y}",
)  # fmt: skip
VERBS = (
    "apply", "supply", "consider", "continue", "ratify", "share experience", "establish", "take steps",
    "intensify efforts", "study the possibility of ratifying", "sign and ratify", "make every effort",
)  # fmt: skip
MANNERS = ("fully", "openly", "timely", "effectively", "wholly", "again", "duly", "publicly")
OTHERS = {
    "fr": ("examiner", "envisager de ratifier", "ratifier", "poursuivre", "prendre des mesures", "continuer"),
    "es": ("considerar", "ratificar", "seguir", "adoptar medidas", "estudiar la posibilidad de"),
}
TAUGHT = Vocabulary(
    "made-up",
    tuple(Topic(word, word, terms={"en": (word,)}) for word in ("river", "prison", "trade")),
    overlap=True,
)
LINES = (
    "Mr. President,", "The meeting rose at 5 p.m.", "A/78/PV.{n}", "{n}. We support item {m} of the agenda",
    "- a first point;", "(see A/PV.{n}). It is so.",
    "He said: “We will act. We will not wait.” Then he left.",
    "co-\noperation is what we ask for, e.g. in the North.", "# Heading", "Thank you, Madam Chair.", "* * *",
    "I. INTRODUCTION", "We agree, No. {n} of the list, with Dr. A. B. Smith.", "page {n}", "\f", "",
)  # fmt: skip


class Maker(Random):
    """Chance from a seed, by ``random`` alone: only that is the same in every release."""

    def below(self, number: int) -> int:
        return int(self.random() * number)

    def one_of(self, choices: Sequence[str]) -> str:
        return choices[self.below(len(choices))]

    def fill(self, most: int) -> str:
        return " ".join(self.one_of(FILLERS) for _ in range(self.below(most + 1)))


def make_revision(maker: Maker, size: int) -> tuple[list[str], list[str]]:
    """Return some sentences, and the same reworded, split, moved, repeated, dropped and added to."""
    old = [maker.one_of(SENTENCES) for _ in range(size)]
    new = [sentence for before in old for sentence in _revise(before, maker)]
    for _ in range(size % 3 if new else 0):
        new.insert(maker.below(len(new)), new.pop(maker.below(len(new))))
    return old, new


def _revise(sentence: str, maker: Maker) -> list[str]:
    first, _, last = sentence.partition(", and ")
    parts = [f"{first.rstrip('.')}.", last.capitalize()] if last else [sentence]
    forms: tuple[list[str], ...] = (
        [],
        [sentence],
        [sentence],
        parts,
        parts,
        [sentence, maker.one_of(SENTENCES)],
    )
    chosen, share = forms[maker.below(len(forms))], maker.random()
    return [
        " ".join(SWAPS.get(word, word) if maker.random() < share else word for word in part.split())
        for part in chosen
    ]


def make_speech(maker: Maker, size: int) -> str:
    """Return sentences with cues and topics, near one another and far, alone and in lists."""
    told = []
    for _ in range(size):
        topics = [maker.one_of(TOPICS) for _ in range(1 + maker.below(6) * maker.below(2))]
        names = [maker.one_of(NAMES) for _ in range(maker.below(5) * maker.below(2))]
        words = [maker.fill(9), maker.one_of(CUES), maker.fill(16), ", ".join([*topics, *names])]
        sentence = " ".join(filter(None, words))
        told.append(sentence[0].upper() + sentence[1:] + maker.one_of(TAILS))
        told += [f"It is {maker.fill(8)} they.", f"{maker.fill(12).capitalize()} rest."][: maker.below(3)]
    return "".join(sentence + ("\n\n" if maker.random() < 0.2 else " ") for sentence in told)


def make_pledge(maker: Maker) -> tuple[str, str]:
    """Return a pledge in two wordings, with figures, dates and names that may differ."""
    form, sides = maker.one_of(PLEDGES), []
    gap, who = maker.fill(14), maker.one_of(NAMES)
    for _ in range(2):
        values = {"n": 5 + maker.below(3), "m": 20 + maker.below(2), "y": 2030 + 5 * maker.below(2)}
        kept = maker.random() < 0.7
        sides.append(
            form.format(**values, gap=gap, who=who if kept else maker.one_of(NAMES), other="Kenya")
            .replace("must" if kept else "\0", "should" if maker.random() < 0.5 else "must")
            .replace("will" if kept else "\0", "may" if maker.random() < 0.5 else "will")
        )
    return sides[0], sides[1]


def make_ask(maker: Maker) -> str:
    """Return what is asked of whom, after a clause or an adverb, at once or after many words."""
    form = maker.one_of(ASKS)
    while "{gap}" in form:
        form = form.replace("{gap}", maker.fill(14), 1)
    values = {"n": 5 + maker.below(3), "m": 20 + maker.below(2), "y": 2030 + 5 * maker.below(2)}
    asked = form.format(
        **values, verb=maker.one_of(VERBS), manner=maker.one_of(MANNERS), who=maker.one_of(NAMES)
    ).strip()
    return f"{asked[0].upper()}{asked[1:]}."


def make_record(maker: Maker) -> str:
    """Return lines as records have them: wrapped or whole, numbered, quoted, with furniture between them."""
    width = (40, 70, 100, 1000)[maker.below(4)]
    lines = []
    for number in range(6 + maker.below(20)):
        line = maker.one_of(LINES).format(n=number + 1, m=maker.below(30))
        text = f"{line} {maker.fill(30)}." if maker.random() < 0.5 else line
        while len(text) > width:
            cut = text.rfind(" ", 0, width)
            lines.append(text[: cut if cut > 0 else width])
            text = text[cut + 1 if cut > 0 else width :]
        lines += [text, ""][: 1 + maker.below(2)]
    return "\n".join(lines)


def read_links(maker: Maker, place: int) -> object:
    return [align_with(*make_revision(maker, 3 + place % 9 + at), load_weights()) for at in range(12)]


def read_speech(maker: Maker, place: int) -> object:
    version = read_text(make_speech(maker, 6 + place), language="en")
    found = {each.topic: evidence for each, evidence in read_evidence(version, load_vocabulary())}
    absences = Absences(version, load_vocabulary(), sum(count_substance(version)))
    unnamed = [topic.id for topic in load_vocabulary().topics if topic.id not in found][place % 5 :: 5]
    absent = [(topic, _round(absences.describe(topic).topic)) for topic in unnamed]
    return (
        read_topics(version, load_vocabulary()),
        absent,
        [
            (
                topic,
                [_round(row) for row in each.sentences],
                _round(each.topic),
                [sorted(w) for w in each.words],
            )
            for topic, each in found.items()
        ],
    )


def read_statuses(maker: Maker, place: int) -> object:
    """Compare two speeches, the second of which has in common with the first where it begins."""
    old = make_speech(maker, 5 + place % 6)
    new = old[: len(old) // 2].rpartition(".")[0] + ". " + make_speech(maker, 3 + place % 7)
    before, after = (
        text_side(f"XAA/UNGA/{session}", read_text(text, language="en"))
        for session, text in ((78, old), (79, new))
    )
    found = compare_sides(before, after, Basis(load_vocabulary(), encoder=None))
    about = _occupy(maker, {"a": range(place % 9), "b": range(9, 15)})
    others = _occupy(maker, {"a": range(5), "b": range(9, min(30, 15 + place))})
    topics = [astuple(each) for each in found.topics]
    return topics, found.counterparts, compare_shares(("a", "b"), about, others, ("a",))


def _occupy(maker: Maker, segments: dict[str, range]) -> Occupancy:
    """Return a text with topics, half of whose words are on each."""
    words = [3 + maker.below(20) for _ in range(30)]
    spoken = {topic: sum(map(words.__getitem__, places)) // 2 for topic, places in segments.items()}
    return Occupancy(words, spoken, segments)


def _round(features: Sequence[float]) -> list[float]:
    """Return features that no release of a mathematical library moves."""
    return [round(feature, 6) for feature in features]


def read_shifts(maker: Maker, _place: int) -> object:
    found = []
    for _ in range(8):
        old, new = (read_text(side, language="en") for side in make_pledge(maker))
        before, after = ([segment.text for segment in side.segments] for side in (old, new))
        changes = describe_changes(old, new, align_with(before, after, load_weights()))
        found.append([find_shifts(old, new, change) for change in changes])
        found.append([counterpart_shifts(old, new, Counterpart("made-up", 0, 0))])
    return found


def read_requests(maker: Maker, _place: int) -> object:
    asks = [make_ask(maker) for _ in range(12)]
    grades = [grade_request(ask) for ask in asks]
    grades += [grade_request(f"{verb} la Convention", of) for of, verbs in OTHERS.items() for verb in verbs]
    texts = [read_text(ask, language="en") for ask in asks]
    return [
        [(grade.grade, grade.start, grade.end, _round(grade.chances)) if grade else None for grade in grades],
        [compare_grades(one, other) for one in grades for other in grades if one and other],
        [counterpart_shifts(one, other, Counterpart("made-up", 0, 0)) for one, other in pairwise(texts)],
        [
            find_shifts(one, other, change)
            for one, other in pairwise(texts)
            for change in describe_changes(one, other, [Link((0,), (0,), 0.9, "likeness")])
        ],
    ]


def read_segments(maker: Maker, _place: int) -> object:
    return [
        (segment.kind, segment.paragraph, segment.start, segment.text)
        for _ in range(4)
        for segment in read_text(make_record(maker)).segments
    ]


def read_phrases(maker: Maker, place: int) -> object:
    old, new = make_revision(maker, 12)
    texts = [read_text(" ".join(side), language="en") for side in (old, new)]
    before, after = (read_text(" ".join(side * 4), language="en") for side in (old, new))
    words = maker.one_of(SENTENCES).split()
    start = maker.below(max(1, len(words) - 5))
    phrase = read_phrase(" ".join(words[start : start + 2 + place % 4]))
    return (
        [find_similar(sentence, new, 0.2) for sentence in old],
        [match_phrase(phrase, sentence, fold(sentence)) for sentence in (*old, *new)],
        trace(read_query(old[0]), texts)[0],
        compare_phrases(before, after, load_vocabulary()),
    )


def read_lessons(maker: Maker, place: int) -> object:
    signs = {topic.id: [topic.id, *FILLERS[at * 4 : at * 4 + 4]] for at, topic in enumerate(TAUGHT.topics)}
    coded = []
    for _ in range(45 + 3 * place):
        held = [topic for topic in signs if maker.random() < 0.35]
        words = [maker.one_of(signs[topic]) for topic in held if maker.random() < 0.85]
        words += [maker.one_of(FILLERS) for _ in range(5)]
        coded.append(Coded(" ".join(words), tuple(held)))
    lesson = learn_topics(coded, TAUGHT, "en")
    return lesson.model.threshold, [
        (each.topic, each.bias, sorted(each.words.items()), sorted(each.terms.items()))
        for each in lesson.model.topics
    ]


PARTS: dict[str, Callable[[Maker, int], object]] = {
    "links": read_links,
    "speech": read_speech,
    "statuses": read_statuses,
    "shifts": read_shifts,
    "requests": read_requests,
    "segments": read_segments,
    "phrases": read_phrases,
    "lessons": read_lessons,
}


def digest_part(part: str, places: Iterable[int] = range(TIMES)) -> Iterator[str]:
    """Yield a line with a digest for each of the made-up inputs of a part, or those at some places."""
    for place in places:
        found = PARTS[part](Maker(place), place)
        yield f"{part} {place} {sha256(repr(found).encode()).hexdigest()[:12]}"


def main() -> None:
    """Write the digests."""
    DIGESTS.write_text("".join(f"{line}\n" for part in PARTS for line in digest_part(part)), encoding="utf-8")


if __name__ == "__main__":
    main()
