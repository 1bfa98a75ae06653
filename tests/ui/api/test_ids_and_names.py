"""A source is reached by its id whatever others are called; a name that looks like an id does no harm."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from components.errors import InputError
from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from tests.ui.api.test_access import bearer
from tests.ui.api.test_api import detail_of
from tests.ui.api.test_sources import MANUAL, ended, names, send_files
from ui.api.app import build_api


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    with QAService(Settings(data=tmp_path / "data")) as service, open_backend(service) as opened:
        yield opened


def test_a_text_with_the_name_of_an_id_blocks_nothing(backend: Backend) -> None:
    client = TestClient(build_api(backend), raise_server_exceptions=False)
    staff, other = (bearer(backend.keys.make(name, ["read", "write"], [name])[1]) for name in ("staff", "other"))
    first = ended(client, send_files(client, ("a.md", MANUAL), headers=staff, groups=["public"]), staff)
    source_id = first["uploads"][0]["source_id"]
    document = {"name": source_id, "text": "The Berta pump is red.", "meta": {"groups": ["public"]}}
    sent = client.post("/api/v1/sources/documents", json={"documents": [document]}, headers=other)
    second = ended(client, sent, other)["uploads"][0]["source_id"]
    path = f"/api/v1/sources/{source_id}"
    assert client.get(path, headers=staff).json()["source"] == "a.md"
    assert client.get(f"{path}/text", headers=staff).json()["source"] == "a.md"
    assert client.get(f"{path}/meta", headers=staff).status_code == 200
    similar = {"source_id": source_id, "start": 0}
    assert client.post("/api/v1/similar", json=similar, headers=staff).status_code == 200
    mark = {"source_id": source_id, "start": 0, "end": 4}
    said = {"question": "What?", "verdict": "right", "answer": mark}
    assert client.post("/api/v1/feedback", json=said, headers=staff).status_code == 201
    assert ended(client, client.patch(path, json={"meta": {"tags": ["x"]}}, headers=staff), staff)["state"] == "done"
    (named,) = client.get("/api/v1/sources", params={"name": source_id}, headers=staff).json()["sources"]
    assert named["source_id"] == second
    # A name is no id: in a path it means nothing.
    detail_of(client.get("/api/v1/sources/a.md", headers=staff), 404)
    detail_of(client.delete("/api/v1/sources/a.md", headers=staff), 404)
    # Commands take both, and say which are meant.
    with pytest.raises(InputError, match="2 sources are called") as caught:
        backend.service.find(source_id)
    assert second in str(caught.value)
    paths = [str(backend.uploads.path_of(each)) for each in (source_id, second)]
    assert [backend.service.find(each).source_id for each in paths] == [source_id, second]
    assert backend.service.find(second).source == source_id
    assert client.delete(path, headers=staff).json() == {"deleted": 1}
    assert names(client, staff) == [source_id]
    detail_of(client.get(path, headers=staff), 404)
