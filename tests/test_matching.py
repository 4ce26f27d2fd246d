from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.comparing.topics.vocabulary import matching
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.model.topics import Mention, Topic, Vocabulary

UN = load_vocabulary()

CASES: tuple[tuple[str, str, list[str]], ...] = (
    (
        "Trafficking in persons and drug trafficking must end.",
        "en",
        ["human-trafficking", "drug-trafficking"],
    ),
    ("We fight modern slavery and human trafficking.", "en", ["human-trafficking"]),
    ("Criminal flows from Afghanistan reach us.", "en", ["afghan-criminal-flows"]),
    ("A treaty on cybercrime is near.", "en", ["cybercrime-treaty"]),
    (
        "An organized crime strategy, and organised crime strategies.",
        "en",
        ["organised-crime-strategies"] * 2,
    ),
    ("Online child sexual exploitation and abuse", "en", ["online-child-abuse"]),
    ("SEA-LEVEL RISE", "en", ["sea-level-rise"]),
    ("sea level rise and sea‑level rise", "en", ["sea-level-rise", "sea-level-rise"]),
    ("The United Nations Charter and UN reform", "en", ["international-law", "un-reform"]),
    ("reform of the United Nations", "en", ["un-reform"]),
    ("Rohingya’s plight; Ukraine's people", "en", ["situation-myanmar", "situation-ukraine"]),
    ("AI and ai; the NPT", "en", ["artificial-intelligence", "non-proliferation"]),
    ("All 17 SDGs", "en", ["sustainable-development-goals"]),
    ("The people who care", "en", []),
    ("The fight against AIDS", "en", ["health"]),
    ("South Sudan and the Sudan", "en", ["situation-south-sudan", "situation-sudan"]),
    ("Lake Chad dries", "en", ["situation-sahel"]),
    ("The Commission on Crime Prevention and Criminal Justice", "en", []),
    ("The United Nations Office on Drugs and Crime", "en", []),
    ("The United Kingdom of Great Britain and Northern Ireland", "en", []),
    ("A climate of fear", "en", []),
    ("We owe a debt of gratitude", "en", []),
    (
        "La lutte contre les changements climatiques et l’État de droit",
        "fr",
        ["climate-change", "rule-of-law"],
    ),
    ("La traite des êtres humains", "fr", ["human-trafficking"]),
    ("El cambio climático y la trata de personas", "es", ["climate-change", "human-trafficking"]),
    ("борьба с терроризмом и изменения климата", "ru", ["terrorism", "climate-change"]),
    ("مكافحة الإرهاب وتغير المناخ", "ar", ["terrorism", "climate-change"]),
    ("应对气候变化和打击恐怖主义", "zh", ["climate-change", "terrorism"]),
    ("Climate change", "und", ["climate-change"]),
    ("We act right now, in the right direction", "en", []),
    ("A permanent member of the Security Council", "en", []),
    ("A global coalition of ports", "en", []),
    ("A stronger UN; a stronger United Nations", "en", ["un-reform", "un-reform"]),
    ("The World Bank and the IMF", "en", ["international-financial-architecture", "development-finance"]),
    ("Disarmament and non-proliferation", "en", ["general-disarmament", "non-proliferation"]),
    ("Le désarmement et la non-prolifération", "fr", ["general-disarmament", "non-proliferation"]),
    ("Development and humanitarian aid", "en", ["development-finance", "humanitarian-aid"]),
    ("Trade and investment", "en", ["trade", "investment"]),
    ("The war between Iran and Iraq", "en", ["situation-iran-iraq-war"]),
    ("Empowering women; to empower women", "en", ["gender-equality", "gender-equality"]),
    ("They talk in good faith; people of different faiths", "en", ["religious-freedom"]),
    ("The men and women of this Organization; the rights of women", "en", ["gender-equality"]),
    ("A civilian airliner; civilians were killed", "en", ["civil-aviation", "protection-of-civilians"]),
    ("The fiscal health of funds; plastic surgery; a ray of hope", "en", []),
    ("An earthquake, a flood of refugees and floods", "en", ["disaster-risk", "refugees", "disaster-risk"]),
    ("Migration to the cities; migration across seas", "en", ["population", "migration"]),
    ("The terrorist threat and the use of the veto", "en", ["terrorism", "security-council-reform"]),
    ("Expanding the membership of the Council", "en", ["security-council-reform"]),
    ("A free and open Indo-Pacific", "en", ["regional-cooperation"]),
    ("The Israeli Embassy", "en", []),
    ("Freedom of the harbour", "en", []),
    ("We must address the climate change issue", "en", ["climate-change"]),
    ("Regional co-operation, and CO-ORDINATED regional cooperation", "en", ["regional-cooperation"] * 2),
    ("They spoke of lands, restoration and hope.", "en", []),
    ("Women, peace, and security; women, peace and security", "en", ["women-peace-security"] * 2),
)


@pytest.mark.parametrize(("sentence", "language", "topics"), CASES)
def test_a_sentence_meets_the_topics_it_names(sentence: str, language: str, topics: list[str]) -> None:
    (found,) = match_topics([sentence], UN, language=language)
    assert [mention.topic for mention in found] == topics


def _made_up(terms: tuple[str, ...], hints: tuple[str, ...] = ()) -> Vocabulary:
    topic = Topic("t", "T", terms={"en": terms}, hints={"en": hints})
    return Vocabulary("made-up", (topic,))


def test_the_longest_term_wins_and_mentions_do_not_overlap() -> None:
    vocabulary = _made_up(("water", "water supply", "supply chain"))
    (found,) = match_topics(["Water supply chains and water."], vocabulary)
    assert [mention.term for mention in found] == ["Water supply", "water"]


def test_a_short_word_of_arabic_may_have_a_letter_before_it_where_more_words_follow() -> None:
    """By itself it is another word with one: ``يد`` is a hand, and ``بيد`` however."""
    topics = Topic("hand", "Hand", terms={"ar": ("يد",)}), Topic("life", "Life", terms={"ar": ("حق الحياة",)})
    sentences = ["يد العون", "بيد أن السلام بعيد", "حق الحياة", "وحق الحياة"]
    found = match_topics(sentences, Vocabulary("two", topics), language="ar")
    assert [[mention.topic for mention in each] for each in found] == [["hand"], [], ["life"], ["life"]]


def test_a_near_miss_hides_its_own_topic_only() -> None:
    near = Topic("a", "A", terms={"en": ("trade",)}, near_misses={"en": ("arms trade",)})
    vocabulary = Vocabulary("two", (near, Topic("b", "B", terms={"en": ("arms",)})))
    (found,) = match_topics(["The arms trade is no trade."], vocabulary)
    assert [(mention.topic, mention.start) for mention in found] == [("b", 4), ("a", 21)]


def test_a_hint_with_a_capital_is_met_as_written() -> None:
    vocabulary = _made_up(("2030 Agenda",), hints=("Goals",))
    sentences = ["The Goals guide us.", "We share the goals of the Charter.", "WE MUST REACH THE GOALS."]
    assert [len(found) for found in match_topics(sentences, vocabulary)] == [1, 0, 1]


def test_the_longest_of_the_terms_that_share_words_wins_and_any_wins_over_a_hint() -> None:
    vocabulary = _made_up(("law of the sea", "sea level rise", "ice cap"), hints=("the melting ice",))
    (found,) = match_topics(["The law of the sea level rise and the melting ice cap"], vocabulary)
    assert [mention.term for mention in found] == ["law of the sea", "ice cap"]
    vocabulary = _made_up(("the sea", "sea level rise"))
    (found,) = match_topics(["Against the sea level rise"], vocabulary)
    assert [mention.term for mention in found] == ["sea level rise"]


def test_a_compound_credits_another_topic_only_with_a_whole_side() -> None:
    whole = Topic("a", "A", terms={"en": ("food and drug safety",)})
    part = Topic(
        "b", "B", terms={"en": ("drug", "drug safety", "safety", "and drug")}, hints={"en": ("food",)}
    )
    (found,) = match_topics(["Food and drug safety"], Vocabulary("two", (whole, part)))
    assert [(each.topic, each.term, each.method) for each in found] == [
        ("a", "Food and drug safety", "term"),
        ("b", "Food", "hint"),
        ("b", "drug safety", "term"),
    ]


def test_terms_of_two_topics_that_cross_both_count() -> None:
    one = Topic("a", "A", terms={"en": ("financing harbours", "harbours of the north")})
    other = Topic(
        "b", "B", terms={"en": ("harbours and roads", "the north")}, hints={"en": ("roads abroad",)}
    )
    (found,) = match_topics(
        ["Financing harbours and roads abroad, and the harbours of the north"],
        Vocabulary("two", (one, other)),
    )
    assert [(each.topic, each.term) for each in found] == [
        ("a", "Financing harbours"),
        ("b", "harbours and roads"),
        ("a", "harbours of the north"),
    ]


def test_a_term_in_a_longer_one_of_another_topic_counts_unless_that_is_a_name_or_related() -> None:
    def count(sentence: str, broader: str | None = None) -> list[str]:
        topics = (
            Topic("a", "A", terms={"en": ("coastal fish",)}),
            Topic("b", "B", terms={"en": ("trade in coastal fish",)}, broader=broader),
        )
        (found,) = match_topics([sentence], Vocabulary("two", topics))
        return [each.topic for each in found]

    assert count("We stop the trade in coastal fish") == ["b", "a"]
    assert count("We stop the trade in Coastal Fish") == ["b", "a"]
    assert count("We join the Fund for Trade in Coastal Fish") == ["b"]
    assert count("We stop the trade in coastal fish", broader="a") == ["b"]


def test_an_article_behind_the_and_of_a_compound_belongs_to_neither_side() -> None:
    topics = (
        Topic("a", "A", terms={"en": ("governance and the law",)}),
        Topic("b", "B", terms={"en": ("law",)}),
    )
    (found,) = match_topics(["Governance and the law"], Vocabulary("two", topics))
    assert [(each.topic, each.term) for each in found] == [("a", "Governance and the law"), ("b", "law")]


def test_words_are_matched_whole() -> None:
    assert match_topics(["Seawater, waterfall"], _made_up(("water",))) == ((),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("child", "children"),
        ("woman", "women"),
        ("man", "men"),
        ("crisis", "crises"),
        ("programme", "programs"),
        ("program", "programmes"),
        ("defence", "defense"),
        ("centre", "centers"),
        ("center", "centres"),
        ("labour", "labor"),
    ],
)
def test_an_irregular_plural_and_another_spelling_are_the_same_word(one: str, other: str) -> None:
    for term, said in ((one, other), (other, one)):
        (found,) = match_topics([f"The {said} of the country"], _made_up((term,)))
        assert [mention.term for mention in found] == [said]


def test_confidence_follows_how_much_the_words_settle() -> None:
    vocabulary = _made_up(("legal aid", "NPT", "prisons"), hints=("cells",))
    (found,) = match_topics(["Legal aid, the NPT, prisons, cells"], vocabulary)
    assert [mention.confidence for mention in found] == sorted({m.confidence for m in found}, reverse=True)
    assert [mention.method for mention in found] == ["term", "term", "term", "hint"]


def test_decomposed_accents_are_the_same_letters() -> None:
    (found,) = match_topics(["l'e\u0301ducation des filles"], UN, language="fr")
    assert [mention.topic for mention in found] == ["girls-education"]


@given(
    st.lists(st.text(max_size=80), max_size=4), st.sampled_from(["en", "fr", "ru", "ar", "zh", "xx", "und"])
)
def test_offsets_are_exact_and_ordered_for_any_text(sentences: list[str], language: str) -> None:
    found = match_topics(sentences, UN, language=language)
    assert len(found) == len(sentences)
    for index, (sentence, mentions) in enumerate(zip(sentences, found, strict=True)):
        end = 0
        for mention in mentions:
            assert mention.segment == index
            assert end <= mention.start < mention.end
            assert sentence[mention.start : mention.end] == mention.term
            end = mention.end


HIDDEN = {("social-protection", "good jobs")}
"""Its own near miss has the same stems ("good job"), and so it is never met."""


def test_every_english_term_is_met_by_its_own_topic() -> None:
    terms = [(topic.id, term) for topic in UN.topics for term in topic.terms.get("en", ())]
    found = match_topics([f"and then {term}, they said" for _, term in terms], UN)
    met = [{mention.topic for mention in mentions} for mentions in found]
    assert {each for each, topics in zip(terms, met, strict=True) if each[0] not in topics} == HIDDEN


def test_a_vocabulary_that_was_cut_has_a_digest_and_matches_of_its_own() -> None:
    """Whichever of both is asked first, in any order: what is made of one is never given for the other."""
    sentences = [sentence for sentence, language, _ in CASES if language == "en"]
    some = {"climate-change", "human-trafficking", "un-reform", "international-financial-architecture"}
    cut = replace(UN, topics=tuple(topic for topic in UN.topics if topic.id in some))
    other = replace(cut.topics[0], terms={"en": ("needle in haystacks",)}, hints={})
    edited = replace(cut, topics=(other,))
    assert len({UN.digest, cut.digest, edited.digest, replace(UN, overlap=True).digest}) == 4
    found: dict[str, tuple[tuple[Mention, ...], ...]] = {}
    for order in permutations((UN, cut, edited)):
        matching._compile.cache_clear()  # noqa: SLF001
        matching._read_topics.cache_clear()  # noqa: SLF001
        for vocabulary in order:
            named = match_topics(sentences, vocabulary)
            assert found.setdefault(vocabulary.digest, named) == named
    assert {each.topic for row in found[cut.digest] for each in row} == {*some}
    assert not any(found[edited.digest])


def test_year_model_and_recognition_leave_what_is_made_of_the_topics_as_it_is() -> None:
    dated = replace(UN, year=2020)
    assert (dated.content, dated.digest) == (UN.content, UN.digest)
    assert matching.compile_lexicon(dated, "en") is matching.compile_lexicon(UN, "en")
