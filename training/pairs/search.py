"""Search for good settings: short trainings side by side, chosen by Optuna through transformers' Trainer."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from rich.console import Console
from torch import nn

from components.errors import ConfigurationError
from components.writing import write_whole
from training.pairs.adapters import prepare
from training.pairs.data import read_pair_data
from training.pairs.network import load_pair_model
from training.pairs.options import PairOptions, load_options
from training.pairs.rows import RandomWindow
from training.pairs.run import begin, build_trainer, translations
from training.pairs.sampling import PairSampler

SPACE = "search"
"""The table of the options file that says where to search."""

_OF_TRAINER = {
    "learning_rate": "learning_rate",
    "weight_decay": "weight_decay",
    "warmup": "warmup_steps",
    "clip": "max_grad_norm",
    "epochs": "num_train_epochs",
    "batch_size": "per_device_train_batch_size",
    "accumulation": "gradient_accumulation_steps",
    "seed": "seed",
}
"""Our names of what the Trainer is told at its beginning; the others are read from the options as it goes."""

_FIXED = {
    "kind",
    "model",
    "data",
    "out",
    "development",
    "general",
    "counts",
    "metric",
    "max_steps",
    "minutes",
    "epsilon",
}


class Range(BaseModel):
    """Where to look for one option: numbers between two ends, or one of several values."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    low: int | float | None = None
    high: int | float | None = None
    log: bool = False
    choices: tuple[int | float | str | bool, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "Range":
        if bool(self.choices) == (self.low is not None and self.high is not None):
            raise ValueError("give either low and high, or choices")
        return self

    def draw(self, name: str, trial: Any) -> Any:
        """A value that Optuna suggests."""
        if self.choices:
            return trial.suggest_categorical(name, self.choices)
        if isinstance(self.low, int) and isinstance(self.high, int):
            return trial.suggest_int(name, self.low, self.high, log=self.log)
        return trial.suggest_float(name, self.low, self.high, log=self.log)


def read_space(file: Path) -> tuple[dict[str, Any], dict[str, Range]]:
    """Options and ranges of a TOML file with a table ``[search]``.

    Raises:
        ConfigurationError: the table is missing, or names what cannot be searched for.
    """
    try:
        stored = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file} cannot be read as TOML: {error}") from error
    tables = stored.pop(SPACE, {})
    allowed = PairOptions.model_fields.keys() - _FIXED
    unknown = sorted(set(tables) - allowed)
    if unknown or not tables:
        wrong = f"names {', '.join(unknown)}" if unknown else "is missing or empty"
        raise ConfigurationError(
            f"{file}: [{SPACE}] {wrong}; it gives low and high, or choices, for some of {', '.join(sorted(allowed))}"
        )
    try:
        return stored, {name: Range.model_validate(value) for name, value in tables.items()}
    except ValidationError as error:
        raise ConfigurationError(f"{file}: [{SPACE}]: {error.errors()[0]['msg']}") from error


def search(options: PairOptions, space: Mapping[str, Range], trials: int, console: Console) -> dict[str, Any]:
    """The best of several trainings; run again after a kill, the finished ones are kept.

    Args:
        options: what all trainings share; with development files, whose figure decides.
        space: what differs.
        trials: how many trainings in all.
        console: shows progress.

    Returns:
        The best values by option.

    Raises:
        ConfigurationError: there are no development files, or a drawn value is not allowed.
    """
    import optuna
    from transformers.trainer_utils import HPSearchBackend

    if not options.development:
        raise ConfigurationError("a search needs development files: they decide which settings are best")
    folder = begin(options)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    data = read_pair_data(options)
    model = load_pair_model(options.kind, options.model)
    window = RandomWindow(model.tokenizer(), options.shortest_window, options.longest_window)
    sampler = PairSampler(data.training, options, window, translations(data, options, folder, console))
    trainer = build_trainer(model, options, sampler, data.measured["development"], folder, console)

    def made(trial: Any) -> nn.Module:
        given = {} if trial is None else trial.params
        chosen = load_options(None, **(options.model_dump() | given))
        fresh = load_pair_model(options.kind, options.model)
        prepare(fresh, chosen)
        trainer.adopt(fresh, chosen)
        return fresh.network

    def drawn(trial: Any) -> dict[str, Any]:
        values = {name: each.draw(name, trial) for name, each in space.items()}
        return {_OF_TRAINER[name]: value for name, value in values.items() if name in _OF_TRAINER}

    trainer.model_init = made
    storage = f"sqlite:///{folder.work.resolve() / 'search.db'}"
    study = optuna.create_study(storage=storage, study_name="search", direction="maximize", load_if_exists=True)
    finished = len(study.get_trials(states=(optuna.trial.TrialState.COMPLETE,)))
    if finished < trials:
        trainer.hyperparameter_search(
            hp_space=drawn,
            n_trials=trials - finished,
            direction="maximize",
            backend=HPSearchBackend.OPTUNA,
            compute_objective=lambda metrics: metrics[f"eval_{options.selection}"],
            storage=storage,
            study_name="search",
            load_if_exists=True,
            sampler=optuna.samplers.TPESampler(seed=options.seed + finished),
        )
    best = optuna.load_study(storage=storage, study_name="search").best_trial
    console.print(f"best of {trials}: {options.selection} {best.value:.3f} with {best.params}", highlight=False)
    return dict(best.params)


def write_options(options: BaseModel, best: Mapping[str, Any], target: Path) -> None:
    """Write the options of a search with the best values, for ``--options`` of a training."""
    values = options.model_dump(mode="json", exclude_defaults=True) | dict(best)
    write_whole(target, tomlkit.dumps({name: value for name, value in values.items() if value is not None}))
