"""Settings of a training, from a TOML file and from flags, and the packages it needs, checked before any work."""

import importlib.util
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from components.errors import ConfigurationError

Options = TypeVar("Options", bound=BaseModel)


def options_from(kind: type[Options], file: Path | None, /, **given: Any) -> Options:
    """Options from a TOML file, where one is given, and from values that beat it; None stands for "not given".

    Raises:
        ConfigurationError: the file cannot be read, or a value or name is not allowed.
    """
    stored: dict[str, Any] = {}
    if file is not None:
        try:
            stored = tomllib.loads(file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"{file} cannot be read as TOML: {error}") from error
    try:
        return kind(**(stored | {name: value for name, value in given.items() if value is not None}))
    except ValidationError as error:
        where = f" (flags, or {file})" if file is not None else ""
        told = "; ".join(_told(each, kind) for each in error.errors())
        raise ConfigurationError(f"training options{where}: {told}") from error


def _told(problem: Any, kind: type[BaseModel]) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        return f"{name!r} is no option; known: {', '.join(kind.model_fields)}"
    shown = name and problem["type"] not in ("missing", "value_error")
    return f"{name}: {message}" + (f", not {problem['input']!r}" if shown else "")


def require(*packages: str) -> None:
    """Check that packages are there before any work begins.

    Raises:
        ConfigurationError: one is not.
    """
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            f"training needs {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed; "
            "install Quaere with its extra: pip install -e '.[train]' -c constraints.txt"
        )
