"""How much of each file a training learns from."""

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from training.data.example import Example
from training.schedule import ScheduleOptions


class DrawnOptions(ScheduleOptions):
    """Options of trainings that learn from files of examples."""

    data: tuple[Path, ...] = Field(min_length=1, description="files of examples to learn from")
    counts: dict[str, int] = Field(
        {}, description="by file name, how many of its examples are drawn; more than there are: some repeatedly"
    )

    @model_validator(mode="after")
    def _known_files(self) -> Self:
        unknown = set(self.counts) - {path.name for path in self.data}
        if unknown or any(count < 0 for count in self.counts.values()):
            raise ValueError(
                f"counts has {', '.join(sorted(unknown)) or 'a number below 0'}; it gives numbers from 0 by the names "
                f"of the data files: {', '.join(path.name for path in self.data)}"
            )
        return self


def drawn(examples: Sequence[Example], options: DrawnOptions) -> tuple[Example, ...]:
    """As many examples of each file as ``counts`` asks for, in the order of the files; of other files all."""
    by_file: dict[str, list[Example]] = defaultdict(list)
    for each in examples:
        by_file[Path(each.origin).name].append(each)
    chance = random.Random(options.seed)
    chosen: list[Example] = []
    for name, members in by_file.items():
        whole, rest = divmod(options.counts.get(name, len(members)), len(members))
        chosen += members * whole + chance.sample(members, rest)
    return tuple(chosen)
