"""From a model's constructor to its list."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from ..parameter_list import Entry
from .forms import of_labels
from .labels import Labels
from .numbers import NoForm, of_numbers
from .recorder import Recorder

DTYPES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}  # fmt: skip
"""As safetensors calls them."""


@dataclass
class Record:
    """The tensors of a model's state, and why some of them have no entry."""

    entries: list[Entry]
    refused: dict[str, str]


def record(build: Callable[[], torch.nn.Module]) -> Record:
    """Records two constructions: numbers that differ come from a generator that is not PyTorch's."""
    first, second = _once(build), _once(build)
    others = {entry.name: entry for entry in second.entries}
    for entry in list(first.entries):
        if others.get(entry.name) != entry and entry.name not in second.refused:
            first.refused[entry.name] = "differs from one construction to the next by numbers that PyTorch did not draw"
            first.entries.remove(entry)
    return first


def _once(build: Callable[[], torch.nn.Module]) -> Record:
    recorder = Recorder()
    with recorder.recording():
        state = build().state_dict(keep_vars=True)
    names: dict[object, str] = {}
    labels: dict[str, Labels] = {}
    found = Record([], {})
    for name, tensor in state.items():
        place = tensor.untyped_storage()._cdata, tensor.storage_offset(), tensor.shape, tensor.stride()
        entry = Entry(name, tuple(tensor.shape), DTYPES.get(tensor.dtype, str(tensor.dtype)))
        if place in names and tensor.numel() > 0:
            entry.tied_to = names[place]
            found.entries.append(entry)
            continue
        names[place] = name
        try:
            if entry.dtype not in DTYPES.values():
                raise NoForm(f"has the dtype {entry.dtype}")
            if recorder.is_known(tensor):
                entry.initializer = of_numbers(recorder.values(tensor))
            else:
                drawn = recorder.labels(tensor)
                entry.initializer = of_labels(drawn, tensor.shape, tensor.dtype)
                labels[name] = drawn
            found.entries.append(entry)
        except NoForm as error:
            found.refused[name] = str(error)
    _depend(found, labels)
    return found


def _depend(found: Record, labels: dict[str, Labels]) -> None:
    """Tensors with the same draws are the same, or the later one is refused."""
    entries = {entry.name: entry for entry in found.entries}
    for name, other in _sharing(labels):
        entry, model = entries.get(name), entries.get(other)
        if entry is None:
            continue
        if model and labels[name] == labels[other] and (entry.shape, entry.dtype) == (model.shape, model.dtype):
            entry.initializer, entry.same_as = None, model.same_as or other
        else:
            found.refused[name] = f"is computed from the same draws as {other}"
            found.entries.remove(entries.pop(name))


def _sharing(labels: dict[str, Labels]) -> list[tuple[str, str]]:
    """The tensors that have a draw of an earlier one, each with that one, in order."""
    names, drawn = list(labels), [found.drawn() for found in labels.values()]
    if not names:
        return []
    owners = np.repeat(np.arange(len(names)), [len(found.draws) for found in drawn])
    starts = np.concatenate([found.draws for found in drawn])
    ends = starts + np.concatenate([found.counts for found in drawn])
    order = np.argsort(starts, kind="stable")
    furthest = np.maximum.accumulate(ends[order])
    shared = np.flatnonzero(starts[order][1:] < furthest[:-1])
    reaching = np.searchsorted(furthest, furthest[shared])
    pairs = np.sort(np.stack([owners[order][shared + 1], owners[order][reaching]]), axis=0)
    return [
        (names[later], names[earlier]) for earlier, later in np.unique(pairs.T, axis=0).tolist() if later != earlier
    ]
