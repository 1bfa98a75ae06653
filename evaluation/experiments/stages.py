"""Which stages a system has beyond what the settings say, so that what each stage brings can be measured."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self, get_args, get_type_hints

from components.errors import ConfigurationError

Search = Literal["both", "dense", "lexical"]

_GROUP = "stages."
"""How the names begin, as those of a group of settings do."""


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of a system; the defaults are those of ``quaere ask``."""

    search: Search = "both"
    """By meaning and words, or by one of them alone."""
    rerank: bool = True
    """Whether the ranker sorts the candidates; else they stay as retrieval has sorted them."""
    read: bool = True
    """Whether the reader looks for the words; else whole passages are the answers."""
    passes: Literal[1, 2] = 1
    """Whether a joint model ranks and reads in one pass; 2 runs it again for reading."""
    expand: bool = True
    """Whether synonyms are searched too, where there are any."""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """The stages with these values, by name.

        Raises:
            ConfigurationError: a value is not allowed.
        """
        values = {name.removeprefix(_GROUP): value for name, value in given.items()}
        for name, value in values.items():
            hint = get_type_hints(cls)[name]
            allowed = (True, False) if hint is bool else get_args(hint)
            # 1 == True: the type has to be right too.
            if not any(value == each and type(value) is type(each) for each in allowed):
                shown = ", ".join(
                    "true" if each is True else "false" if each is False else repr(each) for each in allowed
                )
                raise ConfigurationError(f"{_GROUP}{name} = {value!r}: it must be one of {shown}")
        return cls(**values)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """What can be set."""
        return tuple(f"{_GROUP}{each.name}" for each in fields(cls))

    def shown(self) -> dict[str, Any]:
        """The values by name, as plain JSON."""
        return {f"{_GROUP}{name}": value for name, value in asdict(self).items()}

    def tag(self) -> str:
        """A part of a file's name that tells these stages from others; "" for the defaults."""
        usual = asdict(type(self)())
        return "".join(f"-{name}={value}".lower() for name, value in asdict(self).items() if value != usual[name])
