"""The models that `record.py` finds by the prefixes `jax`, `flax` and `keras`."""

from __future__ import annotations

import importlib
import os
from functools import reduce
from importlib.metadata import version
from typing import Any

from ..parameter_list import Entry


def record_model(framework: str, path: str, options: dict[str, Any]) -> tuple[list[Entry], dict[str, str], dict[str, str]]:
    """A model's entries, the reasons for which tensors were refused, and the versions of what was recorded.

    The path is `package.module:function`; without a module, a function of Keras, such as `applications.MobileNetV2`.
    """
    os.environ["KERAS_BACKEND"] = "jax"
    from . import models
    from .presets import name_presets
    from .record import record

    module, _, name = path.rpartition(":")
    build: Any = reduce(getattr, name.split("."), importlib.import_module(module or framework))
    entries, refused = record(getattr(models, f"of_{framework}")(build, **options))
    name_presets(entries)
    return entries, refused, {name: version(name) for name in dict.fromkeys((framework, "jax"))}
