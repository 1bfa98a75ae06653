"""Keys and sessions in a real database: made, found, ended, kept over a restart, never kept in the clear."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from components.errors import InputError, StoreError
from pipelines.service import QAService
from pipelines.settings import Settings
from service.database.connection import DATABASE_FILE, ServiceDatabase
from service.database.tables import ServiceTable
from service.keys import KeyRing, LastKey
from ui.cli.commands.keys import _unserved

LAST = LastKey("'bot' is the last key")


def test_a_key_is_found_by_its_secret_only(keys: KeyRing) -> None:
    assert not keys.exist()
    key, secret = keys.make("bot", ["impersonate", "read"], ["staff", "légal"])
    assert (key.name, key.roles, key.groups) == ("bot", ("read", "impersonate"), ("staff", "légal"))
    assert keys.exist()
    assert keys.find(secret) == key
    for wrong in (
        "",
        "quaere_",
        secret[:-1],
        secret + "x",
        secret.upper(),
        f"other_{secret}",
        key.key_id,
        "ключ",
        "\udcff",
    ):
        assert keys.find(wrong) is None, wrong


def test_secrets_differ_and_are_nowhere_in_the_file(tmp_path: Path) -> None:
    with ServiceDatabase(tmp_path / DATABASE_FILE) as database:
        secrets = [KeyRing(database).make(f"key {number}", ["read"])[1] for number in range(5)]
        key = KeyRing(database).keys()[0]
        token = KeyRing(database).begin_session(key)
    assert len(set(secrets)) == 5
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert token.encode("ascii") not in kept
    for secret in secrets:
        assert secret.encode("ascii") not in kept
        assert secret.split("_", 2)[-1].encode("ascii") not in kept


def test_keys_and_sessions_outlive_a_restart(tmp_path: Path) -> None:
    with ServiceDatabase(tmp_path / DATABASE_FILE) as database:
        key, secret = KeyRing(database).make("bot", ["read"])
        token = KeyRing(database).begin_session(key)
    with ServiceDatabase(tmp_path / DATABASE_FILE) as database:
        assert KeyRing(database).find(secret) == key
        assert KeyRing(database).of_session(token) == key


def test_a_deleted_key_opens_nothing_and_neither_do_its_sessions(keys: KeyRing) -> None:
    key, secret = keys.make("bot", ["read"])
    other, other_secret = keys.make("other", ["read"])
    token, other_token = keys.begin_session(key), keys.begin_session(other)
    assert keys.delete("bot") == key
    assert keys.find(secret) is None
    assert keys.of_session(token) is None
    assert keys.find(other_secret) == other
    assert keys.of_session(other_token) == other
    with pytest.raises(InputError, match="quaere keys list"):
        keys.delete("bot")


def test_a_session_ends_by_time_and_on_request(keys: KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    key, _ = keys.make("bot", ["read"])
    token, second = keys.begin_session(key), keys.begin_session(key)
    keys.end_session(second)
    keys.end_session("unknown")
    assert keys.of_session(second) is None
    assert keys.of_session(token) == key
    later = time.time() + 13 * 3600
    monkeypatch.setattr("service.keys.time.time", lambda: later)
    assert keys.of_session(token) is None


@pytest.mark.parametrize(
    ("name", "roles", "groups", "said"),
    [
        ("", ["read"], [], "name of a key"),
        ("a\nb", ["read"], [], "name of a key"),
        ("x" * 101, ["read"], [], "name of a key"),
        ("bot", [], [], "read, write, admin, impersonate"),
        ("bot", ["root"], [], "root"),
        ("bot", ["read"], [""], "not empty"),
    ],
)
def test_what_cannot_be_a_key(keys: KeyRing, name: str, roles: list[str], groups: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        keys.make(name, roles, groups)
    assert not keys.exist()


def test_names_are_taken_once(keys: KeyRing) -> None:
    keys.make("bot", ["read"])
    with pytest.raises(InputError, match="already"):
        keys.make(" bot ", ["write"])


def test_the_steps_make_the_tables_that_the_program_uses(tmp_path: Path) -> None:
    with ServiceDatabase(tmp_path / DATABASE_FILE):
        pass
    engine = create_engine(f"sqlite:///{tmp_path / DATABASE_FILE}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), ServiceTable.metadata) == []
    engine.dispose()


def test_several_openers_at_once_take_each_step_once(tmp_path: Path) -> None:
    def make(number: int) -> None:
        with ServiceDatabase(tmp_path / DATABASE_FILE) as database:
            KeyRing(database).make(f"key {number}", ["read"])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(8)))
    with ServiceDatabase(tmp_path / DATABASE_FILE) as database:
        assert len(KeyRing(database).keys()) == 8


@pytest.mark.parametrize("lose", [Path.unlink, lambda file: file.write_bytes(b"")])
def test_a_database_that_is_lost_is_not_taken_for_a_new_one(tmp_path: Path, lose: Callable[[Path], object]) -> None:
    file = tmp_path / DATABASE_FILE
    with ServiceDatabase(file) as database:
        KeyRing(database).make("desk", ["read"])
    lose(file)
    with pytest.raises(StoreError, match=r"is gone, and with it all keys.*restore"):
        ServiceDatabase(file).open()
    (tmp_path / "service.sqlite.made").unlink()
    with ServiceDatabase(file) as database:
        assert KeyRing(database).keys() == []


def test_a_newer_or_a_damaged_database_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / DATABASE_FILE
    with ServiceDatabase(file):
        pass
    connection = sqlite3.connect(file)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match=r"9999.*newer Quaere"):
        ServiceDatabase(file).open()
    file.write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="damaged"):
        ServiceDatabase(file).open()
    with pytest.raises(StoreError, match="open it first"), ServiceDatabase(file).writing():
        pass


@pytest.mark.slow
def test_the_command_makes_lists_and_deletes_keys(tmp_path: Path) -> None:
    def quaere(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ui.cli.main", "--data", str(tmp_path / "data"), "keys", *args]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)

    made = quaere("make", "bot", "--role", "read", "--role", "impersonate", "--groups", "staff,legal")
    assert made.returncode == 0, made.stderr
    secret = made.stdout.strip()
    with ServiceDatabase(tmp_path / "data" / DATABASE_FILE) as database:
        found = KeyRing(database).find(secret)
    assert found is not None
    assert (found.roles, found.groups) == (("read", "impersonate"), ("staff", "legal"))
    listed = quaere("list")
    assert "bot" in listed.stdout
    assert "staff, legal" in listed.stdout
    assert secret not in listed.stdout
    assert quaere("make", "bot").returncode == 1
    with QAService(Settings(data=tmp_path / "data"), purpose="quaere serve").open(writable=True):
        kept = quaere("delete", "bot")
        assert kept.returncode == 1
        assert all(word in kept.stderr for word in ("'bot' is the last key", "quaere serve", "make another one"))
        quaere("make", "other")
        assert quaere("delete", "bot").returncode == 0
        assert quaere("delete", "other").returncode == 1
    assert quaere("delete", "other").returncode == 0
    assert quaere("list", "--json").stdout.split() == ["{", '"keys":', "[]", "}"]


def test_keys_are_in_a_backup(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    with QAService(settings).open(writable=True) as service, ServiceDatabase(settings.data / DATABASE_FILE) as database:
        _, secret = KeyRing(database).make("bot", ["read"])
        service.backup(tmp_path / "backup.tar.gz")
    restored = Settings(data=tmp_path / "restored")
    QAService.restore(restored, tmp_path / "backup.tar.gz")
    with ServiceDatabase(restored.data / DATABASE_FILE) as database:
        assert KeyRing(database).find(secret) is not None


def test_of_two_keys_that_are_deleted_at_a_time_one_stays(tmp_path: Path) -> None:
    def attempt(name: str) -> bool:
        with ServiceDatabase(tmp_path / DATABASE_FILE) as database:
            start.wait()
            try:
                KeyRing(database).delete(name, even_last=False)
            except LastKey:
                return False
            return True

    start = Barrier(2)
    for round_ in range(5):
        with ServiceDatabase(tmp_path / DATABASE_FILE) as database:
            ring = KeyRing(database)
            for name in ("a", "b"):
                ring.make(name, ["read"])
            with ThreadPoolExecutor(2) as pool:
                assert sorted(pool.map(attempt, ("a", "b"))) == [False, True], round_
            assert len(ring.keys()) == 1
            ring.delete(ring.keys()[0].name)


def test_the_last_key_of_a_shared_database_is_deleted_by_whoever_says_so() -> None:
    shared = Settings.load(
        {"qdrant.engine": "server", "qdrant.url": "http://localhost:1", "database.url": "postgresql://x/y"}
    )
    with pytest.raises(LastKey, match=r"'bot' is the last key.*--even-last"), _unserved(shared, LAST, sure=False):
        pass
    with _unserved(shared, LAST, sure=True):
        pass


def test_a_database_that_lost_a_table_is_told_with_what_to_do(keys: KeyRing) -> None:
    with keys.database.writing() as session:
        session.execute(text("DROP TABLE keys"))
    with pytest.raises(StoreError, match=r"is damaged \(no such table: keys\); restore a backup with `quaere restore`"):
        keys.keys()
