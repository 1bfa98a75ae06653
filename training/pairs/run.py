"""A fine-tuning from its settings to a finished folder with its card; killed and run again, it goes on.

``accelerate launch --num_processes N -m training.pairs.run FILE.toml`` runs it in several processes; FILE names the
``kind`` too. ``quaere train reader|ranker|joint`` is the same in one.
"""

import json
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from rich.console import Console
from rich.progress import Progress
from transformers import TrainingArguments, set_seed
from transformers.utils import logging as transformers_logging

from components.errors import ConfigurationError
from evaluation.provenance import provenance
from training.card import RunCard, losses
from training.data.example import Example
from training.launch import first_alone, run_file
from training.pairs.adapters import merge_adapter, prepare, trained_parameters
from training.pairs.back_translation import back_translations
from training.pairs.data import PairData, read_pair_data
from training.pairs.network import PairModel, load_pair_model, save_pair_model
from training.pairs.options import PairOptions, load_options
from training.pairs.quality import measure
from training.pairs.rows import RandomWindow
from training.pairs.sampling import PairSampler
from training.pairs.teachers import Teachers
from training.pairs.trainer import Figures, PairTrainer, curves
from training.progress import callbacks_of
from training.run_folder import FiguresBySet, Finished, RunFolder
from training.schedule import trainer_arguments


def fine_tune(options: PairOptions, console: Console) -> Finished:
    """Train, measure, and write the folder.

    Raises:
        ConfigurationError: an option does not fit the model, or the folder of a run with other options is there.
        InputError: a file of the data cannot be used.
        QuaereError: the model lost more of the general figures than it may, or is worse than one whose place it should
            take; it stands beside its place, refused.
    """
    started = time.monotonic()
    folder = begin(options)
    data = read_pair_data(options)
    for line in data.report:
        console.print(line, highlight=False)
    set_seed(options.seed)
    transformers_logging.set_verbosity_error()
    model = load_pair_model(options.kind, options.model)
    before: FiguresBySet = folder.remembered("before", lambda: _measured(model, data, console))
    window = RandomWindow(model.tokenizer(), options.shortest_window, options.longest_window)
    sampler = PairSampler(data.training, options, window, translations(data, options, folder, console))
    prepare(model, options)
    trained, of = trained_parameters(model.network)
    console.print(f"training {trained:,} of {of:,} parameters on {len(sampler):,} examples", highlight=False)
    history, remarks, first = _trained(model, options, sampler, data, folder, console)
    if not first:
        return Finished(options.out, before, {}, ())
    merge_adapter(model, options)
    after = _measured(model, data, console)
    lost = losses({"general": before.get("general", {})}, after, options.tolerance)
    remarks = [*remarks, *(f"Forgotten: {each}." for each in lost)]
    if "general" not in after:
        remarks.append("What was forgotten is not known: give general files to see it.")
    card = RunCard(
        title=f"{options.out.name}: a {options.kind} fine-tuned with Quaere",
        base=options.model,
        settings=json.loads(options.model_dump_json()),
        provenance=provenance([*options.data, *options.development, *options.general]),
        seconds=time.monotonic() - started,
        data=data.report,
        before=before,
        after=after,
        remarks=remarks,
        curves=curves(history),
    )
    placed = folder.finish(lambda target: save_pair_model(model, target), card, options.tolerance, lost)
    return Finished(placed, before, after, tuple(remarks))


def begin(options: PairOptions) -> RunFolder:
    """The folder of a run; what cannot work is refused before anything is read.

    Raises:
        ConfigurationError: see the message.
    """
    options.check_device()
    folder = RunFolder(options.out)
    folder.begin(options.model_dump_json(indent=2))
    return folder


def translations(data: PairData, options: PairOptions, folder: RunFolder, console: Console) -> dict[str, str]:
    """The training's questions that came back in other words; none where the options name no models for it."""
    if not options.back_translation:
        return {}
    questions = [each.question for each in data.training]
    with first_alone():
        translated = back_translations(questions, options.back_translation, folder.work / "translated.jsonl")
    console.print(f"{len(translated):,} of {len(questions):,} questions came back in other words", highlight=False)
    return translated


def build_trainer(
    model: PairModel,
    options: PairOptions,
    sampler: PairSampler,
    development: Sequence[Example] | None,
    folder: RunFolder,
    console: Console,
) -> PairTrainer:
    """The trainer of a run, with its callbacks; ``development`` chooses the best checkpoint, where there is any."""

    def quality(trained: PairModel) -> Figures:
        return _with_selection(measure(trained, development or ()), options)

    arguments = trainer_arguments(
        options, folder.work, len(sampler), metric=None if development is None else options.selection
    )
    return PairTrainer(
        model,
        options,
        sampler,
        quality=None if development is None else quality,
        teachers=Teachers(options.teachers, model) if options.teachers else None,
        args=TrainingArguments(remove_unused_columns=False, **arguments),
        callbacks=callbacks_of(console, options.minutes, measured=development is not None, patience=options.patience),
    )


def _trained(
    model: PairModel,
    options: PairOptions,
    sampler: PairSampler,
    data: PairData,
    folder: RunFolder,
    console: Console,
) -> tuple[list[dict[str, Any]], list[str], bool]:
    """Train; the history, remarks for the card, and whether this process is the first of several."""
    if options.epsilon is not None:
        from training.pairs.private import train_privately

        return *train_privately(model, options, sampler, console), True
    trainer = build_trainer(model, options, sampler, data.measured.get("development"), folder, console)
    trainer.train(resume_from_checkpoint=folder.last_checkpoint())
    return trainer.state.log_history, [], bool(trainer.is_world_process_zero())


def _with_selection(figures: Figures, options: PairOptions) -> Figures:
    if options.selection not in figures:
        raise ConfigurationError(
            f"the development data give no figure {options.selection!r}, only {', '.join(figures) or 'none'}; "
            "set metric to one of these, or give files with what it needs"
        )
    return figures


def _measured(model: PairModel, data: PairData, console: Console) -> FiguresBySet:
    """The figures of all sets."""
    with Progress(console=console, transient=True) as progress:
        figures = {}
        for name, examples in data.measured.items():
            task = progress.add_task(f"measuring {name} data", total=len(examples))
            figures[name] = measure(model, examples, partial(progress.advance, task))
        return figures


if __name__ == "__main__":
    run_file(load_options, fine_tune)
