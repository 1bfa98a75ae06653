import pytest

from components.errors import ConfigurationError
from evaluation.experiments.presets import PRESETS
from evaluation.experiments.stages import Stages


def test_the_usual_stages_have_no_tag_and_others_are_told_apart():
    assert Stages().tag() == ""
    assert Stages(search="dense", rerank=False).tag() == "-search=dense-rerank=false"
    tags = {Stages(search, rerank, read, passes).tag() for search in ("both", "dense", "lexical")
            for rerank in (True, False) for read in (True, False) for passes in (1, 2)}  # fmt: skip
    assert len(tags) == 24


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"stages.search": "words"}, r"stages\.search = 'words': it must be one of 'both', 'dense', 'lexical'"),
        ({"stages.rerank": "no"}, r"stages\.rerank = 'no': it must be one of true, false"),
        ({"stages.rerank": 1}, r"stages\.rerank = 1: it must be one of true, false"),
        ({"stages.passes": 3}, r"stages\.passes = 3: it must be one of 1, 2"),
        ({"stages.passes": True}, r"stages\.passes = True: it must be one of 1, 2"),
    ],
)
def test_a_value_that_is_not_allowed_is_named(given, message):
    with pytest.raises(ConfigurationError, match=message):
        Stages.of(given)


def test_presets_have_their_baseline_and_no_two_systems_alike():
    for preset in PRESETS.values():
        assert preset.baseline in preset.systems
        assert len({repr(sorted(each.items())) for each in preset.systems.values()}) == len(preset.systems)


def test_the_ablation_leaves_out_and_adds_every_stage():
    systems = PRESETS["ablation"].systems.values()
    for key, value in (
        *(("stages.search", each) for each in ("dense", "lexical")),
        *(("search.fusion", each) for each in ("convex", "rrf")),
        *(("models.precision", each) for each in ("fp32", "int8")),
        *(("stages.rerank", False), ("stages.read", False), ("stages.passes", 2), ("stages.expand", False)),
        ("search.with_context", False),
    ):
        assert any(each.get(key) == value for each in systems)
