"""The settings of a continued pre-training."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from training.retriever.options import SearchedOptions


class PretrainOptions(SearchedOptions):
    """Everything that decides what a continued pre-training does."""

    method: Literal["mlm", "tsdae"] = Field("mlm", description="guess hidden words, or rebuild damaged passages")
    model: str = Field("all-MiniLM-L6-v2", description="what is trained: bundled name, folder or hub name")
    documents: tuple[str, ...] = Field(min_length=1, description="files, folders or patterns to learn from")
    out: Path = Field(description="folder for the finished model")

    batch_size: int = Field(16, ge=1, description="passages a step and device")
    learning_rate: float = Field(5e-5, gt=0)
    passage_tokens: int = Field(150, ge=8, le=480, description="about how long a passage is")
    masked: float = Field(0.15, gt=0, lt=1, description="mlm: share of the words that are hidden")
    whole_words: bool = Field(True, description="mlm: whether all pieces of a word are hidden together")
    deleted: float = Field(0.6, gt=0, lt=1, description="tsdae: share of the words that are deleted")
    freeze_embeddings: bool = Field(False, description="whether word embeddings stay as they are")
    held_out: float = Field(0.05, ge=0, lt=1, description="mlm: share of the passages that are only measured on")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.method == "tsdae" and self.freeze_embeddings:
            raise ValueError("tsdae shares the word embeddings with its decoder: leave freeze_embeddings out")
        return self
