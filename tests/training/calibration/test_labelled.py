import json

from evaluation.datasets import FaqEntry, LabelledQuestion, Paragraph, QuestionFile, QuestionPair
from training.calibration.labelled import calibration_set, write_corpus


def question_file(path, references):
    """Twelve articles of one paragraph with three questions each."""
    paragraphs = tuple(Paragraph(f"Article {n:02}", f"Text {n}.") for n in range(12))
    questions = tuple(
        LabelledQuestion(f"{n}-{k}", f"Question {n} {k}?", references, n) for n in range(12) for k in range(3)
    )
    return QuestionFile(path, paragraphs, questions)


def chosen(tmp_path, per_half=4, seed=0):
    entries = [FaqEntry(f"Entry {n:02}?", f"Answer {n}.") for n in range(16)]
    pairs = [QuestionPair(entry.question, f"Like {entry.question}", True) for entry in entries]
    pairs += [QuestionPair(entries[0].question, "Unlike?", False), QuestionPair("Unknown?", "Unknown as well?", True)]
    answerable = question_file(tmp_path / "a.json", ("yes",))
    made = calibration_set(
        answerable, question_file(tmp_path / "i.json", ()), (entries, pairs), per_half=per_half, seed=seed
    )
    return made, answerable


def test_halves_share_nothing_and_hold_every_origin(tmp_path):
    made, _ = chosen(tmp_path)
    articles = {
        half: {each.id.split("-")[0] for each in made.questions if each.half == half} for half in ("fit", "report")
    }
    assert not {each for each in articles["fit"] & articles["report"] if each != "faq"}
    for half in ("fit", "report"):
        counts = {}
        for each in made.questions:
            if each.half == half:
                counts[each.origin] = counts.get(each.origin, 0) + 1
        assert counts == {"answerable": 4, "impossible": 2, "left out": 2, "faq": 6, "faq left out": 2}


def test_what_is_left_out_is_not_indexed_and_has_no_answer(tmp_path):
    made, answerable = chosen(tmp_path)
    assert len(made.articles) == 8
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
    (one, answerable), (other, _) = chosen(tmp_path, per_half=2), chosen(tmp_path, per_half=2)
    assert one == other
    assert chosen(tmp_path, per_half=2, seed=1)[0] != one
    corpus, _ = write_corpus(one, answerable, tmp_path / "corpus")
    before = corpus.stat().st_mtime_ns
    write_corpus(one, answerable, tmp_path / "corpus")
    assert corpus.stat().st_mtime_ns == before
