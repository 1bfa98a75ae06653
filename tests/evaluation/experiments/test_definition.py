"""What an experiment's file may say, and that it is checked before any work."""

import gzip
import json
import re
from pathlib import Path

import pytest

from components.errors import ConfigurationError, InputError
from evaluation.experiments.definition import experiment_from, preset_experiment, read_experiment
from evaluation.experiments.presets import PRESETS
from evaluation.experiments.stages import Stages
from pipelines.settings import Settings
from tests.evaluation.small import squad, write_squad


def load(own):
    return Settings.load(own)


@pytest.fixture
def content(tmp_path):
    write_squad(tmp_path / "squad.json")
    return {"systems": {"plain": {}, "rrf": {"search.fusion": "rrf"}}, "data": {"small": {"path": "squad.json"}}}


def read(content, tmp_path):
    return experiment_from(content, load, "my.toml", tmp_path)


def test_a_file_says_systems_data_and_how_to_compare_them(tmp_path):
    write_squad(tmp_path / "squad.json", impossible=["where is it"])
    file = tmp_path / "my.toml"
    file.write_text(
        """
        baseline = "rrf"
        sample = 2
        seed = 5
        metrics = ["f1", "exact_match", "f1"]

        [settings]
        search.candidates = 20

        [systems.plain]

        [systems.rrf]
        search.fusion = "rrf"
        search.candidates = 10
        stages.rerank = false

        [data.small]
        path = "squad.json"
        task = "reading"
        """
    )
    experiment = read_experiment(file, load)
    plain, rrf = experiment.systems
    assert (plain.settings.search.fusion, plain.settings.search.candidates, plain.stages) == ("convex", 20, Stages())
    assert (rrf.settings.search.fusion, rrf.settings.search.candidates, rrf.stages) == ("rrf", 10, Stages(rerank=False))
    (plan,) = experiment.plans
    assert (plan.dataset.name, plan.task, plan.seed, len(plan.questions())) == ("small", "reading", 5, 2)
    assert (experiment.baseline, experiment.metrics) == ("rrf", ("f1", "exact_match"))


def test_what_is_not_said_is_usual(content, tmp_path):
    experiment = read(content, tmp_path)
    assert experiment.baseline == "plain"
    assert experiment.metrics is None
    assert experiment.plans[0].task == "answering"
    assert len(experiment.plans[0].questions()) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"search.fusion": "sum"}, r"my.toml: system 'new': search.fusion = 'sum': "),
        ({"search.candidates": 0}, r"my.toml: system 'new': search.candidates = 0: "),
        ({"index.overlap_tokens": 200}, r"my.toml: system 'new': index.overlap_tokens \(200\) must be smaller"),
        ({"search": {"fussion": "rrf"}}, r"my.toml: system 'new': 'search.fussion' is no .* mean 'search.fusion'\?"),
        ({"fusion": "rrf"}, r"my.toml: system 'new': 'fusion' is no setting or stage; it is now 'search.fusion'"),
        ({"reranking": True}, r"my.toml: system 'new': 'reranking' is no .*; did you mean 'stages.rerank'\?"),
        ({"search": "dense"}, r"my.toml: system 'new': 'search' is no setting or stage; it is now 'stages.search'"),
        ({"stages.read": 2}, r"my.toml: system 'new': stages.read = 2: it must be one of true, false"),
        ({"data": "x"}, r"my.toml: system 'new': data says where things are"),
        ({"service.log_questions": True}, r"my.toml: system 'new': service.log_questions says where"),
        ({}, r"my.toml: the systems 'plain' and 'new' are the same; leave one out"),
        ("rrf", r"my.toml: system 'new' is 'rrf'; it must be a table"),
    ],
)
def test_a_system_that_cannot_be_is_named_with_the_setting(content, tmp_path, change, message):
    content["systems"]["new"] = change
    with pytest.raises((ConfigurationError, InputError), match=message):
        read(content, tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"systems": {}}, r"my.toml: there are no systems; write a table \[systems.NAME\]"),
        ({"data": {}}, r"my.toml: there are no data; write a table \[data.NAME\]"),
        ({"data": {"a": {}}}, r"my.toml: data 'a': path = None; name the labelled file"),
        ({"data": {"a": {"path": "b.json"}}}, r"my.toml: data 'a': .*b.json does not exist"),
        ({"data": {"a/b": {"path": "squad.json"}}}, r"my.toml: data 'a/b': the name becomes that of a file"),
        ({"data": {"a": {"path": "squad.json", "file": 1}}}, r"my.toml: data 'a': 'file' is no key"),
        ({"data": {"a": {"path": "squad.json", "task": "chat"}}}, r"data 'a': task = 'chat': it must be one of "),
        ({"data": {"a": {"path": "squad.json", "task": "faq"}}}, r"data 'a': .* cannot measure faq"),
        ({"data": {"a": {"path": "squad.json", "corpus": "x"}}}, r"data 'a': corpus = 'x': it must be a list"),
        ({"data": {"a": {"path": "squad.json", "corpus": ["x"]}}}, r"my.toml: data 'a': corpus: .*x"),
        ({"baseline": "none"}, r"my.toml: the baseline 'none' is no system; systems are: plain, rrf"),
        ({"preset": "all"}, r"my.toml: the preset 'all' is not known; presets are: ablation"),
        ({"sample": 0}, r"my.toml: sample = 0: "),
        ({"sample": True}, r"my.toml: sample = True: "),
        ({"seed": "x"}, r"my.toml: seed = 'x': "),
        ({"metrics": []}, r"my.toml: metrics = \[\]: it must be a list of names"),
        ({"bseline": "plain"}, r"my.toml: 'bseline' is no key; did you mean 'baseline'\?"),
    ],
)
def test_what_cannot_be_is_named(content, tmp_path, change, message):
    with pytest.raises((ConfigurationError, InputError), match=message):
        read(content | change, tmp_path)


def test_the_same_name_twice_is_refused(tmp_path):
    file = tmp_path / "my.toml"
    file.write_text("[systems.a]\n[systems.a]\n")
    with pytest.raises(InputError, match=r"my.toml cannot be read: .*twice"):
        read_experiment(file, load)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none.toml cannot be read"):
        read_experiment(tmp_path / "none.toml", load)


def test_data_without_questions_are_refused_before_any_work(tmp_path, content):
    (tmp_path / "empty.json").write_text(json.dumps({"data": []}))
    with pytest.raises(InputError, match=r"my.toml: data 'a': "):
        read(content | {"data": {"a": {"path": "empty.json"}}}, tmp_path)


def test_a_preset_brings_its_systems_and_baseline(content, tmp_path):
    both = read(content | {"preset": "ablation", "systems": {"mine": {"search.candidates": 5}}}, tmp_path)
    assert [each.name for each in both.systems] == [*PRESETS["ablation"].systems, "mine"]
    assert both.baseline == "all stages"
    with pytest.raises(InputError, match=r"the preset has a system 'dense' already"):
        read(content | {"preset": "ablation", "systems": {"dense": {}}}, tmp_path)


def test_of_a_preset_what_equals_another_system_is_left_out(tmp_path):
    path = write_squad(tmp_path / "squad.json")

    def rrf(own):
        return load({"search.fusion": "rrf"} | own)

    names = [each.name for each in preset_experiment("ablation", [path], rrf, 2, 0).systems]
    assert "rrf + rerank + read" not in names
    assert "convex" in names


def test_a_preset_names_its_data_by_their_files(tmp_path):
    path = write_squad(tmp_path / "squad.json")
    experiment = preset_experiment("ablation", [path], load, 2, 0)
    assert [(each.dataset.name, each.sample) for each in experiment.plans] == [("squad.json", 2)]
    with pytest.raises(InputError, match="two data sets have the same file name"):
        preset_experiment("ablation", [path, path], load, None, 0)


def test_questions_about_the_users_own_folder_allow_one_way_of_indexing(tmp_path, content):
    (tmp_path / "own.csv").write_text("question,answer,source\nwho,Goethe,a.md\n")
    content["data"] = {"own": {"path": "own.csv"}}
    assert read(content, tmp_path).plans[0].dataset.corpus == ()
    content["systems"]["short"] = {"index.passage_tokens": 50}
    with pytest.raises(
        ConfigurationError, match=r"system 'short': index.passage_tokens = 50, and 'plain' has 150; data 'own'"
    ):
        read(content, tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("Goethe wrote it.")
    content["data"]["own"]["corpus"] = ["docs"]
    assert read(content, tmp_path).plans[0].dataset.corpus == (tmp_path / "docs" / "a.md",)


def test_the_experiment_of_the_guide_can_be_read(tmp_path):
    guide = (Path(__file__).resolve().parents[3] / "docs" / "experiments.md").read_text("utf-8")
    (sample,) = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    (tmp_path / "my.toml").write_text(sample, "utf-8")
    (tmp_path / "support.csv").write_text("question,answer,source\nwho,Goethe,a.md\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("Goethe")
    (tmp_path / "dev.json.gz").write_bytes(gzip.compress(json.dumps(squad()).encode()))
    (tmp_path / "more.tsv.gz").write_bytes(gzip.compress(b"pid\ttitle\ttext\n0\tMore\tA pump.\n"))
    experiment = read_experiment(tmp_path / "my.toml", load)
    assert experiment.baseline == "as it is"
    assert [each.dataset.name for each in experiment.plans] == ["support", "squad"]
    assert all(f"`{name}`" in guide for name in Stages.names())
    assert all(f"`{name}`" in guide or f"{name} =" in guide for name in ("paraphrases", "corpus", "passages", "task"))
