"""From a model to its list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..parameter_list import Entry
from .forms import form
from .labels import Label, Refused
from .models import Model
from .presets import name_presets
from .trace import labels

DTYPES = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64",
    "int32": "I32", "int16": "I16", "int8": "I8", "uint8": "U8", "bool": "BOOL",
}  # fmt: skip
"""As safetensors calls them."""


@dataclass
class Record:
    """The tensors of a model, and why some of them have no entry."""

    entries: list[Entry]
    refused: dict[str, str]


def record(model: Model) -> Record:
    """Records two constructions: numbers that differ come from a generator that is not JAX's."""
    first, second = _once(model, 0), _once(model, 1)
    if not first.entries and not first.refused:
        raise ValueError("the model has no weights: they must exist when the function returns")
    others = {entry.name: entry for entry in second.entries}
    for entry in list(first.entries):
        if others.get(entry.name) != entry:
            first.refused[entry.name] = "differs from one seed to the next by numbers that JAX did not draw"
            first.entries.remove(entry)
    name_presets(first.entries)
    return first


def _once(model: Model, seed: int) -> Record:
    names: list[str] = []

    def values(*inputs: Any) -> list[Any]:
        built = model.values(seed, *inputs)
        names[:] = built
        return list(built.values())

    traced, arrays = labels(values, *model.inputs)
    found = Record([], {})
    drawn: dict[bytes, tuple[str, tuple[Label, Any]]] = {}
    for name, label, array in zip(names, traced, arrays):
        entry = Entry(name, array.shape, DTYPES.get(str(array.dtype), ""))
        owner, other = next((drawn[key] for key in label.keys if key in drawn), (None, None))
        drawn |= {key: (name, (label, array)) for key in label.keys if key not in drawn}
        try:
            if not entry.dtype:
                raise Refused(f"has the dtype {array.dtype}")
            entry.initializer = form(label, array.shape)
            if owner is not None:
                if (label, array) != other:
                    raise Refused(f"is computed from the same draws as {owner}")
                entry.initializer, entry.same_as = None, owner
            found.entries.append(entry)
        except Refused as reason:
            found.refused[name] = str(reason)
    return found
