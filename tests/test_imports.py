"""How the modules may depend on each other, read from their source."""

import ast
import graphlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house import LAYERS, MODULES, NOT_INSTALLED, ROOT, TREES, imported, ours

EXTRAS = {
    "training": ("train",),
    "ui.cli.commands.train": ("train",),
    "pipelines.ray_engine": ("ray",),
    "components.converters.ocr": ("ocr",),
    "benchmarks": ("benchmark", "dev"),
}
"""By the beginning of a module's name, the extras whose packages it may import beside those of every installation."""

PURE = {
    "components.languages.boundaries",
    "components.languages.pack",
    "components.languages.packs",
    "components.languages.scripts",
    "components.answers.calibration",
    "components.retrievers.duplicates",
    "components.query.answer_types",
    "components.query.filters.checks",
    "components.query.filters.syntax",
    "components.retrievers.fusion",
    "components.answers.merging",
    "components.foreign_text",
    "components.patterns",
    "components.query.filters.moments",
    "components.readers.spans",
    "components.stores.filters",
}
"""Formulas and rules: they import numpy, the standard library, each other, and the types and errors of Quaere."""

PURE_PACKAGE = "evaluation.metrics"
PURE_PACK = re.compile(r"components\.languages\.[a-z]{2}")

FOR_PURE = {
    "components.types",
    "components.errors",
    "components.logits",
    "components.models.window",
    "components.names",
    "components.writing",
}
# Haystack's document stores promise their callers this error; rank metrics are those of `trec_eval`.
OUTSIDE_FOR_PURE = {"numpy", "haystack.errors", "ir_measures"}


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_one_way(name: str) -> None:
    own = LAYERS.index(name.split(".")[0])
    for other in ours(imported(name)):
        assert LAYERS.index(other.split(".")[0]) <= own, f"{name} imports {other}, which stands above it"


@pytest.mark.parametrize(("face", "others"), [("ui.api", ("ui.web", "ui.cli")), ("ui.web", ("ui.cli",))])
def test_one_face_does_not_stand_on_another(face: str, others: tuple[str, ...]) -> None:
    # The page sends the API's requests and shows its problems; nothing else is shared but what stands below all three.
    for name in MODULES:
        if name.startswith(face):
            assert not [other for other in ours(imported(name)) if other.startswith(others)], name


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("evaluation")])
def test_evaluation_stands_beside_the_service(name: str) -> None:
    assert not [other for other in ours(imported(name)) if other.split(".")[0] == "service"], name


def test_no_two_modules_need_each_other() -> None:
    graphlib.TopologicalSorter({name: ours(imported(name)) - {name} for name in MODULES}).prepare()


def is_pure(name: str) -> bool:
    return name in PURE or name.startswith(PURE_PACKAGE) or PURE_PACK.fullmatch(name) is not None


@pytest.mark.parametrize("name", sorted(PURE | {name for name in MODULES if is_pure(name)}))
def test_pure_files_import_only_numpy_and_the_standard_library(name: str) -> None:
    names = imported(name)
    for other in ours(names):
        assert is_pure(other) or other in FOR_PURE, f"{name} imports {other}"
    for other in names - ours(names):
        top = other.split(".")[0]
        allowed = top in sys.stdlib_module_names or top in OUTSIDE_FOR_PURE or other in OUTSIDE_FOR_PURE
        assert allowed, f"{name} imports {other}"


@pytest.mark.parametrize("name", [name for name in MODULES if not name.startswith("ui")])
def test_only_the_user_interface_prints(name: str) -> None:
    calls = [node.func for node in ast.walk(TREES[name]) if isinstance(node, ast.Call)]
    assert not [call for call in calls if isinstance(call, ast.Name) and call.id == "print"]


@pytest.mark.parametrize("package", [*LAYERS[:4], "ui.web", "benchmarks.listing"])
def test_usage_reports_are_off_before_any_module_of_a_package_is_imported(package: str) -> None:
    # `ui` itself imports nothing: it first makes sure that `components` is ours.
    code = f"import {package}, haystack.telemetry._telemetry as reports, sys; sys.exit(reports.telemetry is not None)"
    environment = {name: value for name, value in os.environ.items() if name != "HAYSTACK_TELEMETRY_ENABLED"}
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=False).returncode == 0


def test_nothing_is_imported_with_a_star() -> None:
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            assert not (isinstance(node, ast.ImportFrom) and node.names[0].name == "*"), name


def test_every_package_is_installed() -> None:
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"])
    packages = {name for name, path in MODULES.items() if path.name == "__init__.py"} | {"models", "examples"}
    assert {name for name in packages if name.split(".")[0] not in NOT_INSTALLED} == listed


def test_every_file_beside_the_code_is_installed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]
    installed = {
        path
        for package, patterns in listed.items()
        for pattern in patterns
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    for layer in LAYERS:
        if layer not in NOT_INSTALLED:
            beside = (
                path for path in (ROOT / layer).rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")
            )
            assert set(beside) <= installed, layer


def declared(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(each).name) for each in requirements}


@pytest.mark.parametrize("name", MODULES)
def test_every_import_is_declared_where_it_is_used(name: str, distributions: Mapping[str, list[str]]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    allowed = declared(project["dependencies"])
    for beginning, extras in EXTRAS.items():
        if name.startswith(beginning):
            allowed |= {each for extra in extras for each in declared(project["optional-dependencies"][extra])}
    for other in imported(name) - ours(imported(name)):
        top = other.split(".")[0]
        if top not in sys.stdlib_module_names and top not in ("models", "examples", "tests", "__main__"):
            found = {canonicalize_name(each) for each in distributions.get(top, [])}
            assert found & allowed, f"{name} imports {other} (of {', '.join(found) or 'nothing installed'}), undeclared"


@pytest.fixture(scope="module")
def distributions() -> Mapping[str, list[str]]:
    return packages_distributions()
