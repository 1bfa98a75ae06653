"""Every setting is described, and whatever names a setting names one that there is."""

import re
import subprocess
from pathlib import Path

import pytest

from pipelines.setting_groups import EFFECTS
from pipelines.setting_names import affecting, descriptions, effects, groups, secret_names, variable
from pipelines.settings_page import page

ROOT = Path(__file__).resolve().parents[2]
NO_SETTINGS = {"QUAERE_CHROMIUM", "QUAERE_POSTGRESQL"}
"""Programs that the tests need."""


def test_the_page_is_what_the_settings_say() -> None:
    again = "make it anew: python -m pipelines.settings_page > docs/settings.md"
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == page(), again


@pytest.mark.parametrize("name", descriptions())
def test_a_setting_says_what_it_sets_and_what_it_affects(name: str) -> None:
    assert descriptions()[name].description
    assert effects(name) and set(effects(name)) <= EFFECTS.keys()


def test_every_group_is_described_and_every_effect_is_of_use() -> None:
    assert all(kind.__doc__ for kind in groups().values())
    assert all(affecting(effect) for effect in EFFECTS)


def test_what_names_a_setting_names_one_that_there_is() -> None:
    known = {variable(name) for name in descriptions()} | {f"{variable(name)}_FILE" for name in secret_names()}
    known |= {variable(f"{group}.") for group in groups()}  # before a name that is filled in
    known |= set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text("utf-8")))
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout
    for path in listed.splitlines():
        if not re.search(r"\.(py|md|toml|yml|ipynb)$|^Dockerfile$", path) or re.match(r"tests/|CHANGELOG", path):
            continue
        text = (ROOT / path).read_text("utf-8")
        unknown = set(re.findall(r"\bQUAERE_[A-Z]\w*", text)) - known - NO_SETTINGS
        unknown |= set(re.findall(r"--set ([a-z]\w*(?:\.\w+)*)=", text)) - descriptions().keys()
        assert not unknown, f"{path} names {unknown}"
