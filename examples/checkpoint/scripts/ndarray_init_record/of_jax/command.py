"""The models that `record.py` finds by the prefixes `jax`, `flax` and `keras`."""

from __future__ import annotations

import importlib
import os
from functools import reduce
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from ..parameter_list import Entry

if TYPE_CHECKING:
    from .record import Model


def find(framework: str, path: str, options: dict[str, Any]) -> Model:
    """The model of a path, which is `package.module:function`, or a function of Keras, `applications.MobileNetV2`."""
    os.environ["KERAS_BACKEND"] = "jax"
    from . import models

    module, _, name = path.rpartition(":")
    build: Any = reduce(getattr, name.split("."), importlib.import_module(module or framework))
    return getattr(models, f"of_{framework}")(build, **options)


def record_model(framework: str, path: str, options: dict[str, Any]) -> tuple[list[Entry], dict[str, str], dict[str, str]]:
    """A model's entries, the reasons for which tensors were refused, and the versions of what was recorded."""
    model = find(framework, path, options)
    from .presets import name_presets
    from .record import record

    entries, refused = record(model)
    name_presets(entries)
    return entries, refused, {name: version(name) for name in dict.fromkeys((framework, "jax"))}
