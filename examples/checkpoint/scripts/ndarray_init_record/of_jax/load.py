"""From a checkpoint back to a model. A name that either of the two lacks, and another shape, are errors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax

from .models import flat, keras_weights, nnx_variables


def read(file: Path) -> dict[str, Any]:
    """The arrays of a .safetensors file."""
    from safetensors.flax import load_file

    return load_file(file)


def into_tree(arrays: Mapping[str, Any], tree: Any) -> Any:
    """A tree like this one, with the checkpoint's arrays: variables of linen or Haiku, or a module of Equinox.

    The tree may be abstract, from `jax.eval_shape` or `eqx.filter_eval_shape`.
    """
    found = matched(arrays, flat(tree))

    def put(path: Any, leaf: Any) -> Any:
        array = found.get(jax.tree_util.keystr(path, simple=True, separator="/"), leaf)
        return leaf.replace_boxed(array) if is_boxed(leaf) else array

    return jax.tree_util.tree_map_with_path(put, tree, is_leaf=is_boxed)


def is_boxed(leaf: Any) -> bool:
    """Flax puts arrays with metadata into boxes."""
    return hasattr(leaf, "replace_boxed")


def into_nnx(arrays: Mapping[str, Any], module: Any) -> None:
    """Sets the variables of an nnx module. The state of random generators stays."""
    variables = nnx_variables(module)
    for name, array in matched(arrays, {name: variable.get_value() for name, variable in variables.items()}).items():
        variables[name].set_value(array)


def into_keras(arrays: Mapping[str, Any], model: Any) -> None:
    """Sets the weights of a Keras model. The state of random generators stays.

    `model.save_weights("model.weights.h5")` then writes the file that `load_weights` reads.
    Keras numbers the names of layers: `keras.utils.clear_session()` must stand before the model is built.
    """
    weights = keras_weights(model)
    for name, array in matched(arrays, weights).items():
        weights[name].assign(array)


def matched(arrays: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The arrays for these names, with their types."""
    if arrays.keys() != wanted.keys():
        missing, unexpected = sorted(wanted.keys() - arrays.keys()), sorted(arrays.keys() - wanted.keys())
        raise ValueError(f"the checkpoint lacks {missing[:3]}, and has {unexpected[:3]} that the model lacks")
    for name, of in wanted.items():
        if tuple(arrays[name].shape) != tuple(of.shape):
            raise ValueError(f"{name} has the shape {tuple(arrays[name].shape)}, and {tuple(of.shape)} in the model")
    return {name: jax.numpy.asarray(arrays[name], of.dtype) for name, of in wanted.items()}
