import copy
import math
from dataclasses import replace

import numpy as np
import pytest
from haystack import Document
from haystack.dataclasses import ExtractedAnswer
from hypothesis import given
from hypothesis import strategies as st

from components.answers.calibration import KINDS, Calibrator, Logistic
from components.answers.composer import BUNDLED, DIFFER, AnswerComposer, answer_id
from components.logits import logit
from components.models.distribution import SpanDistribution
from components.models.window import Window
from components.types import Answer, Evidence, Query

N = len(Evidence.names())
OFFSET = 100  # where the passages stand in their sources


def question(kind="factoid", text="How long is the warranty?"):
    return Query(original=text, text=text, question=text, language="en", kind=kind)


def passage(content, source="manual.md", relevance=0.0, start=OFFSET, **meta):
    scores = {"dense": 0.5, "lexical": 3.0, "lexical_share": 0.5, "fused": 0.5, "relevance": relevance}
    place = {"source": source, "source_id": source, "start": start, "end": start + len(content), "language": "en"}
    return Document(id=f"{source}:{start}", content=content, meta=place | {"kind": "text", "scores": scores} | meta)


def span(document, text, score=2.0, occurrence=0):
    start = -1
    for _ in range(occurrence + 1):
        start = document.content.index(text, start + 1)
    offset = ExtractedAnswer.Span(start, start + len(text))
    return ExtractedAnswer(
        query="?",
        score=1 / (1 + math.exp(-score)),
        data=text,
        document=document,
        document_offset=offset,
        context_offset=offset,
        meta={"span": score, "null": 0.0, "rank": 0},
    )


def model(coefficients=(), intercept=0.0, threshold=0.5):
    return Logistic((0.0,) * N, (1.0,) * N, (*coefficients, *[0.0] * (N - len(coefficients))), intercept, threshold)


def composer_of(path, **kinds):
    """A composer whose calibrator never believes the kinds that are left out."""
    Calibrator(dict.fromkeys(KINDS, model(intercept=-20.0)) | kinds).save(path)
    return AnswerComposer(str(path))


@pytest.fixture
def composer(tmp_path):
    """Spans by the span score, passages and FAQ rows by relevance, thresholds at one half."""
    by_relevance = model((1.0,))
    by_span = model((0.0, 1.0, 0, 0, 0, 0.1))
    return composer_of(tmp_path / "calibrator.json", span=by_span, faq=by_relevance, passage=by_relevance)


@pytest.fixture
def composer_of_statements(tmp_path):
    """Sentences, rows and lists by the span score; of the longer ones only those that hold more."""
    by_span = model((0.0, 1.0))
    return composer_of(tmp_path / "statements.json", span=by_span, sentence=by_span, list=model((0.0, 1.0), -0.5))


@pytest.fixture
def composer_of_codes(tmp_path):
    """Spans by the span score, and as much by the question's codes around them."""
    return composer_of(tmp_path / "codes.json", span=model((0, 1.0, 0, 0, 0, 0, 0, 4.0)))


def compose(composer, documents, spans, kind="factoid", asked=None, **options) -> dict:
    understood = question(kind) if asked is None else replace(question(kind), question=asked)
    return composer.run(understood, documents, spans, **options)


def test_an_answer_carries_its_exact_place_and_everything_about_it(composer):
    text = "Each device has a warranty. It lasts three years from the purchase. Keep the bill."
    document = passage(
        text, relevance=1.5, title="Manual", heading="Service > Warranty", page=4, url="https://example.org/m"
    )
    result = compose(composer, [document], [span(document, "ree year")])
    (answer,) = result["answers"]
    assert isinstance(answer, Answer)
    assert answer.text == "three years"
    assert answer.sentence == "It lasts three years from the purchase."
    assert answer.start == OFFSET + text.index("three")
    assert answer.passage[answer.start - answer.passage_start : answer.end - answer.passage_start] == answer.text
    assert (answer.kind, answer.source, answer.title, answer.page) == ("span", "manual.md", "Manual", 4)
    assert (answer.heading, answer.url, answer.language) == ("Service > Warranty", "https://example.org/m", "en")
    assert answer.id == answer_id("manual.md", answer.start, answer.end)
    assert answer.scores == {
        "relevance": 1.5, "span": 2.0, "dense": 0.5, "lexical": 0.5, "margin": 0.0, "support": 1.0, "faq": 0.0,
        "codes": 1.0, "near": 0.5, "coverage": 0.5, "behind": 0.0, "fits": 1.0, "mass": 0.0,
        "length": pytest.approx(math.log(3)), "novel": 1.0, "statement": 0.0, "enumerates": 0.0,
    }  # fmt: skip
    assert answer.confidence == pytest.approx(1 / (1 + math.exp(-2.1)))
    assert result["no_answer_confidence"] == pytest.approx(1 - answer.confidence)
    assert result["warnings"] == []
    assert [place.start for place in answer.support] == [answer.start]
    assert answer.differs is False


def test_a_value_of_the_kind_asked_for_is_behind_no_words_of_another(composer_of_codes):
    composer = composer_of_codes
    document = passage("Check it every month in the cold. It should be 1.5 bar, and 2 bar when it is warm.")
    spans = [span(document, "in the cold", 6.0), span(document, "1.5 bar", 2.0), span(document, "2 bar", 1.0)]
    asked = "What pressure should it have?"
    found = compose(composer, [document], spans, asked=asked, kind="number", threshold=0.0)["answers"]
    assert {answer.text: answer.scores["behind"] for answer in found} == {"in the cold": 0, "1.5 bar": 0, "2 bar": 1}
    doubted = [spans[0], span(document, "1.5 bar", -2.0)]
    found = compose(composer, [document], doubted, asked=asked, kind="number", threshold=0.0)["answers"]
    assert {answer.text: answer.scores["behind"] for answer in found} == {"in the cold": 0, "1.5 bar": 8}
    any_words = compose(composer, [document], spans, asked=asked, threshold=0.0)["answers"]
    assert {answer.text: answer.scores["behind"] for answer in any_words} == {
        "in the cold": 0,
        "1.5 bar": 4,
        "2 bar": 5,
    }


def test_an_answer_over_the_page_s_end_names_the_page_it_stands_on(composer):
    text = "The data are stored in the Union for 13 months."
    document = passage(text, page=4, page_breaks=[text.index("Union")])
    for words, page in (("stored", 4), ("the Union", 4), ("13 months", 5)):
        (answer,) = compose(composer, [document], [span(document, words)])["answers"]
        assert (answer.text.removeprefix("the "), answer.page) == (words.removeprefix("the "), page)
        assert [place.page for place in answer.support] == [page]


def test_no_passages_give_nothing(composer):
    assert compose(composer, [], []) == {"answers": [], "no_answer_confidence": 1.0, "warnings": []}


def test_equal_spans_of_several_documents_become_one_with_their_support(composer):
    first = passage("The warranty lasts three years.", "a.md", relevance=2.0)
    second = passage("Three years of warranty are included.", "b.md", relevance=1.0)
    third = passage("It is blue.", "c.md", relevance=-1.0)
    spans = [span(first, "three years"), span(second, "Three years"), span(third, "blue", -3.0)]
    (answer,) = compose(composer, [first, second, third], spans)["answers"]
    assert [(place.source, place.start) for place in answer.support] == [
        ("a.md", OFFSET + first.content.index("three")),
        ("b.md", OFFSET),
    ]
    assert answer.scores["support"] == 2.0
    assert answer.scores["margin"] == 3.0  # to the passage that says nothing, not to the other supporter


def test_spans_at_one_place_seen_through_two_windows_count_once(composer):
    first = passage("The warranty lasts three years. Keep the bill.", relevance=2.0)
    at = first.content.index("three")
    second = passage(first.content[at:], start=OFFSET + at, relevance=1.0)
    spans = [span(first, "three years"), span(second, "three years", 1.0), span(first, "lasts three years", 1.5)]
    (answer,) = compose(composer, [first, second], spans)["answers"]
    assert answer.text == "three years"
    assert answer.scores["support"] == 1.0
    assert len(answer.support) == 1


def test_one_place_in_two_sources_of_one_name_is_two(composer):
    text = "The warranty lasts three years."
    one, two = passage(text, source_id="s-one", relevance=2.0), passage(text + " Keep the bill.", source_id="s-two")
    elsewhere = [{"source": "copy.md", "source_id": "s-copy", "title": None, "page": 2, "start": 5, "end": 9}]
    two.meta["duplicates"] = [*elsewhere, {"source": "stock.md", "start": 5, "end": 9}]
    (answer,) = compose(composer, [one, two], [span(one, "three years"), span(two, "three years")])["answers"]
    assert answer.support[0].source_id == answer.source_id
    assert sorted(place.source_id for place in answer.support) == ["", "s-copy", "s-one", "s-two"]


def test_a_span_that_the_reader_does_not_believe_is_no_support(composer):
    first = passage("The warranty lasts three years.", "a.md")
    second = passage("The company is three years old.", "b.md")
    (answer,) = compose(composer, [first, second], [span(first, "three years"), span(second, "three years", -1.0)])[
        "answers"
    ]
    assert [place.source for place in answer.support] == ["a.md"]


def test_the_same_words_beside_another_code_are_no_support(composer):
    table = passage("Code: E-11; Solved by: Owner\nCode: E-12; Solved by: Owner", kind="table")
    both = [span(table, "Owner"), span(table, "Owner", 1.0, occurrence=1)]
    assert compose(composer, [table], both)["answers"][0].scores["support"] == 2.0
    assert compose(composer, [table], both, asked="Who solves E-11?")["answers"][0].scores["support"] == 1.0


def test_near_duplicates_of_the_passage_count_as_support(composer):
    copy_of = {"source": "old.md", "title": "Old", "page": None, "start": 5, "end": 40}
    document = passage("The warranty lasts three years.", duplicates=[copy_of])
    (answer,) = compose(composer, [document], [span(document, "three years")])["answers"]
    assert [(place.source, place.title) for place in answer.support] == [("manual.md", None), ("old.md", "Old")]
    assert answer.scores["support"] == 2.0


def test_two_confident_answers_that_differ_are_both_given_and_marked(composer):
    old = passage("The warranty lasts two years.", "old.md")
    new = passage("The warranty lasts three years.", "new.md")
    weak = passage("Maybe five years.", "weak.md")
    documents = [new, old, weak]
    spans = [span(new, "three years", 3.0), span(old, "two years", 2.0), span(weak, "five years", -1.0)]
    result = compose(composer, documents, spans)
    assert [(answer.text, answer.differs) for answer in result["answers"]] == [
        ("three years", True),
        ("two years", True),
    ]
    assert result["warnings"] == [DIFFER]
    # An unsure answer, given because all were asked for, contradicts nobody.
    unsure = compose(composer, documents, spans, threshold=0)["answers"]
    assert [answer.differs for answer in unsure] == [True, True, False]


def test_answers_that_are_given_but_hardly_believed_do_not_contradict_each_other(tmp_path):
    one, other = passage("It lasts two years.", "a.md"), passage("It lasts three years.", "b.md")
    spans = [span(one, "two years", -0.2), span(other, "three years", -0.5)]
    doubtful = composer_of(tmp_path / "calibrator.json", span=model((0.0, 1.0), threshold=0.2))
    result = compose(doubtful, [one, other], spans)
    assert [answer.differs for answer in result["answers"]] == [False, False]
    assert result["warnings"] == []


def test_an_answer_that_holds_the_other_does_not_differ(composer):
    short, long = passage("14 days", "a.md"), passage("14 days after you have received the goods", "b.md")
    answers = compose(composer, [short, long], [span(short, "14 days"), span(long, long.content)])["answers"]
    assert len(answers) == 2
    assert not any(answer.differs for answer in answers)


def test_a_doubtful_span_in_a_good_passage_gives_the_passage(composer):
    good = passage("The device is blue. It weighs two kilograms. ", relevance=2.0)
    result = compose(composer, [good], [span(good, "two kilograms", -1.0)])
    (answer,) = result["answers"]
    assert answer.kind == "passage"
    assert answer.text == good.content.strip()
    assert answer.sentence == "It weighs two kilograms."
    assert answer.start == OFFSET
    assert result["no_answer_confidence"] == pytest.approx(1 - answer.confidence)


def test_a_good_passage_without_any_span_is_given_too(composer):
    (answer,) = compose(composer, [passage("It weighs two kilograms.", relevance=2.0)], [])["answers"]
    assert (answer.kind, answer.text) == ("passage", "It weighs two kilograms.")


def test_below_both_thresholds_there_is_no_answer(composer):
    poor = passage("The device is blue.", relevance=-2.0)
    result = compose(composer, [poor], [span(poor, "blue", -1.0)])
    assert result["answers"] == []
    assert result["no_answer_confidence"] == pytest.approx(1 / (1 + math.exp(-0.9)))


def test_threshold_zero_gives_the_best_answer_however_unsure(composer):
    poor = passage("The device is blue.", relevance=-2.0)
    spans = [span(poor, "blue", -8.0), span(poor, "The device", -9.0)]
    best, *_ = compose(composer, [poor], spans, threshold=0)["answers"]
    assert (best.text, best.kind) == ("blue", "span")
    assert compose(replace_threshold(composer, 0.0), [poor], spans)["answers"][0].text == "blue"
    assert compose(composer, [poor], [span(poor, "blue", 3.0)], threshold=1.0)["answers"] == []


def replace_threshold(composer, threshold):
    return AnswerComposer(composer.calibrator, threshold=threshold)


def test_top_k_limits_and_zero_gives_nothing(composer):
    documents = [passage(f"Number {n}", f"{n}.md") for n in range(5)]
    spans = [span(document, str(n), 5.0 - n / 2) for n, document in enumerate(documents)]
    assert [answer.text for answer in compose(composer, documents, spans)["answers"]] == ["0", "1", "2"]
    assert len(compose(composer, documents, spans, top_k=4)["answers"]) == 4
    assert compose(composer, documents, spans, top_k=0)["answers"] == []


def test_a_faq_row_answers_with_its_answer_part_in_the_same_list(composer):
    content = "How long is the warranty?\nThree years. Keep the bill."
    faq = passage(content, "faq.csv", relevance=1.0, kind="faq", answer_start=26, question="How long is the warranty?")
    text = passage("The motor has a warranty of ten years.", relevance=0.5)
    first, second = compose(composer, [faq, text], [span(faq, "How long"), span(text, "ten years", 0.5)])["answers"]
    assert (first.kind, first.text, first.sentence) == ("faq", "Three years. Keep the bill.", first.text)
    assert first.start == OFFSET + 26
    assert (first.scores["faq"], first.scores["span"]) == (1.0, 2.0)
    assert (second.kind, second.scores["faq"]) == ("span", 0.0)
    faq_alone = replace(faq, meta=faq.meta | {"scores": {"relevance": -3.0}})
    assert compose(composer, [faq_alone], [])["answers"] == []


def test_a_list_leads_where_it_is_likelier_than_its_item(tmp_path):
    text = "To reset the device:\n1. Hold the red button.\n2. Wait for the light.\n\nThen call us."
    document = passage(text)
    spans = [span(document, "red button")]
    lists = composer_of(tmp_path / "lists.json", sentence=model(intercept=-1.0), list=model(intercept=2.0))
    (answer,) = compose(lists, [document], spans, kind="how-to")["answers"]
    assert (answer.kind, answer.text) == (
        "list",
        "To reset the device:\n1. Hold the red button.\n2. Wait for the light.",
    )
    assert (answer.sentence, answer.words) == ("1. Hold the red button.", "red button")
    items = composer_of(tmp_path / "items.json", sentence=model(intercept=2.0), list=model(intercept=2.1))
    (answer,) = compose(items, [document], spans, kind="how-to")["answers"]
    assert (answer.kind, answer.text) == ("sentence", "1. Hold the red button.")


@pytest.mark.parametrize("kind", ["why", "yes-no", "definition", "list", "comparison", "error"])
def test_a_question_that_words_do_not_answer_leads_with_the_sentence(composer_of_statements, kind):
    document = passage("It is new. The valve is closed because of the frost. Keep it so.")
    (answer,) = compose(composer_of_statements, [document], [span(document, "the frost")], kind=kind)["answers"]
    assert (answer.text, answer.kind) == ("The valve is closed because of the frost.", "sentence")
    assert (answer.words, answer.start) == ("the frost", OFFSET + 11)
    (answer,) = compose(composer_of_statements, [document], [span(document, "the frost")])["answers"]
    assert (answer.text, answer.kind) == ("the frost", "span")


def test_a_sentence_that_leads_is_given_once(composer_of_statements):
    document = passage("E-1: the pump is stuck; call the owner. It is blue.")
    later = passage(document.content[5:], start=OFFSET + 5)
    spans = [span(document, "the pump is stuck", 3.0), span(document, "the owner", 2.0), span(later, "blue", 1.0)]
    answers = compose(composer_of_statements, [document, later], spans, kind="definition", top_k=2)["answers"]
    assert [answer.text for answer in answers] == ["E-1: the pump is stuck; call the owner.", "It is blue."]
    answers = compose(composer_of_statements, [document, later], spans, kind="factoid", top_k=2)["answers"]
    assert [answer.text for answer in answers] == ["the pump is stuck", "the owner"]


def test_a_section_shows_what_follows_its_passage(tmp_path):
    document = passage("Order a kit.\n\nThe kit holds:", continues="\n\n- a hoodie\n- socks")
    sections = composer_of(tmp_path / "calibrator.json", passage=model(intercept=-2.0), section=model(intercept=2.0))
    (answer,) = compose(sections, [document], [span(document, "kit")], kind="list")["answers"]
    assert (answer.kind, answer.text) == ("section", document.content + document.meta["continues"])
    assert answer.end - answer.start == len(answer.text)
    assert answer.words == "kit"


def test_a_longer_unit_than_anybody_would_paste_is_not_shown(tmp_path):
    document = passage("It is short. " + "A word and another. " * 80)
    units = composer_of(tmp_path / "calibrator.json", sentence=model(intercept=-1.0), passage=model(intercept=3.0))
    (answer,) = compose(units, [document], [span(document, "short")], kind="why", threshold=0.0)["answers"]
    assert answer.kind == "sentence"


def test_the_mass_of_a_unit_is_evidence(composer):
    document = passage("It is blue. It lasts three years.")
    offsets = np.array([(0, 2), (3, 5), (6, 10), (12, 14), (15, 20), (21, 26), (27, 32)])
    start, end = np.zeros(7, np.float32), np.zeros(7, np.float32)
    start[5], end[6] = 6.0, 6.0
    read = SpanDistribution.of([Window(start, end, offsets, null=2.0)], 30)
    found = compose(composer, [document], [span(document, "three years")], distributions={document.id: read})
    assert found["answers"][0].scores["mass"] == pytest.approx(logit(read.mass(21, 32)))
    assert read.mass(21, 32) > 0.9


def test_an_answer_about_another_model_is_doubted(composer_of_codes):
    document = passage("The H5 holds 4 litres. The H12 holds 10 litres.")
    spans = [span(document, "4 litres", 6.0), span(document, "10 litres", 5.0)]
    found = compose(composer_of_codes, [document], spans, asked="How much does the H12 hold?")["answers"]
    assert found[0].text == "10 litres"
    assert found[0].scores["codes"] == 1.0


def test_stock_readers_and_rankers_without_our_scores_work(composer):
    document = Document(content="It lasts three years.")
    stock = replace(span(document, "three years", 2.0), meta={})
    (answer,) = compose(composer, [document], [stock])["answers"]
    assert (answer.text, answer.source, answer.start) == ("three years", document.id, 9)
    assert answer.scores["span"] == pytest.approx(2.0)


def test_spans_of_nothing_or_of_unknown_passages_are_left_out(composer):
    document, stranger = passage("It lasts ... three years.", relevance=-5.0), passage("Blue.", "x.md")
    empty = passage("", "empty.md", relevance=-5.0)
    spans = [span(document, "..."), span(stranger, "Blue"), replace(span(document, "It"), document_offset=None)]
    assert compose(composer, [document, empty], spans)["answers"] == []


def test_inputs_are_not_changed_and_a_second_run_is_equal(composer):
    documents = [passage("The warranty lasts three years.", relevance=1.0)]
    spans = [span(documents[0], "three years")]
    before = copy.deepcopy((documents, spans))
    first = compose(composer, documents, spans)
    assert (documents, spans) == before
    assert compose(composer, documents, spans) == first


def test_ties_keep_the_order_of_the_passages(composer):
    documents = [passage("Red.", "a.md"), passage("Blue.", "b.md")]
    spans = [span(documents[1], "Blue"), span(documents[0], "Red")]
    assert [answer.text for answer in compose(composer, documents, spans)["answers"]] == ["Red", "Blue"]


def test_serialisation_keeps_every_parameter_and_warm_up_reads_the_bundled_file():
    made = AnswerComposer("some.json", top_k=5, threshold=0.0)
    again = AnswerComposer.from_dict(made.to_dict())
    assert (again.calibrator, again.top_k, again.threshold) == ("some.json", 5, 0.0)
    bundled = AnswerComposer()
    bundled.warm_up()
    scores = {"dense": 0.8, "lexical": 9.0, "lexical_share": 1.0, "fused": 1.0, "relevance": 6.0}
    document = passage("The warranty lasts three years.", scores=scores)
    (answer,) = compose(bundled, [document], [span(document, "three years", 16.0)])["answers"]
    assert Calibrator.load(BUNDLED).threshold("span") <= answer.confidence <= 1.0
    assert tuple(answer.scores) == Evidence.names()


@given(st.text(min_size=1, max_size=60), st.sampled_from(["factoid", "how-to", "why"]), st.data())
def test_an_answer_is_a_verbatim_slice_of_its_passage(text, kind, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    document = passage(text)
    offset = ExtractedAnswer.Span(start, end)
    found = replace(span(document, text), document_offset=offset, data=text[start:end])
    for answer in AnswerComposer(threshold=0.0).run(question(kind), [document], [found])["answers"]:
        assert text[answer.start - OFFSET : answer.end - OFFSET] == answer.text
        assert answer.words in answer.text
        assert answer.sentence in answer.passage
        assert answer.text.strip()


TABLE = "Model: H5; Minimum flow: 11 l/min; Price: 30\nModel: H12; Minimum flow: 22 l/min; Price: 65"


def test_the_surroundings_of_an_answer_in_a_table_are_its_row(composer_of_codes):
    document = passage(TABLE, kind="table")
    spans = [span(document, "11 l/min", 3.0), span(document, "22 l/min", 2.0)]
    asked = "What is the flow of the H12?"
    first, second = compose(composer_of_codes, [document], spans, asked=asked)["answers"]
    assert (first.text, first.sentence) == ("22 l/min", TABLE.splitlines()[1])
    assert (first.scores["codes"], second.scores["codes"]) == (1.0, 0.5)


def test_no_answer_runs_from_one_row_into_the_next(composer):
    document = passage(TABLE, kind="table")
    answers = compose(composer, [document], [span(document, "30\nModel: H12")])["answers"]
    assert [answer.kind for answer in answers] == ["passage"]


def test_an_answer_in_a_table_is_the_value_without_the_name_of_its_column(composer):
    document = passage(TABLE, kind="table")
    (answer,) = compose(composer, [document], [span(document, "Price: 65")])["answers"]
    assert answer.text == "65"
    (answer,) = compose(composer, [document], [span(document, "Minimum flow")])["answers"]
    assert answer.text == "Minimum flow"


def test_an_answer_in_a_table_ends_with_its_cell(composer):
    document = passage(TABLE, kind="table")
    (answer,) = compose(composer, [document], [span(document, "11 l/min; Price")])["answers"]
    assert answer.text == "11 l/min"
    listed = passage("Model: H5; Colours: red; blue; Price: 30", kind="table")
    (answer,) = compose(composer, [listed], [span(listed, "red; blue; Price")])["answers"]
    assert answer.text == "red; blue"


def test_keywords_are_answered_with_the_whole_row(composer_of_statements):
    document = passage(TABLE, kind="table")
    (answer,) = compose(composer_of_statements, [document], [span(document, "22 l/min")], kind="keyword", asked="H12")[
        "answers"
    ]
    assert (answer.kind, answer.text) == ("row", TABLE.splitlines()[1])


def test_the_evidence_tells_whether_the_words_are_of_the_kind_asked_for(composer):
    document = passage("It keeps the rooms at 8 °C on mild days.")
    spans = [span(document, "8 °C"), span(document, "mild days", 1.0)]
    answers = compose(composer, [document], spans, kind="number", asked="How warm is it?")["answers"]
    assert [(answer.text, answer.scores["fits"]) for answer in answers] == [("8 °C", 1.0), ("mild days", 0.0)]
