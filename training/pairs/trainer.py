"""transformers' Trainer with the losses of (question, passage) pairs and the figures that count."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import Sampler
from transformers import PrinterCallback, Trainer, TrainerCallback
from transformers.trainer_pt_utils import LengthGroupedSampler

from training.pairs.collate import PairCollator
from training.pairs.losses import margin_distillation, relevance_loss, span_distillation, span_loss
from training.pairs.network import PairModel, PairOutput, run_by_length, run_pairs, trunk_of
from training.pairs.options import PairOptions
from training.pairs.sampling import PairSampler
from training.pairs.teachers import Teachers

Figures = dict[str, float]

_ROWS_AT_ONCE = 16
"""On a CPU, rows of one forward pass: of 4, 8, 16 and 32 the fastest with 8 or 16 (two cores, rows of 60 to 195
tokens; 42 rows a second, against 26 with all 32 at once)."""


class PairTrainer(Trainer):  # type: ignore[misc]  # transformers brings no types
    """Trains readers, rankers and joint models.

    Args:
        model: what is trained.
        options: its settings.
        sampler: the data.
        quality: measures a model as it is; called instead of a loop over an evaluation set.
        teachers: what to learn from beside the labels.
        others: arguments of ``Trainer``: ``args``, ``callbacks``, ``model_init``.
    """

    def __init__(
        self,
        model: PairModel,
        options: PairOptions,
        sampler: PairSampler,
        *,
        quality: Callable[[PairModel], Figures] | None = None,
        teachers: Teachers | None = None,
        **others: Any,
    ) -> None:
        self.adopt(model, options)
        self._quality = quality
        self._teachers = teachers
        tokenizer = model.tokenizer()
        super().__init__(
            model=model.network,
            train_dataset=sampler,
            # Never looked into, since evaluate() is ours; the Trainer wants one where anything is to be measured.
            eval_dataset=sampler,
            data_collator=PairCollator(tokenizer, model.inputs, model.max_tokens, model.pad_id),
            **others,
        )
        # The losses are means over a batch: adding batches up must divide them.
        self.model_accepts_loss_kwargs = False
        # It prints what TrainingProgress shows.
        self.remove_callback(PrinterCallback)
        self.add_callback(_Epochs(sampler))

    def adopt(self, model: PairModel, options: PairOptions) -> None:
        """Train another network by other options from now on, as in a search."""
        self._model = model
        self._options = options

    def compute_loss(self, model: nn.Module, inputs: dict[str, Tensor], *_: Any, **__: Any) -> Tensor:
        """The loss of a batch; with ``adversarial`` also that of the batch with embeddings moved to its worst side.

        The fast gradient method of Miyato et al. 2017 (arXiv:1605.07725): the step on the word embeddings of a pair
        has a fixed length and the direction of the loss's gradient.
        """
        if not self._options.adversarial or not model.training:
            return self._loss(self._run(model, inputs), inputs)
        with _Embeddings(trunk_of(self._model.network)) as embeddings:
            loss = self._loss(run_pairs(self._model.kind, model, inputs), inputs)
            (gradient,) = torch.autograd.grad(loss, embeddings.seen(), retain_graph=True)
            length = gradient.flatten(1).norm(dim=1)[:, None, None].clamp(min=1e-12)
            embeddings.step = self._options.adversarial * gradient.detach() / length
            return loss + self._loss(run_pairs(self._model.kind, model, inputs), inputs)

    def _run(self, model: nn.Module, inputs: dict[str, Tensor]) -> PairOutput:
        # A GPU is faster with one large batch, and with several processes a step is one pass.
        if self.args.device.type == "cpu" and self.args.world_size == 1:
            return run_by_length(self._model.kind, model, inputs, _ROWS_AT_ONCE)
        return run_pairs(self._model.kind, model, inputs)

    def evaluate(self, *_: Any, metric_key_prefix: str = "eval", **__: Any) -> dict[str, float]:
        """Measure, log, and tell the callbacks, as ``Trainer.evaluate`` does."""
        measured = {} if self._quality is None else self._quality(self._model)
        metrics = {f"{metric_key_prefix}_{name}": value for name, value in measured.items()}
        self.log(metrics)
        self.control: Any = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def _loss(self, output: PairOutput, inputs: dict[str, Tensor]) -> Tensor:
        options, mask = self._options, inputs["attention_mask"]
        parts = []
        if output.spans is not None:
            by_labels = span_loss(output.spans, inputs["starts"], inputs["ends"], mask, inputs["readable"])
            parts.append(options.span_weight * by_labels)
        if output.relevance is not None:
            weight = options.relevance_weight if self._model.kind == "joint" else 1.0
            parts.append(weight * relevance_loss(output.relevance, inputs["relevant"], inputs["group"]))
        labelled = torch.stack(parts).sum()
        if self._teachers is None:
            return labelled
        taught = self._teachers(inputs)
        lessons = []
        if output.spans is not None and taught.spans is not None:
            lessons.append(span_distillation(output.spans, taught.spans, mask, options.temperature))
        if output.relevance is not None and taught.relevance is not None:
            margins = margin_distillation(output.relevance, taught.relevance, inputs["relevant"], inputs["group"])
            lessons.append(margins)
        return (1 - options.teacher_weight) * labelled + options.teacher_weight * torch.stack(lessons).sum()

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int] | None:
        if not self._options.group_by_length:
            whole: Sampler[int] | None = super()._get_train_sampler(train_dataset)
            return whole
        data: Any = self.train_dataset
        lengths = [len(each.question) + len(each.passage) for each in data.examples]
        together = self.args.train_batch_size * self.args.gradient_accumulation_steps
        grouped: Sampler[int] = LengthGroupedSampler(together, lengths=lengths)
        return grouped


class _Embeddings:
    """The word embeddings of the batches that run meanwhile: remembered, and moved by ``step`` once that is set."""

    def __init__(self, trunk: Any) -> None:
        self._layer: nn.Module = trunk.get_input_embeddings()
        self.step: Tensor | None = None
        self._seen: list[Tensor] = []

    def seen(self) -> Tensor:
        """Those of the first batch."""
        return self._seen[0]

    def __enter__(self) -> "_Embeddings":
        self._hook = self._layer.register_forward_hook(self._on_output)
        return self

    def __exit__(self, *_: object) -> None:
        self._hook.remove()

    def _on_output(self, _: nn.Module, __: Any, output: Tensor) -> Tensor:
        if self.step is not None:
            return output + self.step
        # Embeddings that are frozen have no gradient of their own.
        self._seen.append(output if output.requires_grad else output.requires_grad_())
        return self._seen[-1]


class _Epochs(TrainerCallback):  # type: ignore[misc]
    """Tells the data which epoch it is, after a resumption too."""

    def __init__(self, sampler: PairSampler) -> None:
        self._sampler = sampler

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._sampler.epoch = round(state.epoch or 0) if _is_whole(state.epoch or 0) else int(state.epoch)


def _is_whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6


def curves(history: Iterable[dict[str, Any]]) -> dict[str, list[tuple[int, float]]]:
    """The logged numbers by name, each with its step."""
    found: dict[str, list[tuple[int, float]]] = {}
    for entry in history:
        for name, value in entry.items():
            if name not in ("step", "epoch") and isinstance(value, int | float):
                found.setdefault(name, []).append((int(entry["step"]), float(value)))
    return found
