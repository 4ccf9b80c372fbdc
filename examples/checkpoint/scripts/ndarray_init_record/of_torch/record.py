"""From a model's constructor to its list."""

from collections.abc import Callable, Iterator

import torch

from ..forms import Forms
from ..record import Record, Tensor
from ..record import record as recorded
from .recorder import Recorder, numpy


def record(build: Callable[[], torch.nn.Module]) -> Record:
    return recorded("PyTorch", Forms(digits=12, layout="torch"), lambda _: tensors(build))


def tensors(build: Callable[[], torch.nn.Module]) -> Iterator[Tensor]:
    """The tensors of a model's state."""
    recorder = Recorder()
    with recorder.recording():
        state = build().state_dict(keep_vars=True)
    names: dict[object, str] = {}
    for name, tensor in state.items():
        place = tensor.untyped_storage()._cdata, tensor.storage_offset(), tensor.shape, tensor.stride()
        tied_to = names.setdefault(place, name) if tensor.numel() else name
        is_known = recorder.is_known(tensor)
        content = numpy(recorder.values(tensor)) if is_known else recorder.labels(tensor)
        dtype = str(tensor.dtype).removeprefix("torch.")
        yield Tensor(name, tensor.shape, dtype, content, None if tied_to == name else tied_to)
