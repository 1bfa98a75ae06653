"""The service over a small real index: asking, batches, groups, filters, explanations, and a pipeline's definition."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.errors import ConfigurationError, InputError, StoreError
from pipelines.asking import StageName, Trace, run_asking
from pipelines.indexing_pipeline import load_pipeline
from pipelines.replies import UserQuestion
from pipelines.service import QAService
from pipelines.setting_names import descriptions
from pipelines.settings import Settings

WARRANTY = "How long is the warranty of the Aria pump?"
DOCUMENTS = {
    "manual.md": "# Aria pump\n\nThe warranty of the Aria pump is 24 months.\n\nThe Aria pump weighs 12 kilograms.\n",
    "reset.txt": "Hold the red button of the Aria pump for ten seconds to reset it.",
    "faq.csv": "question,answer\nCan the Aria pump be painted?,Yes. Use water-based paint only.\n",
    "staff/prices.md": "---\ngroups: [staff]\n---\nThe Aria pump costs 480 euros.\n",
}


def write_documents(folder: Path) -> Path:
    for name, text in DOCUMENTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QAService]:
    root = tmp_path_factory.mktemp("service")
    with QAService(Settings.load({"data": root / "data", "models.precision": "fp32"})) as opened:
        report = opened.index([str(write_documents(root / "docs"))])
        assert report.indexed == len(DOCUMENTS)
        assert report.failures == ()
        yield opened


def test_an_answer_is_the_sources_own_text_at_its_place(service: QAService) -> None:
    reply = service.ask(WARRANTY, threshold=0.0)
    answer = reply.answers[0]
    assert answer.text == "24 months"
    assert answer.source.endswith("manual.md")
    assert service.source(answer.source).text[answer.start : answer.end] == answer.text
    assert answer.sentence == "The warranty of the Aria pump is 24 months."
    assert {"understanding", "embedder", "retriever", "ranker", "reader", "answering", "total"} <= reply.seconds.keys()
    assert sum(seconds for stage, seconds in reply.seconds.items() if stage != "total") <= reply.seconds["total"]
    assert reply.index_generation == len(DOCUMENTS)


def test_a_batch_gives_the_replies_of_its_questions_in_order(service: QAService) -> None:
    asked = [WARRANTY, "What does it weigh?", "Can the Aria pump be painted?", "How do I reset the Aria pump?"] * 2
    questions = [UserQuestion(text, id=f"q{number}") for number, text in enumerate(asked)]
    seen: list[str] = []
    replies = service.ask_batch(questions, threshold=0.0, on_reply=lambda reply: seen.append(reply.id))
    assert [reply.id for reply in replies] == [question.id for question in questions]
    assert sorted(seen) == sorted(question.id or "" for question in questions)
    for text, reply in zip(asked, replies, strict=True):
        alone = service.ask(text, threshold=0.0)
        assert [answer.id for answer in reply.answers] == [answer.id for answer in alone.answers]
        assert reply.answers[0].confidence == pytest.approx(alone.answers[0].confidence, abs=1e-3)
    assert service.ask_batch([]) == []


def test_a_faq_row_answers_with_its_answer(service: QAService) -> None:
    answer = service.ask("Can the Aria pump be painted?", threshold=0.0).answers[0]
    assert (answer.kind, answer.text) == ("faq", "Yes. Use water-based paint only.")


def test_what_a_group_may_not_see_is_not_there(service: QAService) -> None:
    question = "What does the Aria pump cost?"
    reply = service.ask(question, threshold=0.0, explain=True)
    assert not any("480" in passage.text for passage in reply.passages)
    assert service.ask(question, threshold=0.0, groups=["staff"]).answers[0].text == "480 euros"


def collected(service: QAService, question: str | UserQuestion, **options: Any) -> list[Any]:
    async def collect() -> list[Any]:
        return [result async for result in service.ask_stream(question, **options)]

    return asyncio.run(collect())


def test_a_stream_gives_the_question_the_passages_and_the_reply(service: QAService) -> None:
    understood, passages, reply = collected(service, UserQuestion(WARRANTY, id="mine"), threshold=0.0)
    whole = service.ask(WARRANTY, threshold=0.0)
    assert understood == whole.query
    assert [passage.text for passage in passages] == [passage.text for passage in whole.passages]
    assert reply.id == "mine"
    assert [answer.id for answer in reply.answers] == [answer.id for answer in whole.answers]
    assert reply.seconds.keys() == whole.seconds.keys()


def test_a_stream_obeys_filters_and_groups_and_raises_what_asking_raises(service: QAService) -> None:
    closed = UserQuestion("What does the Aria pump cost?", groups=["staff"])
    assert collected(service, closed, threshold=0.0)[-1].answers[0].text == "480 euros"
    assert not any("480" in passage.text for passage in collected(service, closed.text, explain=True)[1])
    unknown = UserQuestion(WARRANTY, filters={"field": "meta.colour", "operator": "==", "value": "red"})
    for refused in (UserQuestion(" "), unknown):
        with pytest.raises(InputError):
            collected(service, refused)


def test_a_stream_that_is_dropped_leaves_nothing_running(service: QAService) -> None:
    async def drop() -> int:
        stream = service.ask_stream(WARRANTY)
        async for _ in stream:
            break
        await stream.aclose()
        await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    assert asyncio.run(drop()) == 1


def test_filters_narrow_the_search_and_unknown_fields_are_refused(service: QAService) -> None:
    wanted = {"field": "meta.file_name", "operator": "==", "value": "reset.txt"}
    reply = service.ask(WARRANTY, threshold=0.0, filters=wanted, explain=True)
    assert {Path(passage.source).name for passage in reply.passages} == {"reset.txt"}
    with pytest.raises(InputError, match=r"'colour'.*fields are: .*file_name"):
        service.ask(WARRANTY, filters={"field": "meta.colour", "operator": "==", "value": "red"})


@pytest.mark.parametrize("question", ["", "   ", "\x00\x07", "x" * 100_000])
def test_a_question_that_is_none_is_refused_as_such(service: QAService, question: str) -> None:
    with pytest.raises(InputError):
        service.ask(question)


def test_thresholds_decide_between_an_answer_and_none(service: QAService) -> None:
    assert service.ask(WARRANTY, threshold=0.0).answers
    withheld = service.ask(WARRANTY, threshold=1.0)
    assert withheld.answers == ()
    assert withheld.passages
    assert 0.0 <= withheld.no_answer_confidence <= 1.0


def test_a_pipeline_loaded_from_its_yaml_answers_the_same(service: QAService) -> None:
    definition = service.pipelines()["asking"].dumps()
    assert "components.answers.composer.AnswerComposer" in definition
    service.close()
    loaded = load_pipeline(definition)
    answered = run_asking(loaded, WARRANTY, threshold=0.0)
    loaded.get_component("retriever").document_store.close()
    service.open()
    assert [each.id for each in answered.answers] == [each.id for each in service.ask(WARRANTY, threshold=0.0).answers]
    with pytest.raises(Exception, match="os"):
        load_pipeline(definition.replace("components.answers.composer.AnswerComposer", "os.system"))


def test_a_trace_tells_what_every_stage_gave(service: QAService) -> None:
    trace, reply = service.trace(WARRANTY, threshold=0.0), service.ask(WARRANTY, threshold=0.0, explain=True)
    assert trace.answered is not None
    assert trace.answered.answers == reply.answers
    assert [each.id for each in trace.ranked] == [each.id for each in trace.answered.candidates]
    assert [each.content for each in trace.ranked] == [each.text for each in reply.passages]
    assert sorted(each.id for each in trace.fused) == sorted(each.id for each in trace.ranked)
    assert {each.id for each in trace.fused} <= {each.id for found in trace.searches.values() for each in found}
    assert trace.spans
    assert set(trace.seconds) == {*reply.seconds}
    assert trace.query == reply.query


@pytest.mark.parametrize(("until", "has"), [("retriever", (True, False, False)), ("ranker", (True, True, False))])
def test_a_trace_ends_where_it_is_told_to(service: QAService, until: StageName, has: tuple[bool, ...]) -> None:
    trace = service.trace(WARRANTY, until=until, candidates=2)
    assert (bool(trace.fused), bool(trace.ranked), bool(trace.spans)) == has
    assert trace.answered is None
    assert len(trace.fused) == 2
    assert "reader" not in trace.seconds


def test_a_trace_can_be_taken_inside_an_event_loop(service: QAService) -> None:
    async def inside() -> Trace:
        return service.trace(WARRANTY, until="understanding")

    assert asyncio.run(inside()).query.question == WARRANTY
    with pytest.raises(InputError):
        service.trace("")


def test_status_counts_and_says_where_settings_come_from(service: QAService) -> None:
    status = service.status()
    assert (status.sources, status.generation) == (len(DOCUMENTS), len(DOCUMENTS))
    assert status.passages >= len(DOCUMENTS)
    assert status.models["reader"] == "quaere-joint"
    assert {setting.name for setting in status.settings} == set(descriptions())


def test_a_second_opener_learns_who_holds_the_folder(service: QAService) -> None:
    with pytest.raises(StoreError, match=r"in use by process \d+ \(quaere\)"):
        QAService(service.settings).open()


def test_a_source_that_is_not_there_is_named_with_what_is_near(service: QAService) -> None:
    with pytest.raises(InputError, match=r"manuel\.md.*(did you mean|sources list)"):
        service.source("manuel.md")


def test_a_folder_that_does_not_exist_is_empty_and_stays_away(tmp_path: Path) -> None:
    settings = Settings.load({"data": tmp_path / "none", "models.precision": "fp32"})
    with QAService(settings) as service:
        assert service.status().sources == 0
        assert service.sources() == []
        with pytest.raises(InputError, match="nothing is indexed there yet"):
            service.ask(WARRANTY)
    assert not settings.data.exists()


def test_an_index_of_another_embedder_is_refused_until_it_is_rebuilt(
    tiny_models: dict[str, Path], tmp_path: Path
) -> None:
    docs = write_documents(tmp_path / "docs")
    before = Settings.load({"data": tmp_path / "data", "models.precision": "fp32"})
    with QAService(before) as service:
        service.index([str(docs)])
        expected = service.status().sources
    sizes = {"index.passage_tokens": 30, "index.overlap_tokens": 5}
    after = before.with_values({"models.embedder": str(tiny_models["embedder"]), **sizes})
    with QAService(after) as service:
        with pytest.raises(ConfigurationError, match=r"all-MiniLM-L6-v2(.|\n)*rebuild"):
            service.ask(WARRANTY)
        report = service.rebuild()
        assert (report.indexed, report.failures) == (expected, ())
        assert service.ask(WARRANTY, threshold=0.0).passages


def test_a_backup_restores_to_the_same_replies(service: QAService, tmp_path: Path) -> None:
    expected = [answer.to_dict() for answer in service.ask(WARRANTY, threshold=0.0).answers]
    service.backup(tmp_path / "backup.tar.gz")
    settings = Settings.load({"data": tmp_path / "restored", "models.precision": "fp32"})
    QAService.restore(settings, tmp_path / "backup.tar.gz")
    with QAService(settings) as restored:
        assert [answer.to_dict() for answer in restored.ask(WARRANTY, threshold=0.0).answers] == expected


def test_rebuilding_again_changes_no_confidence(tmp_path: Path) -> None:
    document = tmp_path / "long.md"
    document.write_text(
        "# Pumps\n\n" + "\n\n".join(f"The pump {n} runs at {n * 7} bar and weighs {n} kilograms." for n in range(1, 60))
    )
    with QAService(Settings(data=tmp_path / "data")) as made:
        made.index([str(document)])

    def rebuilt() -> list[tuple[str, float]]:
        with QAService(Settings.load({"data": tmp_path / "data", "index.passage_tokens": 40})) as service:
            service.rebuild()
            reply = service.ask("How heavy is the pump 17?", threshold=0)
            return [(answer.text, answer.confidence) for answer in reply.answers]

    assert rebuilt() == rebuilt()
