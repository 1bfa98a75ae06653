"""An embedder's fine-tuning from its settings to a finished folder with its card; killed and run again, it goes on.

``accelerate launch --num_processes N -m training.retriever.run FILE.toml`` runs it in several processes, ``quaere train
retriever`` in one.
"""

import json
import time
from functools import partial
from typing import Any

from datasets import Dataset
from rich.console import Console
from rich.progress import Progress
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainingArguments
from sentence_transformers.base.sampler import BatchSamplers
from transformers import set_seed

from components.errors import ConfigurationError
from components.models.checkpoints import resolve
from components.models.networks import quiet_libraries
from evaluation.provenance import provenance
from training.card import RunCard, losses
from training.launch import first_alone, run_file
from training.option_files import options_from
from training.pairs.trainer import curves
from training.progress import callbacks_of
from training.retriever.data import RetrieverData, Triplet, read_retriever_data
from training.retriever.losses import loss_for
from training.retriever.options import RetrieverOptions
from training.retriever.quality import SearchEvaluator, measure
from training.retriever.trainer import QuietTrainer, teacher_scores
from training.run_folder import FiguresBySet, Finished, RunFolder
from training.schedule import device, trainer_arguments


def fine_tune(options: RetrieverOptions, console: Console) -> Finished:
    """Train, measure, and write the folder.

    Raises:
        ConfigurationError: an option does not fit the model, or the folder of a run with other options is there.
        InputError: a file of the data cannot be used.
        QuaereError: the model lost more of the general figures than it may, or is worse than one whose place it should
            take; it stands beside its place, refused.
    """
    started = time.monotonic()
    options.check_device()
    folder = RunFolder(options.out)
    settled = options.model_dump_json(indent=2)
    folder.check(settled)
    data = read_retriever_data(options)
    for line in data.report:
        console.print(line, highlight=False)
    set_seed(options.seed)
    with quiet_libraries():
        model = SentenceTransformer(str(resolve(options.model).folder), device=device(), local_files_only=True)
    _check_dimensions(model, options)
    folder.begin(settled)
    before: FiguresBySet = folder.remembered("before", lambda: _figures(model, data, options))
    trainer = build_trainer(model, options, data, folder, console)
    trainer.train(resume_from_checkpoint=folder.last_checkpoint())
    if not trainer.is_world_process_zero():
        return Finished(options.out, before, {}, ())
    after = _figures(model, data, options)
    lost = losses({"general": before.get("general", {})}, after, options.tolerance)
    remarks = _remarks(before, after, options)
    card = RunCard(
        title=f"{options.out.name}: an embedder fine-tuned with Quaere",
        base=options.model,
        settings=json.loads(options.model_dump_json()),
        provenance=provenance([*options.data, *options.development, *options.general]),
        seconds=time.monotonic() - started,
        data=data.report,
        before=before,
        after=after,
        remarks=[*remarks, *(f"Forgotten: {each}." for each in lost)],
        sources=options.sources,
        curves=curves(trainer.state.log_history),
    )
    placed = folder.finish(
        lambda target: model.save_pretrained(str(target), create_model_card=False), card, options.tolerance, lost
    )
    return Finished(placed, before, after, tuple(remarks))


def build_trainer(
    model: SentenceTransformer, options: RetrieverOptions, data: RetrieverData, folder: RunFolder, console: Console
) -> QuietTrainer:
    """The trainer of a run, with its callbacks."""
    if options.gradient_checkpointing:
        # The trainer would ask the sentence-transformers model, which knows it by its old name only.
        network: Any = model.transformers_model
        network.activation_checkpointing_enable()
    development = data.searches.get("development")
    return QuietTrainer(
        model=model,
        args=SentenceTransformerTrainingArguments(
            **trainer_arguments(
                options, folder.work, len(data.triplets), metric=None if development is None else options.metric
            ),
            prompts=_prompts(model, options.negatives),
            # A passage that answers one question of a batch would be a wrong one for another question about it.
            batch_sampler=BatchSamplers.NO_DUPLICATES,
        ),
        train_dataset=_dataset(data.triplets, _taught(options, data.triplets, folder, console)),
        loss=loss_for(model, options),
        evaluator=None if development is None else SearchEvaluator(development, options.metric),
        callbacks=callbacks_of(console, options.minutes, measured=development is not None, patience=options.patience),
    )


def _check_dimensions(model: SentenceTransformer, options: RetrieverOptions) -> None:
    full = model.get_embedding_dimension() or 0
    if options.matryoshka and max(options.matryoshka) > full:
        raise ConfigurationError(
            f"matryoshka names {max(options.matryoshka)} dimensions, but {options.model} has {full}; name fewer"
        )


def _prompts(model: SentenceTransformer, negatives: int) -> dict[str, str] | None:
    known = model.prompts or {}
    columns = {"question": known.get("query"), "passage": known.get("document")}
    columns |= {_negative(place): known.get("document") for place in range(negatives)}
    given = {column: prompt for column, prompt in columns.items() if prompt}
    return given or None


def _dataset(triplets: tuple[Triplet, ...], scores: list[list[float]] | None) -> Dataset:
    columns: dict[str, list[Any]] = {
        "question": [each.question for each in triplets],
        "passage": [each.passage for each in triplets],
    }
    for place in range(len(triplets[0].negatives)):
        columns[_negative(place)] = [each.negatives[place] for each in triplets]
    if scores is not None:
        columns["label"] = scores
    return Dataset.from_dict(columns)


def _negative(place: int) -> str:
    return f"negative_{place + 1}"


def _taught(
    options: RetrieverOptions, triplets: tuple[Triplet, ...], folder: RunFolder, console: Console
) -> list[list[float]] | None:
    if options.teacher is None:
        return None
    with first_alone(), Progress(console=console) as progress:
        task = progress.add_task(f"asking {options.teacher}", total=len(triplets))
        return teacher_scores(
            options.teacher,
            triplets,
            folder.work / "teacher.jsonl",
            lambda done: progress.update(task, completed=done),
        )


def _figures(model: SentenceTransformer, data: RetrieverData, options: RetrieverOptions) -> FiguresBySet:
    """By data set; the shorter dimensions of a Matryoshka run as sets of their own."""
    found = {name: measure(model, search) for name, search in data.searches.items()}
    for dimension in options.matryoshka:
        for name, search in data.searches.items():
            found[f"{name}, {dimension} dimensions"] = measure(model, search, dimension)
    return found


def _remarks(before: FiguresBySet, after: FiguresBySet, options: RetrieverOptions) -> list[str]:
    """What a reader has to know before using the model."""
    remarks = []
    if "development" in after and after["development"][options.metric] <= before["development"][options.metric]:
        remarks.append(f"No better on development data by {options.metric}; the base model serves as well.")
    if "general" not in after:
        remarks.append("What was forgotten is not known: give general files to see it.")
    return remarks


if __name__ == "__main__":
    run_file(partial(options_from, RetrieverOptions), fine_tune)
