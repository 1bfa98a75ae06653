"""A fine-tuning from its settings to a finished folder with its card; killed and run again, it goes on.

``accelerate launch --num_processes N -m training.pairs.run FILE.toml`` runs it in several processes; FILE names the
``kind`` too. ``quaere train reader|ranker|joint`` is the same in one.
"""

import dataclasses
import importlib.util
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import Progress
from transformers import EarlyStoppingCallback, TrainingArguments, set_seed
from transformers.trainer_utils import get_last_checkpoint

from components.checkpoints import replace_folder
from components.errors import ConfigurationError, QuaereError
from evaluation.provenance import provenance
from training.card import RunCard, read_run, write_card
from training.curves import draw_curves
from training.forgetting import losses
from training.pairs.adapters import merge_adapter, prepare, trained_parameters
from training.pairs.data import PairData, read_pair_data
from training.pairs.network import PairModel, load_pair_model, save_pair_model, trunk_of
from training.pairs.options import PairOptions, load_options
from training.pairs.quality import measure
from training.pairs.sampling import PairSampler, Wordings
from training.pairs.teachers import Teachers
from training.pairs.trainer import Figures, PairTrainer, curves
from training.pairs.windows import RandomWindow
from training.pairs.wordings import back_translations, near_words
from training.progress import TrainingProgress

_MEASUREMENTS = 10
_OPTIONS, _BEFORE = "options.json", "before.json"

FiguresBySet = dict[str, Figures]


@dataclasses.dataclass(frozen=True, slots=True)
class Finished:
    """What a run gave."""

    folder: Path
    before: FiguresBySet
    after: FiguresBySet
    remarks: tuple[str, ...]


def fine_tune(options: PairOptions, console: Console) -> Finished:
    """Train, measure, and write the folder.

    Raises:
        ConfigurationError: an option does not fit the model, or the folder of a run with other options is there.
        InputError: a file of the data cannot be used.
        QuaereError: the model is worse than the one whose place it should take; it stands beside it, refused.
    """
    started = time.monotonic()
    check(options)
    data = read_pair_data(options)
    for line in data.report:
        console.print(line, highlight=False)
    set_seed(options.seed)
    model = load_pair_model(options.kind, options.model)
    before = _before(model, data, options, console)
    sampler = PairSampler(data.training, options, _window(model, options), make_wordings(model, data, options, console))
    prepare(model, options)
    trained, of = trained_parameters(model.network)
    console.print(f"training {trained:,} of {of:,} parameters on {len(sampler):,} examples", highlight=False)
    if options.epsilon is not None:
        from training.pairs.private import train_privately

        history, remarks = train_privately(model, options, sampler, console)
    else:
        trainer = build_trainer(model, options, sampler, data, console)
        trainer.train(resume_from_checkpoint=_last_checkpoint(options))
        history, remarks = trainer.state.log_history, []
        if not trainer.is_world_process_zero():
            return Finished(options.out, before, {}, ())
    merge_adapter(model, options)
    after = _measured(model, data, console)
    lost = losses({"general": before.get("general", {})}, after, options.tolerance)
    remarks = [*remarks, *(f"Forgotten: {each}." for each in lost)]
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
    return Finished(_put_in_place(model, options, card), before, after, tuple(remarks))


def check(options: PairOptions) -> None:
    """Refuse what cannot work before anything is read.

    Raises:
        ConfigurationError: see the message.
    """
    if options.precision == "fp16" and not torch.cuda.is_available():
        raise ConfigurationError("precision 'fp16' needs a GPU, and none is found; set 'bf16' or 'fp32'")
    if "wandb" in options.report_to and importlib.util.find_spec("wandb") is None:
        raise ConfigurationError("report_to names wandb, which is not installed: pip install wandb")
    if options.out.exists() and read_run(options.out) is None:
        raise ConfigurationError(f"{options.out} exists and was not written by a training; name another folder")
    stored = options.work / _OPTIONS
    if stored.is_file() and stored.read_text("utf-8") != _settled(options):
        raise ConfigurationError(
            f"{options.work} holds an unfinished training with other options; run it again with {stored}, "
            "or delete that folder to begin anew"
        )
    options.work.mkdir(parents=True, exist_ok=True)
    stored.write_text(_settled(options), "utf-8")


def make_wordings(model: PairModel, data: PairData, options: PairOptions, console: Console) -> Wordings:
    """Near words and translations of the training's questions, as far as the options use them."""
    near, translated = {}, {}
    if options.synonyms:
        words = {word for each in data.training for word in each.question.lower().replace("?", " ").split()}
        near = near_words(trunk_of(model.network).get_input_embeddings().weight, model.tokenizer(), words)
        console.print(f"near words for {len(near):,} of {len(words):,} words of the questions", highlight=False)
    if options.back_translation:
        questions = [each.question for each in data.training]
        translated = back_translations(questions, options.back_translation, options.work / "translated.jsonl")
        console.print(f"{len(translated):,} of {len(questions):,} questions came back in other words", highlight=False)
    return Wordings(near, translated)


def build_trainer(
    model: PairModel, options: PairOptions, sampler: PairSampler, data: PairData, console: Console
) -> PairTrainer:
    """The trainer of a run, with its callbacks."""
    development = data.measured.get("development")

    def quality(trained: PairModel) -> Figures:
        return _with_selection(measure(trained, development or ()), options)

    callbacks: list[Any] = [TrainingProgress(console)]
    if options.patience is not None:
        callbacks.append(EarlyStoppingCallback(options.patience))
    return PairTrainer(
        model,
        options,
        sampler,
        quality=None if development is None else quality,
        teachers=Teachers(options.teachers, model) if options.teachers else None,
        args=training_arguments(options, len(sampler), measured=development is not None),
        callbacks=callbacks,
    )


def training_arguments(options: PairOptions, examples: int, *, measured: bool) -> TrainingArguments:
    """Our options in the terms of transformers.

    Args:
        options: of the run.
        examples: how many there are in an epoch.
        measured: whether development data choose the best checkpoint.
    """
    steps = options.max_steps or max(1, round(options.epochs * examples / (options.batch_size * options.accumulation)))
    every = min(steps, options.evaluate_every or max(1, steps // _MEASUREMENTS))
    os.environ["TENSORBOARD_LOGGING_DIR"] = str(options.work / "tensorboard")
    return TrainingArguments(
        output_dir=str(options.work),
        num_train_epochs=options.epochs,
        max_steps=options.max_steps or -1,
        per_device_train_batch_size=options.batch_size,
        gradient_accumulation_steps=options.accumulation,
        learning_rate=options.learning_rate,
        lr_scheduler_type=options.schedule if options.schedule != "constant" else "constant_with_warmup",
        warmup_steps=options.warmup,
        weight_decay=options.weight_decay,
        max_grad_norm=options.clip,
        optim="adafactor" if options.optimizer == "adafactor" else "adamw_torch",
        bf16=options.precision == "bf16",
        fp16=options.precision == "fp16",
        use_cpu=not torch.cuda.is_available(),
        eval_strategy="steps" if measured else "no",
        eval_steps=every if measured else None,
        save_steps=every,
        save_total_limit=2,
        load_best_model_at_end=measured,
        metric_for_best_model=f"eval_{options.selection}" if measured else None,
        greater_is_better=True if measured else None,
        logging_steps=max(1, min(20, every)),
        report_to=list(options.report_to),
        seed=options.seed,
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        disable_tqdm=True,
    )


def _with_selection(figures: Figures, options: PairOptions) -> Figures:
    if options.selection not in figures:
        raise ConfigurationError(
            f"the development data give no figure {options.selection!r}, only {', '.join(figures) or 'none'}; "
            "set metric to one of these, or give files with what it needs"
        )
    return figures


def _window(model: PairModel, options: PairOptions) -> RandomWindow:
    return RandomWindow(model.tokenizer(), options.shortest_window, options.longest_window)


def _measured(model: PairModel, data: PairData, console: Console) -> FiguresBySet:
    """The figures of all sets."""
    with Progress(console=console, transient=True) as progress:
        figures = {}
        for name, examples in data.measured.items():
            task = progress.add_task(f"measuring {name} data", total=len(examples))
            figures[name] = measure(model, examples, partial(progress.advance, task))
        return figures


def _before(model: PairModel, data: PairData, options: PairOptions, console: Console) -> FiguresBySet:
    """The figures of the model as it was; remembered, since a run that goes on has them no more."""
    path = options.work / _BEFORE
    if not path.is_file():
        path.write_text(json.dumps(_measured(model, data, console)), "utf-8")
    stored: FiguresBySet = json.loads(path.read_text("utf-8"))
    return stored


def _last_checkpoint(options: PairOptions) -> str | None:
    found: str | None = get_last_checkpoint(str(options.work))
    return found


def _put_in_place(model: PairModel, options: PairOptions, card: RunCard) -> Path:
    """Write the folder, unless a better model has its place."""
    there = read_run(options.out) if options.out.exists() else None
    lost = losses(there["after"], card.after, options.tolerance) if there is not None else ()
    folder = options.out.with_name(options.out.name + ".refused") if lost else options.out
    made = options.work / "finished"
    save_pair_model(model, made)
    write_card(made, card)
    draw_curves(card.curves, made / "curves.png")
    replace_folder(made, folder)
    shutil.rmtree(options.work)
    if lost:
        raise QuaereError(
            f"{options.out} stays as it is, since the new model is worse: {'; '.join(map(str, lost))}. "
            f"The new one is in {folder}"
        )
    return folder


def _settled(options: PairOptions) -> str:
    return options.model_dump_json(indent=2)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a training from its TOML file; for ``accelerate launch``."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if len(given) != 1:
        raise SystemExit("give one TOML file with the options of the training")
    fine_tune(load_options(Path(given[0])), Console(quiet=os.environ.get("RANK", "0") != "0"))


if __name__ == "__main__":
    main()
