"""Requests drawn from the API's own description, right and wrong ones: no failure, nothing that is not described."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import open_backend
from tests.ui.api.cases import CANNOT_BE_WRONG, CASES, IN_AN_ADDRESS
from ui.api.app import build_api

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], Any]]:
    root = tmp_path_factory.mktemp("fuzz")
    manual = root / "manual.md"
    manual.write_text("# H8\n\nThe warranty of the H8 is 24 months.\n\nThe H8 weighs 12 kilograms.\n", "utf-8")
    settings = Settings.load({"data": root / "data", "service.question_seconds": 300})  # other tests may run beside it
    with QAService(settings) as service, open_backend(service) as backend:
        service.index([str(manual)])
        service.prepare()
        schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", build_api(backend))
        found = [operation.ok() for operation in schema.get_all_operations()]
        yield {(each.path, each.method.upper()): each for each in found}


def test_every_endpoint_is_tried(operations: dict[tuple[str, str], Any]) -> None:
    assert set(operations) == set(CASES)


BOTH = [(case, mode) for case in CASES for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]


@pytest.mark.parametrize(
    ("endpoint", "mode"),
    [(case, mode) for case, mode in BOTH if mode is GenerationMode.POSITIVE or case not in CANNOT_BE_WRONG],
)
def test_requests_of_every_form(
    operations: dict[tuple[str, str], Any], endpoint: tuple[str, str], mode: GenerationMode
) -> None:
    @given(case=operations[endpoint].as_strategy(generation_mode=mode))
    @example_settings(max_examples=CASES[endpoint], deadline=None, suppress_health_check=list(HealthCheck))
    def send(case: schemathesis.Case) -> None:
        # What a filter, or a question of mere signs, is refused for cannot be said in a schema.
        accepted = [negative_data_rejection] if endpoint in IN_AN_ADDRESS else []
        case.call_and_validate(excluded_checks=[positive_data_acceptance, *accepted], timeout=300)

    send()
