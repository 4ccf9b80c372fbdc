"""Recording: from a traced function to the entries of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Mapping

from ..parameter_list import Entry
from .forms import form
from .labels import Drawn, Label, Orthogonal, Refused
from .trace import labels

DTYPES = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint8": "U8",
    "bool": "BOOL",
}


@dataclass(frozen=True)
class Model:
    """A function from a seed, and inputs that stay abstract, to initial values by name. JAX must be able to trace it."""

    values: Callable[..., Mapping[str, Any]]
    inputs: tuple[Any, ...] = ()


def record(model: Model) -> tuple[list[Entry], dict[str, str]]:
    """The entries of a model, and why other tensors of it were refused.

    The model is built twice, from two seeds. Numbers that differ came from the seed without a draw that JAX traced.
    """
    (entries, refused), (again, _) = once(model, 0), once(model, 1)
    others = {entry.name: entry for entry in again}
    kept = []
    for entry in entries:
        if entry.name in others and entry == others[entry.name]:
            kept.append(entry)
        else:
            refused[entry.name] = "the seed changes its numbers, by an operation that has no rule"
    return kept, refused


def once(model: Model, seed: int) -> tuple[list[Entry], dict[str, str]]:
    """One recording."""
    names: list[str] = []

    def values(*inputs: Any) -> list[Any]:
        built = model.values(seed, *inputs)
        names[:] = built
        return list(built.values())

    traced, arrays = labels(values, *model.inputs)
    entries: list[Entry] = []
    refused: dict[str, str] = {}
    drawn: dict[bytes, tuple[str, tuple[Label, Any]]] = {}
    for name, label, array in zip(names, traced, arrays):
        owner, other = next((drawn[key] for key in label.keys if key in drawn), (None, None))
        drawn |= {key: (name, (label, array)) for key in label.keys if key not in drawn}
        entry = Entry(name, array.shape, DTYPES.get(str(array.dtype), ""))
        try:
            if not entry.dtype:
                raise Refused(f"safetensors' file has no place for {array.dtype}")
            if owner is None:
                entry.initializer = form(label, array.shape)
            elif isinstance(label, (Drawn, Orthogonal)) and (label, array) == other:
                entry.same_as = owner
            else:
                raise Refused(f"it shares draws with {owner}")
            entries.append(entry)
        except Refused as reason:
            refused[name] = str(reason)
    return entries, refused
