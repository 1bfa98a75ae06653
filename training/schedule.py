"""What trainings with transformers' Trainer have in common: how long, how fast, with what; and that in its terms."""

import importlib.util
import os
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from transformers.utils import logging as transformers_logging

from components.errors import ConfigurationError

_MEASUREMENTS = 10


class ScheduleOptions(BaseModel):
    """Options of every training, whatever it learns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0
    epochs: float = Field(1.0, gt=0)
    max_steps: int | None = Field(None, ge=1, description="stop after this many steps; beats epochs")
    minutes: float | None = Field(None, gt=0, description="stop after this time, wherever the schedule is")
    batch_size: int = Field(32, ge=1, description="examples a step and device")
    accumulation: int = Field(1, ge=1, description="batches whose gradients are added before a step")
    learning_rate: float = Field(2e-5, gt=0)
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    warmup: float = Field(0.1, ge=0, lt=1, description="share of the steps over which the rate rises from 0")
    weight_decay: float = Field(0.01, ge=0)
    clip: float = Field(1.0, gt=0, description="largest norm of the gradient")
    optimizer: Literal["adamw", "adafactor"] = "adamw"
    precision: Literal["fp32", "bf16", "fp16"] = Field("fp32", description="fp16 needs a GPU")
    evaluate_every: int | None = Field(None, ge=1, description="steps; default: ten times in a run")
    report_to: tuple[Literal["tensorboard", "wandb"], ...] = ("tensorboard",)

    def check_device(self) -> None:
        """Refuse what this machine does not have: a precision, or a package to report to.

        Raises:
            ConfigurationError: see the message.
        """
        if self.precision == "fp16" and not torch.cuda.is_available():
            raise ConfigurationError("precision 'fp16' needs a GPU, and none is found; set 'bf16' or 'fp32'")
        for package in self.report_to:
            if importlib.util.find_spec(package) is None:
                raise ConfigurationError(
                    f"report_to names {package}, which is not installed: pip install {package}, or set report_to to []"
                )


def device() -> str:
    """Where models are trained: the GPU if there is one."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def trainer_arguments(
    options: ScheduleOptions, work: Path, examples: int, *, metric: str | None, epochs: float | None = None
) -> dict[str, Any]:
    """The options as arguments of ``TrainingArguments``.

    Args:
        options: of the run.
        work: for checkpoints and logs.
        examples: how many there are in an epoch of the trainer.
        metric: of what is measured on the way, the figure that chooses the best checkpoint; None: nothing is.
        epochs: of the trainer, where they are not those of the options.
    """
    rounds = options.epochs if epochs is None else epochs
    steps = options.max_steps or max(1, round(rounds * examples / (options.batch_size * options.accumulation)))
    every = min(steps, options.evaluate_every or max(1, steps // _MEASUREMENTS))
    os.environ["TENSORBOARD_LOGGING_DIR"] = str(work / "tensorboard")
    # The bars of single files would break ours.
    transformers_logging.disable_progress_bar()
    best: dict[str, Any] = {"eval_strategy": "no"}
    if metric is not None:
        best = {"eval_strategy": "steps", "eval_steps": every, "load_best_model_at_end": True}
        best |= {"metric_for_best_model": f"eval_{metric}", "greater_is_better": True}
    return best | {
        "output_dir": str(work),
        "num_train_epochs": rounds,
        "max_steps": options.max_steps or -1,
        "per_device_train_batch_size": options.batch_size,
        "gradient_accumulation_steps": options.accumulation,
        "learning_rate": options.learning_rate,
        "lr_scheduler_type": options.schedule if options.schedule != "constant" else "constant_with_warmup",
        "warmup_steps": options.warmup,
        "weight_decay": options.weight_decay,
        "max_grad_norm": options.clip,
        "optim": "adafactor" if options.optimizer == "adafactor" else "adamw_torch",
        "bf16": options.precision == "bf16",
        "fp16": options.precision == "fp16",
        "use_cpu": not torch.cuda.is_available(),
        "save_steps": every,
        "save_total_limit": 2,
        "logging_steps": max(1, min(20, every)),
        "report_to": list(options.report_to),
        "seed": options.seed,
        "dataloader_pin_memory": False,
        "disable_tqdm": True,
    }
