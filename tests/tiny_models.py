"""One-layer BERT models over a vocabulary of a few dozen pieces, saved as ordinary Hugging Face folders."""

from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import (
    BertConfig,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertModel,
    BertTokenizerFast,
)

WORDS = "the a of to is in and who what where when wrote faust goethe paris france capital code e 1047 reset pump"


def build_tiny_models(root: Path, seed: int = 0) -> dict[str, Path]:
    """Write the four models below ``root``; the seed fixes their outputs."""
    torch.manual_seed(seed)
    tokenizer = _tokenizer(root)
    folders = {role: root / role for role in ("embedder", "ranker", "reader", "joint")}
    BertForSequenceClassification(_config(tokenizer, num_labels=1)).save_pretrained(folders["ranker"])
    BertForQuestionAnswering(_config(tokenizer)).save_pretrained(folders["reader"])
    BertModel(_config(tokenizer)).save_pretrained(folders["embedder"])
    _save_joint(folders["joint"], tokenizer)
    for folder in folders.values():
        tokenizer.save_pretrained(folder)
    _add_pooling(folders["embedder"])
    return folders


def _tokenizer(root: Path) -> BertTokenizerFast:
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)] + list("0123456789.,?-")
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters]
    pieces += [f"##{letter}" for letter in letters] + [word for word in WORDS.split() if len(word) > 1]
    vocabulary = root / "vocab.txt"
    vocabulary.write_text("\n".join(pieces), "utf-8")
    return BertTokenizerFast(vocab={piece: row for row, piece in enumerate(pieces)}, model_max_length=64)


def _config(tokenizer: BertTokenizerFast, **other: int) -> BertConfig:
    return BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        # Wide initial weights, so that outputs differ enough between inputs to be told apart.
        initializer_range=0.3,
        **other,
    )


def _save_joint(folder: Path, tokenizer: BertTokenizerFast) -> None:
    reader = BertForQuestionAnswering(_config(tokenizer))
    reader.save_pretrained(folder)
    ranker = BertForSequenceClassification(_config(tokenizer, num_labels=1))
    tensors = dict(ranker.state_dict()) | dict(reader.state_dict())
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / "model.safetensors")


def _add_pooling(folder: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    trunk = Transformer(str(folder), max_seq_length=48)
    model = SentenceTransformer(modules=[trunk, Pooling(trunk.get_embedding_dimension()), Normalize()])
    model.prompts = {"query": "what is ", "document": ""}
    model.save_pretrained(str(folder))
