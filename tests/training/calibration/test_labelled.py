import json
from collections import Counter

from evaluation.data.faq import FaqEntry, QuestionPair
from evaluation.data.squad import LabelledQuestion, Paragraph, QuestionFile
from training.calibration.labelled import calibration_set, own_questions, write_corpus
from training.data.example import Example


def question_file(path, references):
    """Twelve articles of one paragraph with three questions each."""
    paragraphs = tuple(Paragraph(f"Article {n:02}", f"Text {n}.") for n in range(12))
    questions = tuple(
        LabelledQuestion(f"{n}-{k}", f"Question {n} {k}?", references, n) for n in range(12) for k in range(3)
    )
    return QuestionFile(path, paragraphs, questions)


def chosen(tmp_path, count=8, seed=0):
    entries = [FaqEntry(f"Entry {n:02}?", f"Answer {n}.") for n in range(16)]
    pairs = [QuestionPair(entry.question, f"Like {entry.question}", True) for entry in entries]
    pairs += [QuestionPair(entries[0].question, "Unlike?", False), QuestionPair("Unknown?", "Unknown as well?", True)]
    answerable = question_file(tmp_path / "a.json", ("yes",))
    made = calibration_set(answerable, question_file(tmp_path / "i.json", ()), (entries, pairs), count=count, seed=seed)
    return made, answerable


def test_every_origin_is_asked_about_and_groups_are_articles_and_entries(tmp_path):
    made, _ = chosen(tmp_path)
    counts = Counter(each.origin for each in made.questions)
    assert counts == {"answerable": 8, "impossible": 4, "left out": 4, "faq": 12, "faq left out": 4}
    for each in made.questions:
        if each.origin.startswith("faq"):
            assert each.text == f"Like {each.group}"
        else:
            assert each.group == f"Article {int(each.id.split('-')[0]):02}"


def test_own_questions():
    known, whole, unanswered = own_questions(
        [
            Example("a", "How long?", "It lasts three years, three years.", "Contract", ((9, 20), (22, 33))),
            Example("b", "Who?", "Ask Ms Roe.", spans=((0, 11),), whole=True),
            Example("c", "Why?", "It lasts three years.", "Contract"),
        ]
    )
    assert (known.references, known.group, known.origin) == (("three years",), "Contract", "answerable")
    assert (whole.references, whole.group, whole.paragraph) == (("Ask Ms Roe.",), "Ask Ms Roe.", "Ask Ms Roe.")
    assert (unanswered.references, unanswered.origin, unanswered.paragraph) == ((), "impossible", None)


def test_what_is_left_out_is_not_indexed_and_has_no_answer(tmp_path):
    made, answerable = chosen(tmp_path)
    assert len(made.articles) == 9
    for each in made.questions:
        answered = each.origin in ("answerable", "faq")
        assert bool(each.references) == answered == (each.paragraph is not None)
        if not each.origin.startswith("faq"):
            article = f"Article {int(each.id.split('-')[0]):02}"
            assert (article in made.articles) == (each.origin != "left out")
    assert len(made.faq) == 12
    corpus, faq = write_corpus(made, answerable, tmp_path / "corpus")
    assert {each["title"] for each in json.loads(corpus.read_text())["data"]} == made.articles
    assert len(faq.read_text().splitlines()) == 12


def test_the_same_seed_chooses_the_same_and_a_written_corpus_stays_untouched(tmp_path):
    (one, answerable), (other, _) = chosen(tmp_path, count=4), chosen(tmp_path, count=4)
    assert one == other
    assert chosen(tmp_path, count=4, seed=1)[0] != one
    corpus, _ = write_corpus(one, answerable, tmp_path / "corpus")
    before = corpus.stat().st_mtime_ns
    write_corpus(one, answerable, tmp_path / "corpus")
    assert corpus.stat().st_mtime_ns == before
