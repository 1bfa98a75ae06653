"""Requests drawn from the API's own description, right and wrong ones: no failure, nothing that is not described."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from pipelines.service import QAService
from pipelines.settings import Settings
from ui.api.app import build_api
from ui.keys import KeyRing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

CASES = {"/api/v1/ask": 500, "/api/v1/search": 500, "/api/v1/ask/batch": 50, "/health/live": 20, "/health/ready": 20}
"""Of each mode; a batch asks up to a hundred questions."""


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory, no_keys: KeyRing) -> Iterator[dict[str, Any]]:
    root = tmp_path_factory.mktemp("fuzz")
    manual = root / "manual.md"
    manual.write_text("# H8\n\nThe warranty of the H8 is 24 months.\n\nThe H8 weighs 12 kilograms.\n", "utf-8")
    with QAService(Settings(data=root / "data")) as service:
        service.index([str(manual)])
        schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", build_api(service, no_keys))
        yield {found.ok().path: found.ok() for found in schema.get_all_operations()}


def test_every_endpoint_is_tried(operations: dict[str, Any]) -> None:
    assert set(operations) == set(CASES)


BOTH = [(path, mode) for path in CASES for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]


@pytest.mark.parametrize(
    ("path", "mode"),
    # What takes nothing cannot be given anything wrong.
    [(path, mode) for path, mode in BOTH if mode is GenerationMode.POSITIVE or not path.startswith("/health")],
)
def test_requests_of_every_form(operations: dict[str, Any], path: str, mode: GenerationMode) -> None:
    @given(case=operations[path].as_strategy(generation_mode=mode))
    @settings(max_examples=CASES[path], deadline=None, suppress_health_check=list(HealthCheck))
    def send(case: schemathesis.Case) -> None:
        # What a filter, or a question of mere signs, is refused for cannot be said in a schema.
        case.call_and_validate(excluded_checks=[positive_data_acceptance], timeout=300)

    send()
