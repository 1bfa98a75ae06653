"""The settings of a fine-tuning, from a TOML file and from flags, checked before any work begins."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from training.data.drawing import DrawnOptions
from training.option_files import options_from

Kind = Literal["reader", "ranker", "joint"]


class PairOptions(DrawnOptions):
    """Everything that decides what a fine-tuning of a reader, ranker or joint model does."""

    kind: Kind
    model: str = Field("quaere-joint", description="what is fine-tuned: bundled name, folder or hub name")
    development: tuple[Path, ...] = Field((), description="files of examples that choose the best checkpoint")
    general: tuple[Path, ...] = Field((), description="files that show what is forgotten; measured before and after")
    out: Path = Field(description="folder for the finished model")
    batch_size: int = Field(16, ge=1, description="questions a step and device, each with its passages")
    learning_rate: float = Field(1e-4, gt=0)
    warmup: float = Field(0.05, ge=0, lt=1, description="share of the steps over which the rate rises from 0")
    dropout: float | None = Field(None, ge=0, lt=1, description="default: the model's own")
    gradient_checkpointing: bool = Field(False, description="less memory for a third more time")
    group_by_length: bool = Field(False, description="batches of questions with passages of similar length")

    development_sample: int = Field(400, ge=1, description="examples of the development files that are measured")
    metric: str | None = Field(None, description="figure that chooses the best checkpoint; default: by the kind")
    patience: int | None = Field(None, ge=1, description="measurements without a better one before it stops")
    tolerance: float = Field(0.01, ge=0, description="how much of a general figure may be lost")

    freeze_embeddings: bool = Field(True, description="whether word embeddings stay as they are")
    freeze_layers: int = Field(0, ge=0, description="layers of the trunk, from the first, that stay as they are")
    adapter: Literal["none", "lora", "ia3", "prefix"] = "none"
    lora_rank: int = Field(8, ge=1)
    lora_alpha: int = Field(16, ge=1)
    prefix_tokens: int = Field(16, ge=1)

    span_weight: float = Field(1.0, ge=0)
    relevance_weight: float = Field(0.5, ge=0)
    adversarial: float = Field(0.0, ge=0, description="FGM: length of the step on the embeddings; 0 is off")
    teachers: tuple[str, ...] = Field((), description="models whose mean logits are learned from")
    teacher_weight: float = Field(0.5, ge=0, le=1)
    temperature: float = Field(2.0, gt=0)

    negatives: int = Field(1, ge=0, description="passages that do not answer, by question")
    shortest_window: int = Field(48, ge=8, description="tokens of the shortest random window of a passage")
    longest_window: int = Field(168, ge=8, description="tokens of the longest one")
    title_share: float = Field(0.6, ge=0, le=1, description="how often the title is read before the passage")
    back_translation: tuple[str, ...] = Field((), max_length=2, description="two seq2seq models: there and back")

    epsilon: float | None = Field(None, gt=0, description="differential privacy: the budget for one example")
    delta: float = Field(1e-5, gt=0, lt=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.shortest_window > self.longest_window:
            raise ValueError("shortest_window must not be above longest_window")
        if len(self.back_translation) == 1:
            raise ValueError("back_translation needs two models, one for each direction")
        if self.patience is not None and not self.development:
            raise ValueError("patience needs development files: without them nothing is measured on the way")
        if self.kind == "ranker" and self.negatives == 0:
            raise ValueError("a ranker learns from passages that do not answer: set negatives to 1 or more")
        if self.epsilon is not None and (self.adversarial or self.teachers or self.adapter in ("ia3", "prefix")):
            raise ValueError("epsilon goes with trained heads or adapter 'lora', without adversarial and teachers")
        return self

    @property
    def selection(self) -> str:
        """The figure that chooses the best checkpoint."""
        return self.metric or {"reader": "f1", "ranker": "first", "joint": "mean"}[self.kind]


def load_options(file: Path | None, **given: Any) -> PairOptions:
    """Options from a TOML file, where one is given, and from values that beat it; None stands for "not given".

    Raises:
        ConfigurationError: the file cannot be read, or a value or name is not allowed.
    """
    return options_from(PairOptions, file, **given)
