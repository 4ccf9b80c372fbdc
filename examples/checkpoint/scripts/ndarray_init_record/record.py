"""From the tensors of a construction to a list's entries."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .forms import Forms
from .labels import Labels
from .numbers import NoForm, of_numbers
from .parameter_list import Entry

DTYPES = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64",
    "int32": "I32", "int16": "I16", "int8": "I8", "uint8": "U8", "bool": "BOOL",
}  # fmt: skip
"""As safetensors calls them."""


@dataclass
class Tensor:
    """A tensor of a model: the numbers that it holds, or else its labels."""

    name: str
    shape: Sequence[int]
    dtype: str
    content: np.ndarray | Labels
    tied_to: str | None = None


@dataclass
class Record:
    """The tensors of a model, and why some of them have no entry."""

    entries: list[Entry]
    refused: dict[str, str]


def record(framework: str, forms: Forms, once: Callable[[int], Iterable[Tensor]]) -> Record:
    """Records two constructions: numbers that differ come from a generator that is not the framework's."""
    first, second = (_entries(forms, once(seed)) for seed in range(2))
    others = {entry.name: entry for entry in second.entries}
    for entry in list(first.entries):
        if others.get(entry.name) != entry and entry.name not in second.refused:
            reason = f"differs from one construction to the next by numbers that {framework} did not draw"
            first.refused[entry.name] = reason
            first.entries.remove(entry)
    return first


def _entries(forms: Forms, tensors: Iterable[Tensor]) -> Record:
    found, labels = Record([], {}), dict[str, Labels]()
    for tensor in tensors:
        dtype, shape = DTYPES.get(tensor.dtype, ""), tuple(tensor.shape)
        entry = Entry(tensor.name, shape, dtype or tensor.dtype, tied_to=tensor.tied_to)
        try:
            if entry.tied_to:
                pass
            elif not dtype:
                raise NoForm(f"has the dtype {tensor.dtype}")
            elif isinstance(tensor.content, Labels):
                entry.initializer = forms.of(tensor.content, shape, dtype)
                labels[tensor.name] = tensor.content
            else:
                entry.initializer = of_numbers(tensor.content, dtype)
            found.entries.append(entry)
        except NoForm as error:
            found.refused[tensor.name] = str(error)
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
