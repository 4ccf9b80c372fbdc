"""Constructors by name: `timm:…`, `transformers:…` and `torchvision:…` by the model, all others `module:function`."""

import importlib
import inspect
import json
from collections.abc import Callable
from pathlib import Path

import torch


def constructor(spec: str, config: Path | None, kwargs: dict) -> Callable[[], torch.nn.Module]:
    """What builds the model, with random weights and no download."""
    library, _, name = spec.partition(":")
    if not name:
        raise ValueError(f"{spec!r} is no library:model or module:function")
    module = importlib.import_module(library)
    if library == "transformers":
        return _transformers(module, name, config, kwargs)
    if config is not None:
        raise ValueError("--config is for transformers; other models take --kwargs")
    if library == "timm":
        return lambda: module.create_model(name, pretrained=False, **kwargs)
    if library == "torchvision":
        known = inspect.signature(module.models.get_model_builder(name)).parameters
        without = {parameter: None for parameter in ("weights", "weights_backbone") if parameter in known}
        return lambda: module.models.get_model(name, **without | kwargs)
    function = getattr(module, name)
    return lambda: function(**kwargs)


def _transformers(module, name: str, file: Path | None, kwargs: dict) -> Callable[[], torch.nn.Module]:
    settings = (json.loads(file.read_text()) if file else {}) | kwargs
    model = getattr(module, name)
    if hasattr(model, "from_config"):
        return lambda: model.from_config(module.AutoConfig.for_model(**settings))
    return lambda: model(model.config_class.from_dict(dict(settings)))
