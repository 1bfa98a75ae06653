"""The settings of an embedder's fine-tuning."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from training.data.drawing import DrawnOptions
from training.schedule import ScheduleOptions

Metric = Literal["recall@1", "recall@10", "mrr@10", "ndcg@10"]


class SearchedOptions(ScheduleOptions):
    """How an embedder is measured: by searching the passages of examples for those that answer."""

    development: tuple[Path, ...] = Field((), description="files of examples that choose the best checkpoint")
    general: tuple[Path, ...] = Field((), description="files that show what is forgotten; measured before and after")
    sample: int = Field(500, ge=1, description="questions of development and of general data that are measured")
    passages: int = Field(5000, ge=2, description="passages that they are searched among, at most")
    titles: bool = Field(True, description="whether titles stand before passages, as in the index")
    tolerance: float = Field(0.01, ge=0, description="how much of a general figure may be lost")
    sources: tuple[str, ...] = Field((), description="licence and attribution of the data, a line each, for the card")


class RetrieverOptions(SearchedOptions, DrawnOptions):
    """Everything that decides what a fine-tuning of an embedder does."""

    model: str = Field("all-MiniLM-L6-v2", description="what is fine-tuned: bundled name, folder or hub name")
    out: Path = Field(description="folder for the finished model")
    batch_size: int = Field(32, ge=2, description="questions a step: each one's passage is wrong for all others")
    mini_batch: int | None = Field(
        None, ge=1, description="questions in memory at a time, for large batches (cached gradients)"
    )
    gradient_checkpointing: bool = Field(False, description="less memory for a third more time")

    negatives: int = Field(1, ge=0, description="wrong passages of each question, beside those of the batch")
    scale: float = Field(20.0, gt=0, description="what cosines are multiplied by before the softmax")
    teacher: str | None = Field(None, description="cross-encoder whose margins are learned (margin-MSE)")
    teacher_weight: float = Field(0.1, ge=0, description="weight of the teacher's loss beside the ranking loss")
    matryoshka: tuple[int, ...] = Field((), description="shorter dimensions that shall work by themselves as well")

    metric: Metric = Field("ndcg@10", description="figure that chooses the best checkpoint")
    patience: int | None = Field(None, ge=1, description="measurements without a better one before it stops")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.teacher is not None and self.negatives == 0:
            raise ValueError("a teacher tells margins between passages: set negatives to 1 or more")
        if self.teacher is not None and self.mini_batch is not None:
            raise ValueError("mini_batch goes without a teacher, whose loss needs all vectors at once")
        if self.mini_batch is not None and self.gradient_checkpointing:
            raise ValueError("mini_batch saves the memory already: leave gradient_checkpointing out")
        if self.patience is not None and not self.development:
            raise ValueError("patience needs development files: without them nothing is measured on the way")
        return self
