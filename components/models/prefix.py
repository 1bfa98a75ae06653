"""Learned keys and values before those of every layer: prefix tuning (Li and Liang 2021, arXiv:2101.00190).

They stand beside a model's weights in a file of their own, since they cannot be merged into them. Only models with
such a file come here.
"""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers.cache_utils import DynamicCache, DynamicLayer

from components.models.prefix_file import PREFIX_FILE

_NAME = "prefix"


class PrefixedTrunk(nn.Module):
    """An encoder whose layers also attend to a learned prefix.

    Args:
        trunk: of transformers; one that takes ``past_key_values``, as BERT does.
        prefix: (n_prefix, 2 * n_layers * width) keys and values of each prefix position, layer by layer.
    """

    def __init__(self, trunk: nn.Module, prefix: Tensor) -> None:
        super().__init__()
        self.trunk = trunk
        self.prefix = nn.Parameter(prefix)

    @classmethod
    def new(cls, trunk: Any, length: int) -> "PrefixedTrunk":
        """A trunk with a random prefix, to be trained."""
        width = 2 * trunk.config.num_hidden_layers * trunk.config.hidden_size
        return cls(trunk, torch.randn(length, width) * trunk.config.initializer_range)

    def get_input_embeddings(self) -> nn.Module:
        """The trunk's."""
        inner: Any = self.trunk
        embeddings: nn.Module = inner.get_input_embeddings()
        return embeddings

    @property
    def config(self) -> Any:
        """The trunk's."""
        return self.trunk.config

    def forward(self, input_ids: Tensor, attention_mask: Tensor, **others: Any) -> Any:
        """The trunk's output for the tokens; the prefix has none."""
        config: Any = self.trunk.config
        count, rows = self.prefix.shape[0], input_ids.shape[0]
        heads = config.num_attention_heads
        parts = self.prefix.view(count, 2 * config.num_hidden_layers, heads, config.hidden_size // heads)
        parts = parts.permute(1, 2, 0, 3)  # (2 * n_layers, n_heads, n_prefix, width of a head)
        cache = DynamicCache()
        for layer in range(config.num_hidden_layers):
            cache.layers.append(_filled(*(parts[2 * layer + side].expand(rows, -1, -1, -1) for side in (0, 1))))
        seen = torch.ones((rows, count), dtype=attention_mask.dtype, device=attention_mask.device)
        mask = torch.cat([seen, attention_mask], dim=1)
        return self.trunk(input_ids=input_ids, attention_mask=mask, past_key_values=cache, **others)


def _filled(keys: Tensor, values: Tensor) -> Any:
    # Not by update(), which joins them to something empty that OpenVINO cannot convert.
    layer: Any = DynamicLayer()
    layer.keys, layer.values = keys, values
    layer.dtype, layer.device, layer.is_initialized = keys.dtype, keys.device, True
    return layer


def with_prefix(trunk: nn.Module, folder: Path) -> nn.Module:
    """The trunk, with the prefix of its folder where that holds one."""
    path = folder / PREFIX_FILE
    return PrefixedTrunk(trunk, load_file(path)[_NAME]) if path.is_file() else trunk


def save_prefix(prefix: Tensor, folder: Path) -> None:
    """Write a prefix into a model's folder."""
    save_file({_NAME: prefix.detach().cpu().float().contiguous()}, folder / PREFIX_FILE)
