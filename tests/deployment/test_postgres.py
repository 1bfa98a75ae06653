"""Several processes over one catalogue in a real PostgreSQL: nothing is lost, and what is wrong is said in words."""

import io
import json
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from components.errors import ConfigurationError, InputError, QuaereError, StoreError
from components.stores.catalogue.sources import SCHEMA, Catalogue, FileState, SourceInfo, SourceRecord, SourceText
from components.stores.catalogue.tables import CatalogueTable
from components.stores.catalogue.write_lease import WriteLease
from components.stores.database.engines import connect
from pipelines.indexing import IndexProgress
from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import open_backend
from service.database.connection import ServiceDatabase
from service.keys import KeyRing
from service.uploads import Upload, Uploads, sealed
from tests.components.stores.test_visible import compare_with_everything
from tests.deployment.postgresql import PASSWORD, SUPERUSER, PostgreSQL
from tests.deployment.qdrant_stand_in import QdrantStandIn

ROOT = Path(__file__).resolve().parents[2]


def record(name: str, version: str = "v1", text: str = "Some text.") -> SourceRecord:
    info = SourceInfo(
        source=name, source_id=f"id-{name}", path=f"/docs/{name}", format="markdown", title="A title", language="en",
        groups=("public",), passages=3, bytes=10, version=version, indexed_at="2026-01-02T03:04:05+00:00",
        updated_at=None,
    )  # fmt: skip
    state = FileState(bytes=10, mtime_ns=2**61, checked_ns=2**61 + 5, sha256="00", given="11")
    content = SourceText(info.source_id, version, text, ({"start": 0, "end": 4},), {"source": name}, b"\x00box")
    return SourceRecord(info, state, content, ("de", "en"))


def put(catalogue: Catalogue, *records: SourceRecord) -> None:
    catalogue.begin([(each.info.source_id, each.info.version) for each in records])
    catalogue.ready(records)
    catalogue.finish([each.info.source_id for each in records])


@contextmanager
def processes(
    *commands: tuple[str, ...], environment: dict[str, str] | None = None
) -> Iterator[list[subprocess.Popen[str]]]:
    """Python programs, each with its arguments, that are ended at the latest with the block."""
    started = []
    try:
        for program, *arguments in commands:
            command = [sys.executable, "-c", textwrap.dedent(program), *arguments]
            started.append(
                subprocess.Popen(
                    command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                    encoding="utf-8", env=os.environ | (environment or {}),
                )
            )  # fmt: skip
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def finished(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    return output


def key_names(service: ServiceDatabase) -> list[str]:
    found = KeyRing(service).keys()
    return [key.name for key in found]


# The database by itself


def test_the_catalogue_holds_what_it_is_given(postgresql: PostgreSQL, database: str) -> None:
    first, umlaut = record("b.md"), record("Ä.md", text="Zweiter Text.")
    with Catalogue(postgresql.url(database)) as catalogue:
        put(catalogue, first, umlaut, record("a.md"))
        # By code points, as in a file.
        assert [info.source for info in catalogue.sources()] == ["a.md", "b.md", "Ä.md"]
        assert catalogue.seen_by(None).find("Ä.md") == [umlaut.info]
        assert catalogue.text("id-b.md") == first.text
        assert catalogue.states()["id-b.md"] == ("v1", first.state)
        assert catalogue.languages() == ("de", "en")
        assert catalogue.count() == (3, 9)
        put(catalogue, record("b.md", "v2", "Other text."))
        assert catalogue.text("id-b.md", "v1") is None
        catalogue.begin_removal(["id-a.md"])
        catalogue.finish(["id-a.md"])
        assert (catalogue.count(), catalogue.generation(), catalogue.journal()) == ((2, 6), 5, [])


def test_a_long_path_and_a_nul_are_no_errors(postgresql: PostgreSQL, database: str) -> None:
    long = os.urandom(1950).hex()
    with Catalogue(postgresql.url(database)) as catalogue:
        named = record("short")
        put(catalogue, replace(named, info=replace(named.info, source=long, path=f"/{long}")))
        assert [info.source for info in catalogue.seen_by(None).find(long)] == [long]
        assert catalogue.seen_by(None).find("a\0b") == []
        catalogue.set_manifest({"typed": "a\0b"})
        assert catalogue.manifest()["typed"] == "a\0b"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"password": "wrong%20one"}, "refuses the user.*QUAERE_DATABASE__URL"),
        ({"user": "stranger"}, "refuses the user"),
        ({"database": "elsewhere"}, "no such database.*createdb"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_without_its_password(
    postgresql: PostgreSQL, database: str, change: dict[str, str], message: str
) -> None:
    for opening in (Catalogue, ServiceDatabase):
        with pytest.raises(StoreError, match=message) as failed:
            opening(postgresql.url(**{"database": database} | change)).open()
        said = str(failed.value)
        assert PASSWORD not in said and "%40" not in said and "wrong" not in said
        assert "***@127.0.0.1" in said


def test_nobody_at_the_address_and_a_user_who_may_not_write(postgresql: PostgreSQL, database: str) -> None:
    for address in ("127.0.0.1:1", "nowhere.invalid"):
        with pytest.raises(StoreError, match=r"cannot be reached.*PostgreSQL runs"):
            Catalogue(f"postgresql://a:b@{address}/x?connect_timeout=2").open()
    postgresql.sql(f"CREATE ROLE reader_{database} LOGIN PASSWORD 'reader'")
    with pytest.raises(StoreError, match="owner of the database"):
        Catalogue(postgresql.url(database, f"reader_{database}", "reader")).open()


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigurationError, match="extra `postgres`"):
        Catalogue("postgresql://a:b@127.0.0.1/x").open()


def test_who_may_see_what_is_looked_up_as_in_a_file(postgresql: PostgreSQL, database: str) -> None:
    with Catalogue(postgresql.url(database)) as catalogue:
        compare_with_everything(catalogue, 3)


def test_tables_of_version_0_1_are_brought_up_to_date(postgresql: PostgreSQL, database: str) -> None:
    engine = connect(postgresql.url(database))
    former = ("sources", "overrides", "texts", "checksums", "journal", "manifest")
    with engine.begin() as connection:
        CatalogueTable.metadata.create_all(connection, [CatalogueTable.metadata.tables[name] for name in former])
        connection.exec_driver_sql("INSERT INTO manifest VALUES ('schema', '2')")
    with Catalogue(postgresql.url(database)) as catalogue:
        put(catalogue, record("a.md"))
        assert catalogue.unlisted() == {"id-a.md"}
        options = {"version_table": "catalogue_version"}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        differences = compare_metadata(context, CatalogueTable.metadata)
        assert context.get_current_revision() == f"{SCHEMA:04}"
    engine.dispose()
    assert differences == []


# Several processes

WRITE = """
    import sys
    import components
    from components.stores.catalogue.sources import Catalogue
    from tests.deployment.test_postgres import put, record
    url, name, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with Catalogue(url) as catalogue:
        print("open", flush=True)
        sys.stdin.readline()
        for number in range(rounds):
            put(catalogue, record(f"{name}-{number}"), record("of-all", f"{name}-{number}"))
"""


def test_two_processes_that_write_at_once_lose_no_step_of_the_generation(postgresql: PostgreSQL, database: str) -> None:
    rounds, url = 25, postgresql.url(database)
    # The tables are there for neither of them: both make them.
    with processes((WRITE, url, "one", str(rounds)), (WRITE, url, "two", str(rounds))) as writers:
        assert [writer.stdout.readline() for writer in writers] == ["open\n"] * 2
        for writer in writers:
            writer.stdin.write("go\n")
            writer.stdin.flush()
        for writer in writers:
            finished(writer)
    with Catalogue(url) as catalogue:
        names = {info.source for info in catalogue.sources()}
        assert names == {f"{name}-{number}" for name in ("one", "two") for number in range(rounds)} | {"of-all"}
        # Where both replace the same source, the one may find that the other has finished its change already.
        assert 2 * rounds < catalogue.generation() <= 4 * rounds
        assert catalogue.journal() == []


COUNT = """
    import sys
    import components
    from components.stores.catalogue.sources import Catalogue
    from components.stores.catalogue.write_lease import WriteLease
    from tests.deployment.test_postgres import put, record
    with Catalogue(sys.argv[1]) as catalogue:
        turn = WriteLease(catalogue, catalogue.locks(), "counting")
        for number in range(int(sys.argv[2])):
            with turn.hold(lambda holder: None):
                put(catalogue, record("of-all", f"{sys.argv[3]}-{number}"))
        turn.close()
"""


def test_changes_of_the_same_source_in_turns_are_all_counted(postgresql: PostgreSQL, database: str) -> None:
    url = postgresql.url(database)
    with processes((COUNT, url, "15", "one"), (COUNT, url, "15", "two")) as counting:
        for process in counting:
            finished(process)
    with Catalogue(url) as catalogue:
        assert (catalogue.generation(), catalogue.count()) == (30, (1, 3))


OPEN = """
    import sys
    import components
    from components.stores.catalogue.sources import Catalogue
    from service.database.connection import ServiceDatabase
    with Catalogue(sys.argv[1]), ServiceDatabase(sys.argv[1]) as database:
        from service.keys import KeyRing
        KeyRing(database).make(sys.argv[2], ["read"])
"""


def test_processes_that_start_at_once_make_the_tables_once(postgresql: PostgreSQL, database: str) -> None:
    url = postgresql.url(database)
    with processes(*((OPEN, url, f"key {number}") for number in range(3))) as opening:
        for process in opening:
            finished(process)
    with ServiceDatabase(url) as service:
        assert key_names(service) == ["key 0", "key 1", "key 2"]
    assert postgresql.sql("SELECT count(*) FROM alembic_version", database) == ["1"]


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


HOLD = """
    import sys
    import components
    from components.stores.catalogue.sources import Catalogue
    from components.stores.catalogue.write_lease import WriteLease
    with Catalogue(sys.argv[1]) as catalogue:
        turn = WriteLease(catalogue, catalogue.locks(), "quaere index docs")
        with turn.hold(print):
            catalogue.begin([("id-left.md", "v1")])
            print("held", flush=True)
            sys.stdin.read()
"""


def test_the_next_process_is_told_who_is_at_it_and_gets_the_turn_when_that_one_dies(
    postgresql: PostgreSQL, database: str
) -> None:
    url, told = postgresql.url(database), []
    with Catalogue(url) as catalogue, processes((HOLD, url)) as (holder,):
        turn = WriteLease(catalogue, catalogue.locks(), "next")
        assert holder.stdout.readline() == "held\n"
        with turn.attempt() as mine:
            assert not mine

        def waiting(who: str) -> None:
            told.append(who)
            holder.kill()

        with turn.hold(waiting):
            assert turn.is_mine
            assert [entry.source_id for entry in catalogue.journal()] == ["id-left.md"]
        assert f"process {holder.pid} on " in told[0] and "(quaere index docs), since 20" in told[0]
        turn.close()


def test_a_process_that_has_lost_its_turn_changes_nothing_more(postgresql: PostgreSQL, database: str) -> None:
    url = postgresql.url(database)
    with Catalogue(url) as first, Catalogue(url) as second:
        slow = WriteLease(first, first.locks(), "slow")
        other = WriteLease(second, second.locks(), "other")
        with slow.hold(pytest.fail):
            first.begin([("id-a.md", "v1")])
            cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks JOIN pg_database d ON d.oid = database"
            postgresql.sql(f"{cut} WHERE locktype = 'advisory' AND datname = '{database}'")
            with other.hold(lambda holder: None):
                second.undo(["id-a.md"])
                second.begin([("id-b.md", "v1")])
                for late in (lambda: first.ready([record("a.md")]), first.journal, lambda: first.undo(["id-b.md"])):
                    with pytest.raises(StoreError, match=r"lost its connection.*\(other\)"):
                        late()
                assert [entry.source_id for entry in second.journal()] == ["id-b.md"]
        assert first.count() == (0, 0)
        slow.close()
        other.close()


def test_a_server_that_is_stopped_and_started_again_is_used_again(postgresql: PostgreSQL, database: str) -> None:
    url = postgresql.url(database)
    with Catalogue(url) as catalogue, ServiceDatabase(url) as service:
        turn = WriteLease(catalogue, catalogue.locks(), "x")
        with turn.hold(pytest.fail):
            put(catalogue, record("a.md"))
        KeyRing(service).make("mine", ["read"])
        postgresql.stop()
        for call in (catalogue.generation, KeyRing(service).keys, lambda: put(catalogue, record("b.md"))):
            with pytest.raises(StoreError, match=r"\*\*\*@.*(cannot be reached|was cut off)"):
                call()
        with pytest.raises(StoreError, match="cannot be reached"), turn.hold(pytest.fail):
            pass
        postgresql.start()
        assert (catalogue.generation(), catalogue.count()) == (1, (1, 3))
        assert key_names(service) == ["mine"]
        with turn.hold(pytest.fail):
            put(catalogue, record("b.md"))
        assert catalogue.generation() == 2
        turn.close()


def test_a_kill_of_the_server_loses_nothing_that_was_kept(postgresql: PostgreSQL, database: str) -> None:
    with Catalogue(postgresql.url(database)) as catalogue:
        put(catalogue, record("a.md"))
        postgresql.stop("immediate")
        postgresql.start()
        assert [info.source for info in catalogue.sources()] == ["a.md"]


# The service


def settings_for(data: Path, qdrant_url: str, database_url: str) -> Settings:
    return Settings.load(
        {
            "data": data,
            "qdrant.engine": "server",
            "qdrant.url": qdrant_url,
            "database.url": database_url,
            "models.precision": "fp32",
        }
    )


def test_an_embedded_index_is_not_shared() -> None:
    with pytest.raises(ConfigurationError, match=r"a folder that one process holds.*engine = 'server'"):
        Settings.load({"database.url": "postgresql://a:b@localhost/x"})


def test_the_password_shows_neither_in_settings_nor_in_errors(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    servers = {"qdrant.engine": "server", "qdrant.url": "http://localhost:6333"}
    settings = Settings.load({"database.url": "postgresql://me:hidden@db/quaere?sslpassword=hidden", **servers})
    assert str(settings.database.url) == "postgresql://me:***@db/quaere?sslpassword=%2A%2A%2A"
    assert "hidden" not in repr(settings)
    for wrong in ("mysql://me:hidden@db/quaere", "postgresql://me:hidden@db", "me:hidden"):
        with pytest.raises(ConfigurationError, match=r"database.url = \*\*\*") as failed:
            Settings.load({"database.url": wrong, **servers})
        assert "hidden" not in str(failed.value)
    secret = tmp_path / "secret"
    secret.write_text("postgresql://me:hidden@db/quaere\n", encoding="utf-8")
    monkeypatch.setenv("QUAERE_DATABASE__URL_FILE", str(secret))
    settings = Settings.load(servers)
    assert settings.database.url.get_secret_value() == "postgresql://me:hidden@db/quaere"
    assert settings.origins()["database.url"] == "environment"
    monkeypatch.setenv("QUAERE_DATABASE__URL", "postgresql://me:hidden@db/quaere")
    with pytest.raises(ConfigurationError, match="both set"):
        Settings.load(servers)


def test_archives_are_refused_and_another_collection_needs_another_database(
    postgresql: PostgreSQL, database: str, tmp_path: Path
) -> None:
    settings = settings_for(tmp_path / "data", "http://127.0.0.1:1", postgresql.url(database))
    with QAService(settings) as service:
        with pytest.raises(InputError, match="pg_dump"):
            service.backup(tmp_path / "backup.tar.gz")
        with pytest.raises(InputError, match="pg_dump"):
            QAService.restore(settings, tmp_path / "backup.tar.gz")
        assert PASSWORD not in json.dumps(service.status().to_dict())
        assert service.status().store["catalogue"].startswith("postgresql://owner:***@")
    other = settings.with_values({"qdrant.collection": "other"})
    with pytest.raises(ConfigurationError, match=r"'quaere'.*'other'"):
        QAService(other).open()


def test_waiting_for_the_turn_can_be_given_up(postgresql: PostgreSQL, database: str, tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    url, said = postgresql.url(database), []
    settings = settings_for(tmp_path / "data", "http://127.0.0.1:1", url)

    def stop(progress: object) -> None:
        raise Enough

    with processes((HOLD, url)) as (holder,), QAService(settings, on_message=said.append) as service:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Enough):
            service.index([str(tmp_path)], on_progress=stop)
        assert len(said) == 1 and "(quaere index docs)" in said[0]


@pytest.mark.usefixtures("converted_models")
def test_what_a_living_process_has_begun_is_left_to_it(
    postgresql: PostgreSQL, database: str, qdrant: tuple[QdrantStandIn, str], tmp_path: Path
) -> None:
    url = postgresql.url(database)
    file = tmp_path / "a.md"
    file.write_text("The Aria pump weighs 12 kilograms.", encoding="utf-8")
    settings = settings_for(tmp_path / "data", qdrant[1], url)
    with Catalogue(url) as catalogue, processes((HOLD, url)) as (holder,):
        assert holder.stdout.readline() == "held\n"
        with QAService(settings) as service:
            # Opening the index would undo what a kill left.
            assert service.sources() == []
            assert [entry.source_id for entry in catalogue.journal()] == ["id-left.md"]
            holder.kill()
            holder.wait()
            assert service.index([str(file)]).generation == 1
            assert catalogue.journal() == []


def test_a_job_belongs_to_the_process_that_took_it_until_that_ends(
    postgresql: PostgreSQL, database: str, tmp_path: Path
) -> None:
    settings = settings_for(tmp_path / "data", "http://127.0.0.1:1", postgresql.url(database))
    uploads = Uploads(settings.data)
    with QAService(settings) as one, QAService(settings) as two:
        with open_backend(one) as first:
            job = first.jobs.prepare([Upload("a.md", "id", str(uploads.folder / "id" / "a.md"))], None)
            half = uploads.folder / ".incoming" / "half"
            half.parent.mkdir(parents=True)
            half.touch()
            with open_backend(two) as second:
                # Its file is still on the way: a process that starts now must not give it up.
                time.sleep(0.5)
                assert second.jobs.job(job.job_id, None).state == "queued"
                assert half.exists()
        with open_backend(two) as second:
            until(lambda: second.jobs.job(job.job_id, None).state == "failed")
            assert second.jobs.job(job.job_id, None).failures == (("a.md", "did not arrive as a whole; send it again"),)


def test_a_job_is_cancelled_through_another_process_than_the_one_that_runs_it(
    postgresql: PostgreSQL, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(tmp_path / "data", "http://127.0.0.1:1", postgresql.url(database))
    begun = threading.Event()

    def index(*_: Any, on_progress: Callable[[IndexProgress], None], **__: Any) -> None:
        begun.set()
        while True:
            on_progress(IndexProgress(0, 1, 0, 1, 0, "", "embedding"))
            time.sleep(0.02)

    with (
        QAService(settings) as one,
        QAService(settings) as two,
        open_backend(one) as first,
        open_backend(two) as second,
    ):
        monkeypatch.setattr(one, "index", index)
        received, fields = first.uploads.receive(io.BytesIO(b"It is blue."), 100), {"groups": ["public"]}
        place = sealed(first.uploads.place("a.md", ["public"]), received, fields)
        job = first.jobs.take([place], None, lambda files: files.stage(received, place, fields))
        assert begun.wait(30)
        cancelled = second.jobs.cancel(job.job_id, None)
        assert cancelled is not None and cancelled.state == "running"
        until(lambda: second.jobs.job(job.job_id, None).state == "cancelled")
        assert first.uploads.path_of(place.source_id) is None


def write(folder: Path, texts: dict[str, str]) -> str:
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return str(folder)


CLI = "import sys; from ui.cli.main import main; sys.argv[0] = 'quaere'; main()"


@pytest.mark.slow
@pytest.mark.usefixtures("converted_models")
def test_two_processes_index_at_once_while_a_third_answers(
    postgresql: PostgreSQL, database: str, qdrant: tuple[QdrantStandIn, str], tmp_path: Path
) -> None:
    _, qdrant_url = qdrant
    url = postgresql.url(database)
    settings = settings_for(tmp_path / "data", qdrant_url, url)
    environment = {
        "QUAERE_DATA": str(settings.data),
        "QUAERE_QDRANT__ENGINE": "server",
        "QUAERE_QDRANT__URL": qdrant_url,
        "QUAERE_DATABASE__URL": url,
        "QUAERE_MODELS__PRECISION": "fp32",
    }
    names = {name: [f"{name}-{number}" for number in range(6)] for name in ("aria", "boreas")}
    folders = [
        write(tmp_path / name, {f"{each}.md": f"The {each} pump weighs {n + 10} kilograms.\n" for n, each in
                                enumerate(pumps)})
        for name, pumps in names.items()
    ]  # fmt: skip
    with QAService(settings) as service:
        assert service.ask("What does it weigh?").index_generation == 0
        with processes(*((CLI, "index", folder) for folder in folders), environment=environment) as indexing:
            outputs = [process.communicate(timeout=240) for process in indexing]
            assert [process.returncode for process in indexing] == [0, 0], outputs
        status = service.status()
        assert (status.sources, status.passages, status.generation) == (12, 12, 12)
        for pump, expected in (("boreas-3", "13"), ("aria-5", "15")):
            reply = service.ask(f"What does the {pump} pump weigh?", threshold=0.0)
            assert expected in reply.answers[0].text
            assert reply.index_generation == 12
        with processes((CLI, "sources", "delete", f"{folders[0]}/aria-5.md"), environment=environment) as (deleting,):
            finished(deleting)
        assert service.status().sources == 11
        question = "What does the boreas-3 pump weigh?"
        assert not any("aria-5" in each.source for each in service.ask(question, explain=True).passages)
        with processes((CLI, "rebuild"), environment=environment) as (rebuilding,):
            finished(rebuilding)
        reply = service.ask(question, threshold=0.0)
        assert "13" in reply.answers[0].text and reply.index_generation == 14
        postgresql.stop()
        with pytest.raises(QuaereError, match=r"cannot be reached|was cut off"):
            service.ask(question)
        postgresql.start()
        again = service.ask(question, threshold=0.0)
        assert [each.id for each in again.answers] == [each.id for each in reply.answers]
        assert service.index([str(Path(folders[0], "aria-5.md"))]).indexed == 1


def test_a_dump_holds_everything(postgresql: PostgreSQL, database: str, tmp_path: Path) -> None:
    with Catalogue(postgresql.url(database)) as catalogue:
        put(catalogue, record("a.md"))
    environment = {**os.environ, "PGPASSWORD": PASSWORD}
    server = ["--host=127.0.0.1", f"--port={postgresql.port}", f"--username={SUPERUSER}"]
    dump = tmp_path / "quaere.dump"
    postgresql.sql(f"CREATE DATABASE {database}_restored")
    for program, *options in (
        ("pg_dump", "--format=custom", f"--file={dump}", database),
        ("pg_restore", f"--dbname={database}_restored", str(dump)),
    ):
        subprocess.run([postgresql.binaries / program, *server, *options], env=environment, check=True, timeout=60)
    with Catalogue(postgresql.url(f"{database}_restored")) as restored:
        assert (restored.sources(), restored.generation()) == ([record("a.md").info], 1)
        assert restored.text("id-a.md") == record("a.md").text


SERVE = """
    import sys
    from pathlib import Path
    import components
    from pipelines.settings import Settings
    from ui.server import launch
    launch(Settings.load(), port=0, announce=lambda address: print(address, flush=True))
"""


def request(url: str, method: str = "GET", **options: Any) -> Any:
    response = httpx.request(method, url, timeout=60, trust_env=False, **options)
    assert response.is_success, response.text
    return response.json()


@pytest.mark.slow
@pytest.mark.usefixtures("converted_models")
def test_two_served_processes_are_one_service(
    postgresql: PostgreSQL, database: str, qdrant: tuple[QdrantStandIn, str], tmp_path: Path
) -> None:
    _, qdrant_url = qdrant
    environment = {
        "QUAERE_DATA": str(tmp_path / "data"),
        "QUAERE_QDRANT__ENGINE": "server",
        "QUAERE_QDRANT__URL": qdrant_url,
        "QUAERE_DATABASE__URL": postgresql.url(database),
        "QUAERE_MODELS__PRECISION": "fp32",
    }
    with processes((SERVE,), (SERVE,), environment=environment) as served:
        one, two = (process.stdout.readline().strip() for process in served)
        file = {"files": ("boreas.md", "The Boreas fan weighs 12 kilograms.\n")}
        job = request(f"{one}api/v1/sources/files", "POST", files=file)["job_id"]
        until(lambda: request(f"{two}api/v1/jobs/{job}")["state"] == "done", 120)
        question = {"question": "What does the Boreas fan weigh?", "threshold": 0.0}
        replies = [request(f"{url}api/v1/ask", "POST", json=question) for url in (one, two)]
        assert [reply["index_generation"] for reply in replies] == [1, 1]
        assert [reply["answers"][0]["text"] for reply in replies] == ["12 kilograms"] * 2
        assert request(f"{two}health/ready") == {"ready": True, "reasons": []}
        served[0].kill()
        served[0].wait()
        assert request(f"{two}api/v1/ask", "POST", json=question)["answers"] == replies[1]["answers"]
        (source,) = request(f"{two}api/v1/sources")["sources"]
        httpx.delete(f"{two}api/v1/sources/{source['source_id']}", timeout=60, trust_env=False).raise_for_status()
        assert request(f"{two}api/v1/ask", "POST", json=question)["index_generation"] == 2
