"""From a model to its list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..forms import Forms
from ..labels import Labels
from ..record import Record, Tensor
from ..record import record as recorded
from .known import is_key
from .models import Model
from .presets import name_presets
from .trace import labels


def record(model: Model) -> Record:
    found = recorded("JAX", Forms(digits=7, layout="keras"), lambda seed: tensors(model, seed))
    if not found.entries and not found.refused:
        raise ValueError("the model has no weights: they must exist when the function returns")
    name_presets(found.entries)
    return found


def tensors(model: Model, seed: int) -> Iterator[Tensor]:
    """The arrays of a model, as its functions are traced. No array is made."""
    names: list[str] = []

    def values(*inputs: Any) -> list[Any]:
        built = model.values(seed, *inputs)
        names[:] = built
        return list(built.values())

    traced, arrays = labels(values, *model.inputs)
    for name, content, array in zip(names, traced, arrays):
        if str(array.dtype) == "bfloat16" and not isinstance(content, Labels):
            content = np.asarray(content, np.float32)
        elif not isinstance(content, Labels) and not is_key(content):
            content = np.asarray(content)
        yield Tensor(name, array.shape, str(array.dtype), content)
