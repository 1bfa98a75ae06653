"""Other words for the questions of a training, made once before it: translations there and back."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from components.errors import ModelError
from components.models.checkpoints import resolve
from components.models.networks import quiet_libraries
from evaluation.rows import RowFile

_TRANSLATED_AT_ONCE = 16


def back_translations(
    questions: Sequence[str],
    models: Sequence[str],
    rows: Path,
    on_question: Callable[[int], None] = lambda count: None,
) -> dict[str, str]:
    """Questions -> the same, translated to another language and back (Sennrich et al. 2016).

    Args:
        questions: any.
        models: two sequence-to-sequence models: there and back.
        rows: file of those that are done; run again, it goes on where it stopped.
        on_question: is told how many were done.

    Returns:
        Those that came back in other words.

    Raises:
        ModelError: a model is not found or is none of this kind.
    """
    there, back = (_seq2seq(name) for name in models)
    with RowFile(rows, {"models": list(models)}) as kept:
        waiting = [question for question in dict.fromkeys(questions) if question not in kept.rows]
        for at in range(0, len(waiting), _TRANSLATED_AT_ONCE):
            chunk = waiting[at : at + _TRANSLATED_AT_ONCE]
            returned = back(there(chunk))
            kept.add([{"id": one, "text": other} for one, other in zip(chunk, returned, strict=True)])
            on_question(len(chunk))
        translated = {question: str(kept.rows[question]["text"]).strip() for question in dict.fromkeys(questions)}
    return {one: other for one, other in translated.items() if other and other.lower() != one.lower()}


def _seq2seq(name: str) -> Callable[[Sequence[str]], list[str]]:
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    folder = resolve(name).folder
    try:
        with quiet_libraries():
            tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model: Any = AutoModelForSeq2SeqLM.from_pretrained(folder, local_files_only=True).eval()
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"model {name!r} cannot translate: {error}") from error

    def translate(texts: Sequence[str]) -> list[str]:
        inputs = tokenizer(list(texts), return_tensors="pt", padding=True, truncation=True)
        inputs.pop("token_type_ids", None)
        with torch.inference_mode():
            tokens = model.generate(**inputs, max_new_tokens=96, num_beams=1)
        decoded: list[str] = tokenizer.batch_decode(tokens, skip_special_tokens=True)
        return decoded

    return translate
