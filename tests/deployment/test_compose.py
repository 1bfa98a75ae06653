"""The containers: closed where they can be, and consistent with each other and with Quaere's own settings.

There is no Docker here. What the files say is read as YAML and text, and the commands in them are run by themselves.
"""

import ast
import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.models.conversion import convert
from pipelines.setting_names import descriptions, secret_names
from pipelines.setting_names import variable as variable_of
from pipelines.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name in SERVICES if name.startswith("quaere")]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
WRITTEN_TO = {
    "quaere": {"/data", "/tmp"},
    "qdrant": {"/qdrant/storage", "/qdrant/snapshots", "/qdrant/init", "/tmp"},
    "postgres": {"/var/lib/postgresql/data", "/var/run/postgresql", "/tmp"},
}


def instruction(name: str) -> str:
    """The last one of this name, on one line."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return re.findall(rf"^{name} +(.*)$", joined, re.MULTILINE)[-1]


def environment_of(name: str, **values: str) -> dict[str, str]:
    """As Compose hands it over, with variables in place."""
    return {key: interpolated(str(value), values) for key, value in SERVICES[name]["environment"].items()}


def interpolated(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda found: values.get(found[1], found[2] or ""), text)


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_may_do_no_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert not service.keys() & {"privileged", "cap_add", "devices", "network_mode", "pid", "ipc"}
    limits = service["deploy"]["resources"]["limits"]
    assert limits["cpus"] and limits["memory"] and service["pids_limit"]
    assert service["restart"] == "unless-stopped"
    written = {each.split(":")[0] for each in service["tmpfs"]}
    written |= {each.rsplit(":", 1)[-1] for each in service["volumes"] if not each.endswith(":ro")}
    assert written == WRITTEN_TO["quaere" if name in OURS else name]


@pytest.mark.parametrize("name", SERVICES)
def test_only_the_services_have_ports_and_only_for_this_machine(name: str) -> None:
    ports = SERVICES[name].get("ports", [])
    assert len(ports) == (1 if name in OURS else 0)
    assert all(port.startswith("127.0.0.1:") and port.endswith(":7860") for port in ports)
    if name not in OURS:
        assert SERVICES[name]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_names_that_are_used_are_there() -> None:
    for name, service in SERVICES.items():
        assert set(service["networks"]) <= COMPOSE["networks"].keys()
        assert set(service.get("secrets", [])) <= COMPOSE["secrets"].keys()
        named = {each.split(":")[0] for each in service["volumes"] if not each.startswith("$")}
        assert named <= COMPOSE["volumes"].keys()
        for other, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            assert "healthcheck" in SERVICES[other]
            # What is needed is started wherever this is.
            assert set(SERVICES[other].get("profiles", [])) <= set(service.get("profiles", [])), name
    ports = [port for name in OURS for port in SERVICES[name]["ports"]]
    assert len(set(ports)) == len(ports)


def test_no_secret_stands_in_the_files() -> None:
    for name, service in SERVICES.items():
        for variable, value in service["environment"].items():
            if re.search("PASSWORD|KEY|DATABASE__URL", variable):
                assert re.match(r"\$\{QDRANT_API_KEY:\?|/run/secrets/", str(value)), f"{name}: {variable}"
    for secret in COMPOSE["secrets"].values():
        assert secret["file"].startswith("${QUAERE_SECRETS:-./secrets}/")
    assert not re.search("secret|password|key", DOCKERFILE.partition("FROM")[2].replace("Without a key", ""), re.I)


@pytest.mark.parametrize("name", OURS)
def test_the_environment_is_one_that_quaere_takes(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    secret = tmp_path / "database_url"
    secret.write_text("postgresql://quaere:secret@postgres:5432/quaere\n", encoding="utf-8")
    shown = dict(re.findall(r"(QUAERE_\w+)=(\S+)", instruction("ENV")))
    environment = shown | environment_of(name, QDRANT_API_KEY="key")
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value.replace("/run/secrets/database_url", str(secret)))
    settings = Settings.load()
    assert (settings.qdrant.engine, settings.qdrant.url) == ("server", "http://qdrant:6333")
    assert settings.qdrant.api_key is not None and settings.qdrant.api_key.get_secret_value() == "key"
    assert (settings.database.url is not None) == (name != "quaere")
    assert settings.data.is_relative_to("/data") and settings.cache is not None
    # A backup holds the data folder, and not the models beside it.
    assert settings.cache.is_relative_to("/data") and not settings.cache.is_relative_to(settings.data)
    assert (settings.qdrant.collection == "quaere") == (name == "quaere")


def test_the_servers_are_of_the_releases_that_quaere_is_built_for() -> None:
    client = re.search(r"^qdrant-client==(\d+\.\d+)", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    server = re.fullmatch(r"qdrant/qdrant:v(\d+\.\d+)\.\d+-unprivileged", SERVICES["qdrant"]["image"])
    assert client is not None and server is not None and client[1] == server[1]
    assert re.fullmatch(r"postgres:\d+\.\d+-\w+", SERVICES["postgres"]["image"])


def test_the_guide_names_only_what_there_is() -> None:
    guide = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    compose = (ROOT / "docker-compose.yml").read_text("utf-8")
    known = {variable_of(name) for name in descriptions()} | {f"{variable_of(name)}_FILE" for name in secret_names()}
    known |= set(re.findall(r"\$\{(\w+)", compose))
    assert set(re.findall(r"\b(?:QUAERE|QDRANT|POSTGRES)_[A-Z_0-9]+\b", guide)) <= known
    for line in re.findall(r"docker compose (.*)", guide):
        named = set(re.findall(r"(?<![\w/])(?:quaere(?:-\d)?|qdrant|postgres)(?= |$)", line.partition("#")[0]))
        assert named <= SERVICES.keys(), line
    for path in re.findall(r"\]\((?!https?:)([^)#]+)", guide):
        assert (ROOT / "docs" / path).exists(), path


# Health checks


@contextmanager
def answering(status: int) -> Iterator[tuple[int, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(("name", "port", "path"), [("quaere", 7860, "/health/ready"), ("qdrant", 6333, "/readyz")])
@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_a_health_check_tells_ready_from_not_ready(name: str, port: int, path: str, status: int, healthy: bool) -> None:
    kind, *command = SERVICES[name]["healthcheck"]["test"]
    assert kind == "CMD"
    with answering(status) as (free, asked):
        found = [part.replace(str(port), str(free)).replace("$$", "$") for part in command]
        if found[0] == "python":
            found[0] = sys.executable
        done = subprocess.run(found, timeout=30, capture_output=True, check=False)
    assert (done.returncode == 0) == healthy
    assert asked == [path]


def test_all_services_are_checked_as_the_image_says() -> None:
    built_in = json.loads(instruction("HEALTHCHECK").partition("CMD")[2])
    assert all(SERVICES[name]["healthcheck"]["test"] == ["CMD", *built_in] for name in OURS)


# The image


def test_the_image_runs_as_the_user_that_compose_names_and_writes_to_the_volume() -> None:
    assert {SERVICES[name]["user"] for name in OURS} == {instruction("USER")}
    assert instruction("VOLUME") == "/data" == instruction("WORKDIR")
    assert all(value.startswith("/data/") for value in re.findall(r"QUAERE_\w+=(\S+)", instruction("ENV")))


def test_what_is_installed_is_sent_to_the_builder_and_nothing_of_the_user() -> None:
    patterns = [
        line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line and not line.startswith("#")
    ]
    assert patterns[0] == "*"

    def is_sent(path: str) -> bool:
        sent = True
        for pattern in patterns:
            plain = pattern.removeprefix("!").removeprefix("**/")
            parts = Path(path).parts
            if fnmatch(parts[0], plain) or ("**/" in pattern and any(fnmatch(part, plain) for part in parts)):
                sent = pattern.startswith("!")
        return sent

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for package in project["tool"]["setuptools"]["packages"]:
        assert is_sent(f"{package.replace('.', '/')}/__init__.py"), package
    for file in ("pyproject.toml", "constraints.txt", project["project"]["readme"], "LICENSE"):
        assert is_sent(file), file
    for private in (".env", "secrets/database_url", ".quaere/service.sqlite", ".git/config", "quaere.toml"):
        assert not is_sent(private), private
    assert not is_sent("ui/__pycache__/cli.cpython-312.pyc")


def test_the_models_are_converted_as_they_are_asked_for() -> None:
    (program,) = re.findall(r'^RUN python -c "(import components.*?)"$', DOCKERFILE.replace("\\\n", " "), re.MULTILINE)
    calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Call)}
    assert {"convert", "Settings"} <= calls
    # All precisions are there already for the models of the tests: then it only looks at them.
    done = subprocess.run(
        [sys.executable, "-c", program.replace("('int8', 'fp32')", "('fp32',)")],
        cwd=ROOT, env=os.environ, capture_output=True, encoding="utf-8", timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert convert(Settings().models.embedder, "embedder", "fp32").folder.is_dir()
