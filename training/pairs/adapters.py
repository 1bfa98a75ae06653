"""What of a network is trained: frozen parts, and adapters of PEFT on its trunk."""

import warnings
from typing import Any

from torch import nn

from components.errors import ConfigurationError
from components.models.prefix import PrefixedTrunk
from training.pairs.network import PairModel, set_trunk, trunk_of
from training.pairs.options import PairOptions
from training.schedule import device


def prepare(model: PairModel, options: PairOptions) -> None:
    """Freeze and adapt a network as the options say; its heads are always trained.

    Raises:
        ConfigurationError: the network has fewer layers than are to be frozen, or the adapter does not fit it.
    """
    trunk = trunk_of(model.network)
    if isinstance(trunk, PrefixedTrunk):
        raise ConfigurationError(f"{options.model!r} has a learned prefix; train the model that it began with")
    if options.dropout is not None:
        for module in model.network.modules():
            if isinstance(module, nn.Dropout):
                module.p = options.dropout
    if device() == "cpu":
        # The backward pass of PyTorch's fused attention takes nearly twice as long there.
        trunk.set_attn_implementation("eager")
    if options.gradient_checkpointing:
        trunk.activation_checkpointing_enable({"use_reentrant": False})
    if options.adapter != "none":
        set_trunk(model.network, _adapted(trunk, options))
        return
    if options.epsilon is not None:
        _freeze(trunk)
        return
    if options.freeze_embeddings:
        _freeze(trunk.get_input_embeddings())
    layers = _layers(trunk)
    if options.freeze_layers > len(layers):
        raise ConfigurationError(
            f"freeze_layers is {options.freeze_layers}, but {options.model!r} has {len(layers)} layers"
        )
    if options.freeze_layers:
        _freeze(trunk.embeddings)
    for layer in layers[: options.freeze_layers]:
        _freeze(layer)


def merge_adapter(model: PairModel, options: PairOptions) -> None:
    """Add what an adapter has learned to the weights, so that the saved folder needs no PEFT."""
    if options.adapter in ("lora", "ia3"):
        set_trunk(model.network, trunk_of(model.network).merge_and_unload())


def trained_parameters(network: nn.Module) -> tuple[int, int]:
    """How many numbers are trained, and of how many."""
    sizes = [(each.numel(), each.requires_grad) for each in network.parameters()]
    return sum(size for size, trained in sizes if trained), sum(size for size, _ in sizes)


def _adapted(trunk: Any, options: PairOptions) -> nn.Module:
    import peft

    if options.adapter == "prefix":
        # PEFT's own prefix tuning leaves out the token types, by which these models tell question and passage apart.
        _freeze(trunk)
        return PrefixedTrunk.new(trunk, options.prefix_tokens)
    task = peft.TaskType.FEATURE_EXTRACTION
    if options.adapter == "lora":
        config: Any = peft.LoraConfig(
            task_type=task, r=options.lora_rank, lora_alpha=options.lora_alpha, target_modules="all-linear"
        )
    else:
        config = peft.IA3Config(task_type=task)
    try:
        with warnings.catch_warnings():
            # PEFT asks transformers by a name that it has given up.
            warnings.simplefilter("ignore", FutureWarning)
            adapted: nn.Module = peft.get_peft_model(trunk, config)
    except ValueError as error:
        raise ConfigurationError(f"adapter {options.adapter!r} does not fit {options.model!r}: {error}") from error
    return adapted


def _layers(trunk: Any) -> list[nn.Module]:
    """The trunk's layers, from the input on: its first list of modules of one class."""
    for module in trunk.modules():
        if isinstance(module, nn.ModuleList) and len({type(each) for each in module}) == 1:
            return list(module)
    return []


def _freeze(module: nn.Module) -> None:
    for parameter in module.parameters():
        parameter.requires_grad = False
