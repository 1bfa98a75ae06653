"""Training with differential privacy: a loop of its own over heads or LoRA, with Opacus's DP-SGD.

Abadi et al. 2016 (arXiv:1607.00133): each example's gradient is clipped, noise is added to their sum, and an accountant
says what a reader of the weights can tell of one example. An example is one question with one passage, and each
question gives one, so that epsilon and delta hold for whole questions.
"""

import warnings
from typing import Any

import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from components.errors import ConfigurationError
from training.pairs.collate import PairCollator
from training.pairs.losses import span_losses
from training.pairs.network import PairModel, run_pairs
from training.pairs.options import PairOptions
from training.pairs.rows import Row
from training.pairs.sampling import PairSampler


def train_privately(
    model: PairModel, options: PairOptions, sampler: PairSampler, console: Console
) -> tuple[list[dict[str, Any]], list[str]]:
    """Train what of the network is not frozen.

    Args:
        model: with a frozen trunk, or with LoRA on it.
        options: with ``epsilon`` and ``delta``; ``clip`` is the longest gradient of an example.
        sampler: the data.
        console: shows progress.

    Returns:
        The losses in the form of the Trainer's history, and what a reader of the card has to know.

    Raises:
        ConfigurationError: the budget cannot be kept with so few examples.
    """
    names, dataset = _rows(model, sampler)
    network = model.network.train()
    trained = [each for each in network.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=options.learning_rate, weight_decay=options.weight_decay)
    loader: Any = DataLoader(dataset, batch_size=options.batch_size)
    epochs = max(1, round(options.epochs))
    engine, network, optimizer, loader = _private(network, optimizer, loader, options, epochs)
    history: list[dict[str, Any]] = []
    warnings.filterwarnings("ignore", "Full backward hook is firing", UserWarning)
    for epoch in range(epochs):
        for tensors in track(loader, description=f"epoch {epoch + 1} of {epochs}", console=console):
            batch = dict(zip(names, tensors, strict=True))
            optimizer.zero_grad()
            if len(batch["relevant"]):
                loss = _loss(model, network, batch, options)
                loss.backward()  # type: ignore[no-untyped-call]
                history.append({"step": len(history) + 1, "loss": loss.item()})
                optimizer.step()
    spent = float(engine.get_epsilon(options.delta))
    for parameter in trained:
        # What the engine hung on them would travel with the weights.
        for name in ("grad_sample", "summed_grad"):
            if hasattr(parameter, name):
                delattr(parameter, name)
    return history, [
        f"Differential privacy: epsilon {spent:.2f} at delta {options.delta:g} for one question of the training data "
        f"(noise {optimizer.noise_multiplier:.2f}, longest gradient {options.clip:g})."
    ]


def _private(
    network: nn.Module, optimizer: Any, loader: Any, options: PairOptions, epochs: int
) -> tuple[Any, nn.Module, Any, Any]:
    from opacus import PrivacyEngine

    with warnings.catch_warnings():
        # Opacus tells at length that its random numbers are not those of a cryptographer.
        warnings.simplefilter("ignore")
        engine = PrivacyEngine(accountant="rdp")
        try:
            made = engine.make_private_with_epsilon(
                module=network,
                optimizer=optimizer,
                data_loader=loader,
                epochs=epochs,
                target_epsilon=options.epsilon,
                target_delta=options.delta,
                max_grad_norm=options.clip,
            )
        except ValueError as error:
            raise ConfigurationError(
                f"epsilon {options.epsilon} cannot be kept over {len(loader.dataset):,} examples in {epochs} epochs "
                f"({error}); raise epsilon, or train on more examples, fewer epochs or smaller batches"
            ) from error
    return engine, *made


def _loss(model: PairModel, network: nn.Module, batch: dict[str, Tensor], options: PairOptions) -> Tensor:
    """A mean over the rows, each of which counts by itself alone: Opacus takes it apart again."""
    output = run_pairs(model.kind, network, batch)
    loss = torch.zeros(())
    if output.spans is not None:
        by_row = span_losses(output.spans, batch["starts"], batch["ends"], batch["attention_mask"])
        loss = loss + options.span_weight * (by_row * batch["readable"]).mean()
    if output.relevance is not None:
        weight = options.relevance_weight if model.kind == "joint" else 1.0
        loss = loss + weight * nn.functional.binary_cross_entropy_with_logits(output.relevance, batch["relevant"])
    return loss


def _rows(model: PairModel, sampler: PairSampler) -> tuple[list[str], TensorDataset]:
    """One row of each question, all of one width: every second one a passage that does not answer."""
    rows: list[list[Row]] = []
    for index in range(len(sampler)):
        group = sampler[index]
        rows.append([group[min(index % 2, len(group) - 1)]])
    batch = PairCollator(model.tokenizer(), model.inputs, model.max_tokens, model.pad_id)(rows)
    del batch["group"]
    return list(batch), TensorDataset(*batch.values())
