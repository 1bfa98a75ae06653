"""The trainer of sentence-transformers without what it writes of its own accord."""

from typing import Any

from sentence_transformers import SentenceTransformerTrainer
from transformers import PrinterCallback


class QuietTrainer(SentenceTransformerTrainer):
    """Prints no logs, since progress is shown another way, and describes no model, since the card is our own."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.remove_callback(PrinterCallback)

    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """Add none."""
