"""Runs a converted model: named integer arrays in, arrays out. Knows neither texts nor what the outputs mean."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from components.errors import ModelError
from components.models.checkpoints import resolve
from components.models.conversion import ConvertedModel

Backend = Literal["openvino", "torch"]
Arrays = Mapping[str, npt.NDArray[np.int64]]


class Runtime(Protocol):
    """A model that is ready to run. Calls are serialised: the model uses all the cores it may."""

    def __call__(self, inputs: Arrays) -> list[npt.NDArray[np.float32]]:
        """The outputs in the network's order; every input is (n, n_tokens) int64."""
        ...


class OpenVINORuntime:
    """OpenVINO on the processor, with the compiled form cached beside the model."""

    def __init__(self, model: ConvertedModel, threads: int | None = None) -> None:
        import openvino as ov

        settings: dict[str, Any] = {
            "PERFORMANCE_HINT": "LATENCY",
            "CACHE_DIR": str(model.folder / "compiled"),
            "INFERENCE_PRECISION_HINT": "f32",
        }
        if threads is not None:
            settings["INFERENCE_NUM_THREADS"] = threads
        try:
            compiled = ov.Core().compile_model(model.folder / "model.xml", "CPU", settings)
        except RuntimeError:
            # The compiled form may be damaged, or from another processor: it is made again from the graph.
            _remove_files(model.folder / "compiled")
            compiled = _compile(ov, model, settings)
        self._request = compiled.create_infer_request()
        self._lock = threading.Lock()

    def __call__(self, inputs: Arrays) -> list[npt.NDArray[np.float32]]:
        """See :class:`Runtime`."""
        with self._lock:
            results = self._request.infer(dict(inputs))
            return [np.array(results[index]) for index in range(len(results))]


class TorchRuntime:
    """PyTorch on the processor, from the original checkpoint."""

    def __init__(self, model: ConvertedModel, threads: int | None = None) -> None:
        import torch

        from components.models.networks import load_network

        if threads is not None:
            torch.set_num_threads(threads)
        self._torch = torch
        checkpoint = resolve(model.name, model.folder.parent.parent)
        self._network = load_network(model.kind, checkpoint.folder)
        self._lock = threading.Lock()

    def __call__(self, inputs: Arrays) -> list[npt.NDArray[np.float32]]:
        """See :class:`Runtime`."""
        with self._lock, self._torch.inference_mode():
            output = self._network(**{name: self._torch.from_numpy(array) for name, array in inputs.items()})
        outputs = output if isinstance(output, tuple) else (output,)
        return [tensor.numpy() for tensor in outputs]


def load_runtime(model: ConvertedModel, backend: Backend = "openvino", threads: int | None = None) -> Runtime:
    """Load a converted model.

    Args:
        model: what to run.
        backend: "openvino" or "torch".
        threads: how many threads one call may use; None leaves it to the library.

    Raises:
        ModelError: the backend is unknown or cannot run the model.
    """
    if backend == "openvino":
        return OpenVINORuntime(model, threads)
    if backend == "torch":
        return TorchRuntime(model, threads)
    raise ModelError(f"backend {backend!r} is not known; set QUAERE_MODELS__BACKEND to openvino or torch")


def _compile(ov: Any, model: ConvertedModel, settings: dict[str, Any]) -> Any:
    try:
        return ov.Core().compile_model(model.folder / "model.xml", "CPU", settings)
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise ModelError(
            f"OpenVINO cannot run {model.folder} ({reason}); remove that folder to have it made again, "
            "or set QUAERE_MODELS__BACKEND=torch"
        ) from error


def _remove_files(folder: Path) -> None:
    for path in folder.glob("*"):
        path.unlink(missing_ok=True)
