"""What is kept of how well files were read, over real stores."""

import pytest
from sqlalchemy import delete

from components.stores.catalogue.tables import QualityRow
from components.stores.catalogue.visible import SourceQuery
from pipelines.quality import QualityReport
from pipelines.service import QAService
from tests.evaluation.data.writing import write
from tests.evaluation.small import small_settings

GARBAGE = "The pump is new.\n\n" + "\ufffd\ue001" * 200


@pytest.fixture
def service(tmp_path, tiny_models):
    with QAService(small_settings(tiny_models, tmp_path / "data"), sandbox=False).open(writable=True) as opened:
        yield opened


def found(report):
    return {each.source.rpartition("/")[2]: [finding.kind for finding in each.findings] for each in report.flawed}


def test_findings_are_kept_with_their_source_and_go_with_it(tmp_path, service):
    bad, good = write(tmp_path / "bad.md", f"# Pump\n\n{GARBAGE}"), write(tmp_path / "good.md", "# Pump\n\nIt is new.")
    service.index([str(bad), str(good)])
    report = service.check_sources()
    assert (report.checked, found(report)["bad.md"][0], report.has_faults) == (2, "garbled", True)
    assert "good.md" not in found(report)
    page = service.list_sources(SourceQuery(flawed=True))
    assert (page.total, [info.source for info in page.sources]) == (1, [str(bad)])
    whole = service.list_sources(SourceQuery())
    assert sorted(map(len, whole.findings.values()))[0] == 0
    assert len(whole.findings) == 2
    write(bad, "# Pump\n\nIt is mended now.")
    service.index([str(bad)])
    assert not service.check_sources().flawed
    write(bad, f"# Pump\n\n{GARBAGE}")
    service.index([str(bad)])
    service.rebuild()
    assert found(service.check_sources())["bad.md"][0] == "garbled"
    service.delete([str(bad)])
    assert (service.check_sources().checked, service.check_sources().flawed) == (1, ())


def test_sources_of_an_older_quaere_are_looked_at_once(tmp_path, service):
    service.index([str(write(tmp_path / "bad.md", f"# Pump\n\n{GARBAGE}"))])
    catalogue = service._folder.catalogue
    with catalogue._database.writing() as session:
        session.execute(delete(QualityRow))
    info = service.sources()[0]
    assert service.findings(info.source_id) is None
    assert found(service.check_sources())["bad.md"][0] == "garbled"
    assert service.findings(info.source_id)[0].kind == "garbled"
    assert catalogue.quality.unchecked() == []


def test_files_that_were_not_read_are_listed_until_they_are(tmp_path, service):
    broken, empty = write(tmp_path / "docs" / "broken.json", "{"), write(tmp_path / "docs" / "empty.md", "")
    write(tmp_path / "docs" / "picture.gif", "x")
    service.index([str(tmp_path / "docs")])
    report = service.check_sources()
    assert [(file.path, file.is_note) for file in report.unread] == [(str(broken), False), (str(empty), True)]
    assert "holds no text" in report.unread[1].reason or "is empty" in report.unread[1].reason
    assert report.has_faults
    write(broken, '{"a": "The pump is new."}')
    empty.unlink()
    service.index([str(tmp_path / "docs")])
    assert service.check_sources().unread == ()
    assert not service.check_sources().has_faults


def test_without_a_data_folder_there_is_nothing_to_check(tmp_path, tiny_models):
    assert QAService(small_settings(tiny_models, tmp_path / "none")).check_sources() == QualityReport(0, (), ())
