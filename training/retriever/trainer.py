"""The trainer of sentence-transformers, quietened, and a cross-encoder's logits, whose margins it learns."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sentence_transformers import SentenceTransformerTrainer
from transformers import PrinterCallback

from components.models.checkpoints import fingerprint
from components.models.encoder import ModelOptions, pair_encoder
from components.passages import Pair
from evaluation.rows import RowFile
from training.retriever.data import Triplet


class QuietTrainer(SentenceTransformerTrainer):
    """Prints no logs, since progress is shown another way, and describes no model, since the card is our own."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.remove_callback(PrinterCallback)

    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """Add none."""


_CHUNK = 16


def teacher_scores(
    teacher: str, triplets: Sequence[Triplet], file: Path, on_done: Callable[[int], None] = lambda done: None
) -> list[list[float]]:
    """For each triplet the relevance of its passage and of each negative, as logits.

    Args:
        teacher: name of a ranker or joint model.
        triplets: what is scored.
        file: where finished scores are kept, so that an interrupted run goes on.
        on_done: called with the number of triplets that are scored.
    """
    # Each pair is scored once and learned from for long: exactness is worth more than speed.
    encoder = pair_encoder(teacher, "ranker", ModelOptions(precision="fp32"))
    asked = json.dumps([[each.question, each.passage, each.negatives] for each in triplets])
    identity = {"teacher": fingerprint(teacher), "triplets": hashlib.sha256(asked.encode()).hexdigest()}
    with RowFile(file, identity) as rows:
        waiting = [place for place in range(len(triplets)) if str(place) not in rows.rows]
        for at in range(0, len(waiting), _CHUNK):
            places = waiting[at : at + _CHUNK]
            texts = [(triplets[place].passage, *triplets[place].negatives) for place in places]
            pairs = [
                Pair(triplets[place].question, text)
                for place, passages in zip(places, texts, strict=True)
                for text in passages
            ]
            logits = iter(encoder.encode(pairs))
            rows.add(
                {"id": str(place), "scores": [next(logits).relevance for _ in passages]}
                for place, passages in zip(places, texts, strict=True)
            )
            on_done(len(rows.rows))
        return [rows.rows[str(place)]["scores"] for place in range(len(triplets))]
