"""A continued pre-training from documents to a finished folder with its card; killed and run again, it goes on."""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from sentence_transformers import SentenceTransformer
from transformers import set_seed

from components.converters.formats import expand
from components.errors import ConfigurationError
from components.models.checkpoints import bundled, resolve
from components.models.networks import quiet_libraries
from evaluation.provenance import provenance
from training.card import RunCard, losses
from training.pairs.trainer import curves
from training.pretraining.denoising import train_denoising
from training.pretraining.masking import MaskedTraining
from training.pretraining.options import PretrainOptions
from training.pretraining.texts import TrainingTexts, read_texts
from training.retriever.data import PassageSearch, searches_of
from training.retriever.quality import measure
from training.run_folder import FiguresBySet, Finished, RunFolder
from training.schedule import device


def pretrain(options: PretrainOptions, console: Console) -> Finished:
    """Train, measure, and write the folder.

    Raises:
        ConfigurationError: an option does not fit the model, or the folder of a run with other options is there.
        InputError: no text is found, or a file of examples cannot be used.
        QuaereError: the model lost more of the general figures than it may; it stands beside its place, refused.
    """
    started = time.monotonic()
    options.check_device()
    check(options)
    run = RunFolder(options.out)
    run.check(settled(options))
    texts = read_texts(options.documents, options.model, options.passage_tokens)
    for line in texts.report:
        console.print(line, highlight=False)
    searches = searches_of({"development": options.development, "general": options.general}, options)
    set_seed(options.seed)
    train = _masking if options.method == "mlm" else _denoising
    outcome = train(options, texts, searches, run, console)
    lost = losses({"general": outcome.before.get("general", {})}, outcome.after, options.tolerance)
    card = RunCard(
        title=f"{options.out.name}: pre-trained on documents with Quaere ({options.method})",
        base=options.model,
        settings=json.loads(options.model_dump_json()),
        provenance=provenance([*expand(options.documents).files, *options.development, *options.general]),
        seconds=time.monotonic() - started,
        data=texts.report,
        before=outcome.before,
        after=outcome.after,
        remarks=[
            "Knows the words of the documents, not yet which passages answer: fine-tune it before use.",
            *(f"Forgotten: {each}." for each in lost),
        ],
        sources=options.sources,
        curves=curves(outcome.history),
    )
    return Finished(run.finish(outcome.save, card, options.tolerance, lost), outcome.before, outcome.after)


def check(options: PretrainOptions) -> None:
    """Refuse what does not fit the model before any work begins.

    Raises:
        ConfigurationError: see the message.
    """
    entry = bundled().get(options.model)
    searching = options.method == "tsdae" or options.development or options.general
    if searching and entry is not None and "embedder" not in entry["roles"]:
        raise ConfigurationError(
            f"model {options.model!r} is made for {' and '.join(entry['roles'])}, not for vectors of passages: "
            "tsdae, development and general are for embedders"
        )


def settled(options: PretrainOptions) -> str:
    """The options as a run that goes on must have them again."""
    return options.model_dump_json(indent=2)


@dataclass(frozen=True, slots=True)
class _Pretrained:
    before: FiguresBySet
    after: FiguresBySet
    history: list[dict[str, Any]]
    save: Callable[[Path], None]


def _masking(
    options: PretrainOptions, texts: TrainingTexts, searches: dict[str, PassageSearch], run: RunFolder, console: Console
) -> _Pretrained:
    folder = resolve(options.model).folder
    training = MaskedTraining(folder, options, texts.contents())
    run.begin(settled(options))

    def figures(of: Path) -> FiguresBySet:
        own = training.measure()
        searched = _searched(_embedder(of), searches) if searches else {}
        return ({"held-out passages": own} if own else {}) | searched

    before: FiguresBySet = run.remembered("before", lambda: figures(folder))
    history = training.train(run, console)
    made = run.work / "measured"
    shutil.rmtree(made, ignore_errors=True)
    training.save(made)
    return _Pretrained(before, figures(made), history, training.save)


def _denoising(
    options: PretrainOptions, texts: TrainingTexts, searches: dict[str, PassageSearch], run: RunFolder, console: Console
) -> _Pretrained:
    model = _embedder(resolve(options.model).folder)
    run.begin(settled(options))
    before: FiguresBySet = run.remembered("before", lambda: _searched(model, searches))
    history = train_denoising(model, options, texts.contents(), run, console)
    after = _searched(model, searches)
    return _Pretrained(
        before, after, history, lambda target: model.save_pretrained(str(target), create_model_card=False)
    )


def _embedder(folder: Path) -> SentenceTransformer:
    with quiet_libraries():
        return SentenceTransformer(str(folder), device=device(), local_files_only=True)


def _searched(model: SentenceTransformer, searches: dict[str, PassageSearch]) -> FiguresBySet:
    return {name: measure(model, search) for name, search in searches.items()}
