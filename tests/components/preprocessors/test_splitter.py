from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from haystack import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from components.converters.extracted import Block
from components.errors import ConfigurationError
from components.preprocessors import packing
from components.preprocessors.dividing import tokens_of
from components.preprocessors.splitter import PassageSplitter

CORPUS = [
    "the cat sat on the mat and the dog slept in the house",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z",
]


@cache
def wordpiece() -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=90, special_tokens=["[UNK]", "[CLS]", "[SEP]"], show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


@pytest.fixture(scope="module")
def tokenizer_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    wordpiece().save(str(path))
    return str(path)


@pytest.fixture(scope="module")
def bytes_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Byte-level BPE: whose parts' tokens do not add up to the whole's, and whose signs may take several tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        CORPUS, trainers.BpeTrainer(vocab_size=300, initial_alphabet=alphabet, show_progress=False)
    )
    path = tmp_path_factory.mktemp("bytes") / "tokenizer.json"
    tokenizer.save(str(path))
    return str(path)


def document(text: str, blocks: list[Block] | None = None, **meta: Any) -> Document:
    given = {"source": "kb/a.md", "source_id": "s", "version": "v", **meta}
    return Document(content=text, meta=given if blocks is None else given | {"blocks": blocks})


def joined(*parts: tuple[str, dict[str, Any]]) -> Document:
    """A document of blocks, two line feeds between them."""
    text, blocks = "", []
    for words, fields in parts:
        text += "\n\n" if text else ""
        start = len(text)
        text += words
        question = {"question_end": start + fields["question"]} if "question" in fields else {}
        rest = {name: value for name, value in fields.items() if name != "question"}
        blocks.append(Block(start, len(text), **{"kind": "text", **rest, **question}))
    return document(text, blocks)


def split(splitter: PassageSplitter, given: Document) -> list[Document]:
    passages = splitter.run([given])["documents"]
    text = given.content or ""
    for passage in passages:
        assert passage.content == text[passage.meta["start"] : passage.meta["end"]]
        assert passage.content == passage.content.strip() != ""
    return passages


def contents(splitter: PassageSplitter, given: Document) -> list[str]:
    return [passage.content or "" for passage in split(splitter, given)]


@pytest.fixture
def splitter(tokenizer_path: str) -> PassageSplitter:
    return PassageSplitter(tokenizer_path, passage_tokens=20, overlap_tokens=6, max_tokens=40)


SENTENCE = "The cat sat on the {}. "
THINGS = ["mat", "dog", "house", "cat"] * 3

# Property: odd Unicode ---------------------------------------------------------------------------------------

ODD = st.lists(
    st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
        st.sampled_from(list(" \n\t\v\f\u2028\x1c。！？.!?:;-*1)“”\u0301\u200d\u200f\ufe0f👩🏽🚀漢字क्षمرحباשלוםﷺ")),
        st.sampled_from(
            ["\n- ", "\n1. ", "\n\n", "the cat sat. ", "A:\n", "👩‍👩‍👧‍👦 ", "漢字" * 30, "word " * 20, "x" * 150]
        ),
    ),
    max_size=60,
).map("".join)
KINDS = st.sampled_from(["text", "text", "list", "table", "heading", "faq"])
HEADINGS = st.sampled_from([(), ("A",), ("A", "B"), ("the cat sat on the mat",)])


@st.composite
def documents(draw: st.DrawFn) -> Document:
    parts = []
    for _ in range(draw(st.integers(1, 5))):
        words, kind = draw(ODD).strip(), draw(KINDS)
        fields: dict[str, Any] = {"kind": kind, "heading": draw(HEADINGS), "page": draw(st.sampled_from([None, 1, 2]))}
        if kind == "faq":
            question = " ".join(draw(ODD).split())
            fields["question"] = len(question)
            words = f"{question}\n{words}" if question and words else ""
        if words:
            parts.append((words, fields))
    return joined(*parts)


@cache
def loaded(path: str) -> Tokenizer:
    return Tokenizer.from_file(path)


@cache
def small_splitter(path: str) -> PassageSplitter:
    return PassageSplitter(path, passage_tokens=24, overlap_tokens=6, max_tokens=48)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents(), st.sampled_from(["word", "bytes"]))
def test_passages_are_slices_within_the_limit_that_cover_all_words(
    tokenizer_path: str, bytes_path: str, given: Document, kind: str
) -> None:
    path = tokenizer_path if kind == "word" else bytes_path
    splitter = small_splitter(path)
    text = given.content or ""
    passages = split(splitter, given)
    tokenizer = loaded(path)
    covered: set[int] = set()
    for passage in passages:
        assert len(tokenizer.encode(passage.content or "", add_special_tokens=False)) <= 48
        covered.update(range(passage.meta["start"], passage.meta["end"]))
    for block in given.meta["blocks"]:
        if block.kind != "heading":
            missing = [at for at in range(block.start, block.end) if at not in covered and not text[at].isspace()]
            assert not missing
    again = split(splitter, given)
    assert [passage.to_dict() for passage in again] == [passage.to_dict() for passage in passages]
    assert len({passage.id for passage in passages}) == len(passages)
    for above, below in pairwise(passages):
        assert above.meta["start"] < below.meta["start"] and above.meta["end"] < below.meta["end"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents(), st.integers(2, 40))
def test_an_endless_text_is_divided_a_part_at_a_time(tokenizer_path: str, given: Document, at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "_AT_ONCE", at_once)
        patch.setattr(packing, "_ATOMS_AT_ONCE", 2)
        passages = split(small_splitter(tokenizer_path), given)
    text = given.content or ""
    covered = {at for passage in passages for at in range(passage.meta["start"], passage.meta["end"])}
    words = [block for block in given.meta["blocks"] if block.kind != "heading"]
    assert all(text[at].isspace() or at in covered for block in words for at in range(block.start, block.end))


def test_a_tokenizer_sees_no_more_at_once_than_a_passage_or_a_part(
    tokenizer_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    splitter = small_splitter(tokenizer_path)
    tokens = tokens_of(tokenizer_path)
    counted, ended = [], []
    count, ends = tokens.count, tokens.ends
    monkeypatch.setattr(tokens, "count", lambda texts: counted.extend(map(len, texts)) or count(texts))
    monkeypatch.setattr(tokens, "ends", lambda text: ended.append(len(text)) or ends(text))
    for kind, text in (("text", "a" * 300_000), ("list", "- the cat\n" * 30_000), ("table", "cat " * 80_000)):
        counted.clear()
        ended.clear()
        passages = split(splitter, joined((text.strip(), {"kind": kind})))
        assert len(passages) > 100
        assert max(counted) <= 17 * 48 and max(ended, default=0) <= 1 << 16
        assert sum(counted) <= 4 * len(text)


# Sizes -------------------------------------------------------------------------------------------------------


def test_passages_hold_whole_sentences_and_repeat_the_last(splitter: PassageSplitter) -> None:
    text = "".join(SENTENCE.format(letter) for letter in THINGS).strip()
    found = contents(splitter, document(text, language="en"))
    assert len(found) > 2
    for above, below in pairwise(found):
        assert above.endswith(".") and below.startswith("The cat")
    # Each sentence has at least six tokens: more than may be repeated here, and less there.
    assert " ".join(found) == text
    repeating = PassageSplitter(splitter.tokenizer, passage_tokens=20, overlap_tokens=10, max_tokens=40)
    for above, below in pairwise(contents(repeating, document(text, language="en"))):
        assert below.startswith(above[above.rindex("The cat") :])


def test_a_sentence_beyond_the_limit_is_cut_at_white_space(splitter: PassageSplitter) -> None:
    found = contents(splitter, document("the cat and " * 60, language="en"))
    assert len(found) > 4
    assert all(passage.split()[0] in ("the", "cat", "and") for passage in found)


def test_text_without_spaces_is_cut_but_not_inside_a_visible_sign(splitter: PassageSplitter) -> None:
    family = "👩‍👩‍👧‍👦"
    for found in (contents(splitter, document("漢字" * 100)), contents(splitter, document(family * 100))):
        assert len(found) > 1
    assert all(set(passage.split(family)) == {""} for passage in found)


def test_an_endless_word_of_one_token_is_still_cut(splitter: PassageSplitter) -> None:
    found = contents(splitter, document("x" * 10_000))
    assert len(found) > 1 and "".join(found) == "x" * 10_000


def test_title_and_heading_count_towards_the_limit(splitter: PassageSplitter) -> None:
    table = "\n".join(["a b c d e"] * 7)  # 35 tokens: within 40, but not below a heading of 12
    heading = ("the cat sat on the mat and the dog",)
    assert len(contents(splitter, joined((table, {"kind": "table"})))) == 1
    assert len(contents(splitter, joined((table, {"kind": "table", "heading": heading})))) == 2


def test_a_short_rest_of_a_paragraph_stays_with_it(splitter: PassageSplitter) -> None:
    text = "the cat sat on the mat and a b. the cat sat on the mat. a b."
    assert contents(splitter, document(text, language="en")) == [text]


# Structure ---------------------------------------------------------------------------------------------------


def test_short_neighbours_below_one_heading_share_a_passage(splitter: PassageSplitter) -> None:
    a, b = {"heading": ("A",)}, {"heading": ("B",)}
    found = split(splitter, joined(("the cat.", a), ("the dog.", a), ("the mat.", b)))
    assert [passage.content for passage in found] == ["the cat.\n\nthe dog.", "the mat."]
    assert [passage.meta["heading"] for passage in found] == ["A", "B"]


@pytest.mark.parametrize("change", [{"page": 2}, {"row": 2}, {"meta": {"url": "x"}}])
def test_a_passage_crosses_no_page_row_or_part(splitter: PassageSplitter, change: dict[str, Any]) -> None:
    found = split(splitter, joined(("the cat.", {"page": 1, "row": 1}), ("the dog.", {"page": 1, "row": 1} | change)))
    assert [passage.content for passage in found] == ["the cat.", "the dog."]


def test_a_paragraph_over_a_page_s_end_tells_where_the_next_page_begins(splitter: PassageSplitter) -> None:
    words = "".join(SENTENCE.format(thing) for thing in THINGS[:6]).strip()
    turn = words.index("dog") - len("the ")
    first, *others = split(splitter, document(words, [Block(0, len(words), "text", page=3, breaks=(turn,))]))
    assert (first.meta["page"], first.meta["page_breaks"]) == (3, [turn])
    for passage in others:
        inside = turn - passage.meta["start"]
        expected = (3, [inside]) if inside > 0 else (4, None)
        assert (passage.meta["page"], passage.meta.get("page_breaks")) == expected
    assert others[-1].meta["page"] == 4
    # The paragraph may stand behind another one in its passage.
    text = "A cat.\n\nThe dog slept."
    blocks = [Block(0, 6, "text", page=3), Block(8, 22, "text", page=3, breaks=(16,))]
    (both,) = split(splitter, document(text, blocks))
    assert (both.meta["page"], both.meta["page_breaks"]) == (3, [16])


def test_a_list_or_table_is_kept_whole_beyond_the_target(splitter: PassageSplitter) -> None:
    items = "\n".join(["- the cat sat on"] * 6)  # 30 tokens: above 20, within 40
    for kind in ("list", "text"):
        found = contents(
            splitter, joined(("the dog slept in the house and sat on the mat.", {}), (items, {"kind": kind}))
        )
        assert found[-1] == items
    rows = "\n".join(["the: cat; sat: on"] * 4)
    assert contents(splitter, joined((rows, {"kind": "table"}))) == [rows]


def test_a_list_beyond_the_limit_is_divided_between_items(splitter: PassageSplitter) -> None:
    items = "\n".join(f"- the cat sat. on the {letter}" for letter in "abcdefghijklmn")
    found = contents(splitter, joined((items, {"kind": "list"})))
    assert len(found) > 1
    assert all(passage.startswith("- the cat") and passage[-2] == " " for passage in found)


def test_the_line_above_a_list_goes_with_it(splitter: PassageSplitter) -> None:
    intro = "the dog slept in the house and the cat sat on the mat. the dog slept:"
    items = "\n".join(["- the cat sat on"] * 5)
    found = contents(splitter, joined((intro, {}), (items, {"kind": "list"})))
    assert found[-1] == f"the dog slept:\n\n{items}"


def test_tables_are_of_their_own_kind(splitter: PassageSplitter) -> None:
    found = split(splitter, joined(("the cat.", {}), ("a: b; c: d", {"kind": "table"}), ("the dog.", {})))
    assert [passage.meta["kind"] for passage in found] == ["text", "table", "text"]


def test_a_heading_opens_the_passage_of_the_text_below_it(splitter: PassageSplitter) -> None:
    nested = joined(
        ("Top", {"kind": "heading"}),
        ("Inner", {"kind": "heading", "heading": ("Top",)}),
        ("the cat.", {"heading": ("Top", "Inner")}),
        ("Last  words", {"kind": "heading", "heading": ("Top",)}),
    )
    found = split(splitter, nested)
    assert [(passage.content, passage.meta.get("heading")) for passage in found] == [
        ("Inner\n\nthe cat.", "Top > Inner"),
        ("Last  words", "Top"),
    ]
    assert contents(splitter, joined(("Only this", {"kind": "heading"}))) == ["Only this"]


def test_a_heading_above_a_table_or_on_another_page_is_no_passage(splitter: PassageSplitter) -> None:
    table = joined(("Top", {"kind": "heading"}), ("a: b; c: d", {"kind": "table", "heading": ("Top",)}))
    (rows,) = split(splitter, table)
    assert (rows.content, rows.meta["kind"], rows.meta["heading"]) == ("a: b; c: d", "table", "Top")
    pages = joined(("Top", {"kind": "heading", "page": 1}), ("the cat.", {"heading": ("Top",), "page": 2}))
    assert contents(splitter, pages) == ["the cat."]


# FAQ ---------------------------------------------------------------------------------------------------------


def test_a_question_with_its_answer_is_one_passage(splitter: PassageSplitter) -> None:
    found = split(splitter, joined(("who sat?\nthe cat sat.", {"kind": "faq", "question": 8, "row": 1})))
    [passage] = found
    assert passage.meta["kind"] == "faq" and passage.meta["question"] == "who sat?" and passage.meta["row"] == 1
    assert (passage.content or "")[passage.meta["answer_start"] :] == "the cat sat."


def test_faq_rows_do_not_share_a_passage(splitter: PassageSplitter) -> None:
    rows = [
        ("who sat?\nthe cat.", {"kind": "faq", "question": 8}),
        ("who slept?\nthe dog.", {"kind": "faq", "question": 10}),
    ]
    assert [passage.meta["question"] for passage in split(splitter, joined(*rows))] == ["who sat?", "who slept?"]


def test_an_endless_answer_goes_on_as_text_below_its_question(splitter: PassageSplitter) -> None:
    answer = "".join(SENTENCE.format(letter) for letter in THINGS).strip()
    first, *rest = split(splitter, joined((f"who sat?\n{answer}", {"kind": "faq", "question": 8})))
    assert first.meta["kind"] == "faq" and first.content.startswith("who sat?\nThe cat")  # type: ignore[union-attr]
    assert rest and all(passage.meta["kind"] == "text" for passage in rest)
    assert all(passage.meta["heading"] == "who sat?" and "question" not in passage.meta for passage in rest)


def test_the_items_of_an_answer_s_list_stay_whole(splitter: PassageSplitter) -> None:
    items = "\n".join(f"{number}. {SENTENCE.format(letter).strip()} It sat." for number, letter in enumerate(THINGS, 1))
    _, *rest = split(splitter, joined((f"who sat?\n\nall:\n\n{items}", {"kind": "faq", "question": 8})))
    assert rest and all((passage.content or "")[0].isdigit() for passage in rest)


# Metadata ----------------------------------------------------------------------------------------------------


def test_metadata_of_document_and_block_become_the_passage_s(splitter: PassageSplitter) -> None:
    given = document(
        "the cat sat.",
        [Block(0, 12, "text", heading=("A", "B"), page=3, row=4, meta={"url": "u", "color": "red", "start": 99})],
        title="T",
        groups=["staff"],
        language="de-AT",
        author=None,
    )
    [passage] = split(splitter, given)
    assert passage.meta == {
        "source": "kb/a.md",
        "file_name": "a.md",
        "source_id": "s",
        "version": "v",
        "title": "T",
        "groups": ["staff"],
        "language": "de",
        "heading": "A > B",
        "page": 3,
        "row": 4,
        "url": "u",
        "color": "red",
        "start": 0,
        "end": 12,
        "kind": "text",
    }
    assert "blocks" in given.meta


def test_language_is_detected_and_a_row_s_own_wins(splitter: PassageSplitter) -> None:
    text = "Die Katze schläft auf dem Sofa und der Hund ist nicht im Haus."
    assert split(splitter, document(text))[0].meta["language"] == "de"
    own = document(text, [Block(0, len(text), "text", meta={"language": "EN"})])
    assert split(splitter, own)[0].meta["language"] == "en"


def test_ids_follow_the_version(splitter: PassageSplitter) -> None:
    ids = {split(splitter, document("the cat.", version=version))[0].id for version in ("1", "2", "1")}
    assert len(ids) == 2


def test_a_plain_document_and_blocks_as_dicts_are_taken_too(splitter: PassageSplitter) -> None:
    [passage] = splitter.run([Document(content=" the cat. ")])["documents"]
    assert passage.content == "the cat." and passage.meta["groups"] == ["public"]
    as_dict = document("the cat.", [Block(0, 8, "text", heading=("A",)).to_dict()])  # type: ignore[list-item]
    assert split(splitter, as_dict)[0].meta["heading"] == "A"


@pytest.mark.parametrize("content", [None, "", " \n\t"])
def test_nothing_gives_no_passage(splitter: PassageSplitter, content: str | None) -> None:
    assert splitter.run([Document(content=content)]) == {"documents": []}
    assert splitter.run([]) == {"documents": []}


# The component -----------------------------------------------------------------------------------------------


def test_sizes_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"300.*256"):
        PassageSplitter("x", passage_tokens=300)
    with pytest.raises(ConfigurationError, match="overlap_tokens"):
        PassageSplitter("x", passage_tokens=30, overlap_tokens=30)


def test_a_missing_tokenizer_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.json"):
        PassageSplitter(str(tmp_path / "nowhere.json")).warm_up()


def test_parameters_survive_serialisation(tokenizer_path: str) -> None:
    one = PassageSplitter(tokenizer_path, passage_tokens=100, overlap_tokens=0, max_tokens=128)
    assert PassageSplitter.from_dict(one.to_dict()).to_dict() == one.to_dict()
