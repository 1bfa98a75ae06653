"""Questions whose words are not those of the documents, over a real index: slips of the pen and acronyms."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from components.query.understanding import QueryUnderstanding
from components.stores.catalogue.vocabulary import VisibleWords, forget
from components.types import Query
from tests.pipelines.indexing_parts import Index, write

GUIDE = """# Backup codes

Keep your backup codes in a safe place. The dashboard listens on port 5601 of OpenSearch.

You have twenty days of paid time off (PTO) a year. The internet reimbursement is 50 dollars each month.

Ask US sales, not us. Die Rückerstattung dauert zwei Wochen.
"""
ROWS = "fact,groups\nThe zanzibar project starts in spring.,board\nA quick brown quokka (QBQ) is public.,public\n"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    root = tmp_path_factory.mktemp("words")
    write(root / "docs", "guide.md", GUIDE)
    write(root / "docs", "rows.csv", ROWS)
    write(
        root / "docs", "staff.md", "---\ngroups: [staff]\n---\nThe merger with Umbrella (secret plan alpha, SPA) is on."
    )
    with Index(root / "data") as opened:
        opened.indexer.index([str(root / "docs")])
        yield opened


def words(index: Index, *groups: str) -> VisibleWords:
    return index.catalogue.words_seen_by(groups)


def understood(index: Index, question: str, *groups: str) -> Query:
    found = QueryUnderstanding().run(question, languages=["en", "de"], vocabulary=words(index, *groups))
    query: Query = found["understood"]
    assert found["query"] == query.question
    return query


@pytest.mark.parametrize(
    ("written", "searched"),
    [
        ("bakcup codes", "backup codes"),
        ("opensearch dashbord port", "opensearch dashboard port"),
        ("interent reimbursement how much each month", "internet reimbursement how much each month"),
        ("Where do I keep Bakcup codes?", "Where do I keep Backup codes?"),
        ("abckup codes", "backup codes"),
        ("Rückerstatung dauert?", "Rückerstattung dauert?"),
    ],
)
def test_a_slip_is_searched_as_it_was_meant(index: Index, written: str, searched: str) -> None:
    query = understood(index, written)
    assert (query.question, query.original) == (searched, written)
    assert query.text.startswith(searched)
    assert {each.searched.casefold() for each in query.corrections} == set(searched.casefold().split()) - set(
        written.casefold().split()
    )


@pytest.mark.parametrize(
    "question",
    [
        "Where do I keep the backup codes?",
        "How are my codes kept? I have two dashboards.",  # bent words, which the search finds
        "port 5602, bakcup2, back-upp codes, BAKCUP, docs/bakcup.md and a@bakcup.example",
        "Keep the contract with the pack of safer dashboards away",  # a dictionary has them
        "Is the cider in the mine?",  # other words that one letter parts from those there are
        "Wie lange läuft eine Waschmaschine im Schongang?",  # a language of which hardly a word is there
        "备份代码在哪里？",
        "ab",
    ],
)
def test_anything_else_stays_as_it_is(index: Index, question: str) -> None:
    query = understood(index, question)
    assert query.question == question
    assert query.corrections == ()


def test_words_that_others_read_do_not_exist(index: Index) -> None:
    assert understood(index, "zanzibat project", "board").question == "zanzibar project"
    assert understood(index, "Umbrelle merger", "staff").question == "Umbrella merger"
    for groups in ((), ("staff",), ("nobody",)):
        assert understood(index, "zanzibat project", *groups).corrections == ()
    assert understood(index, "Umbrelle codes", "board").corrections == ()
    assert words(index, "staff").frequencies(["zanzibar", "merger"]) == {"merger": 1}
    assert words(index).in_buckets(["z8", "m6", "q6"]) == {"quokka"}
    assert words(index, "board").in_buckets(["z8", "m6", "q6"]) == {"quokka", "zanzibar"}


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("How many days of PTO?", "How many days of PTO? (paid time off)"),
        ("how many days of pto", "how many days of pto (paid time off)"),
        ("How much paid time off?", "How much paid time off? (PTO)"),
        ("PTO means paid time off?", "PTO means paid time off?"),
        ("What about US sales?", "What about US sales?"),
    ],
)
def test_an_acronym_and_what_it_stands_for_are_searched_together(index: Index, question: str, searched: str) -> None:
    query = understood(index, question)
    assert (query.text, query.question) == (searched, question)


def test_acronyms_that_others_read_do_not_exist(index: Index) -> None:
    assert words(index, "staff").acronyms(["QBQ", "PTO"], []) == [
        ("PTO", "paid time off"),
        ("QBQ", "quick brown quokka"),
    ]
    hidden = "Who keeps secret documents about paid plans (SPDAPP)?"
    assert understood(index, hidden).text == hidden


def test_an_index_of_an_older_version_learns_its_words_when_it_is_opened(index: Index, tmp_path: Path) -> None:
    write(tmp_path / "docs", "guide.md", GUIDE)
    with Index(tmp_path / "data") as other:
        other.indexer.index([str(tmp_path / "docs")])
        learned = words(other).in_buckets(["b6", "d9"])
        with other.catalogue._database.writing() as session:
            forget(session, sorted(other.catalogue.source_ids()))
        assert words(other).in_buckets(["b6", "d9"]) == set()
        other.indexer.recover()
        assert words(other).in_buckets(["b6", "d9"]) == learned == {"backup", "dashboard"}


def test_what_is_deleted_or_changed_is_forgotten(tmp_path: Path) -> None:
    write(tmp_path / "docs", "a.md", "The zanzibar project (ZP) and the backup.")
    write(tmp_path / "docs", "b.md", "A backup of the zeppelin.")
    with Index(tmp_path / "data") as index:
        index.indexer.index([str(tmp_path / "docs")])
        assert words(index).frequencies(["backup", "zanzibar", "zeppelin"]) == {
            "backup": 2,
            "zanzibar": 1,
            "zeppelin": 1,
        }
        write(tmp_path / "docs", "b.md", "---\ngroups: [staff]\n---\nA backup of the balloon.")
        index.indexer.index([str(tmp_path / "docs")])
        assert words(index).frequencies(["backup", "zeppelin", "balloon"]) == {"backup": 1}
        assert words(index, "staff").frequencies(["backup", "zeppelin", "balloon"]) == {"backup": 2, "balloon": 1}
        (tmp_path / "docs" / "a.md").unlink()
        index.indexer.index([str(tmp_path / "docs")], prune=True)
        assert words(index, "staff").frequencies(["backup", "zanzibar"]) == {"backup": 1}
        assert words(index, "staff").acronyms(["ZP"], []) == []
        assert words(index).in_buckets(["z8", "b6"]) == set()
