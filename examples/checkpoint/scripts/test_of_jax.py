"""`python -m unittest` in this folder: what the recorder makes of JAX and Keras, good and bad."""

from __future__ import annotations

import unittest
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.nn import initializers

import agreement
from ndarray_init_record.of_jax import load
from ndarray_init_record.of_jax.models import Model, flat, keras_weights, of_jax, of_keras
from ndarray_init_record.of_jax.presets import of_shape
from ndarray_init_record.of_jax.record import Record, record
from ndarray_init_record.parameter_list import patterns

Make = Callable[..., Any]


def recorded(make: Make) -> Record:
    return record(of_jax(make, {}))


def of(make: Make) -> Any:
    """The initializer of the array that this makes of a key."""
    found = recorded(lambda key: {"x": make(key)})
    assert not found.refused, found.refused
    return found.entries[0].initializer


def reason(make: Make) -> str:
    return recorded(lambda key: {"x": make(key)}).refused["x"]


class Laws(unittest.TestCase):
    def test_closed_forms(self) -> None:
        self.assertEqual(of(lambda key: initializers.uniform(0.1)(key, (3,))), {"uniform": {"low": 0, "high": 0.1}})
        self.assertEqual(of(lambda key: 2 - jax.random.uniform(key, (3,))), {"uniform": {"low": 1, "high": 2}})
        self.assertEqual(of(lambda key: 4 + jax.random.normal(key, (3, 2)).T / -2), {"normal": {"mean": 4, "std": 0.5}})
        self.assertEqual(of(lambda key: initializers.normal(0.0)(key, (3,))), "zeros")
        half = of(lambda key: initializers.normal(0.5)(key, (3,), jnp.float16))
        self.assertAlmostEqual(half["normal"]["std"], 0.5, 3)

    def test_truncated_normals(self) -> None:
        for lower, upper in ((-2, 2), (-1, 3), (-4.5, 0.5), (-6, 6)):
            form = of(lambda key: initializers.truncated_normal(0.02, lower=lower, upper=upper)(key, (3,)))
            bounds = {} if (lower, upper) == (-2, 2) else {"bounds": {"sigmas": {"lower": lower, "upper": upper}}}
            self.assertEqual(form, {"truncated_normal": {"std": 0.02, **bounds}})

    def test_a_clamp_is_no_truncation(self) -> None:
        steps = of(lambda key: jnp.maximum(jax.random.normal(key, (3,)), -1.0))
        self.assertEqual(steps, {"transformed": {"law": {"normal": {"std": 1}}, "steps": [{"at_least": -1}]}})

    def test_transformed_laws(self) -> None:
        form = of(lambda key: jnp.exp(jax.random.uniform(key, (3,), minval=-2.0, maxval=-1.0)))
        self.assertEqual(form, {"transformed": {"law": {"uniform": {"low": -2, "high": -1}}, "steps": ["exp"]}})
        form = of(lambda key: jax.random.exponential(key, (3,)))
        self.assertEqual(
            form, {"transformed": {"law": {"uniform": {"low": 0, "high": 1}}, "steps": ["ln", {"scale": -1}]}}
        )

    def test_orthogonal_matrices(self) -> None:
        self.assertEqual(of(lambda key: initializers.orthogonal()(key, (3, 3, 8, 4))), "orthogonal")
        self.assertEqual(of(lambda key: initializers.orthogonal(-2.0)(key, (4, 8))), {"orthogonal": {"gain": 2}})
        layout = {"axes": {"input": [], "output": [1]}}
        self.assertEqual(
            of(lambda key: initializers.orthogonal(column_axis=1)(key, (3, 4, 5))), {"orthogonal": {"layout": layout}}
        )
        many = of(lambda key: jax.vmap(lambda k: initializers.orthogonal()(k, (3, 4)))(jax.random.split(key, 5)))
        self.assertEqual(many, {"orthogonal": {"layout": {"roles": "keras", "batch": [0]}}})
        parts = of(lambda key: initializers.delta_orthogonal()(key, (3, 2, 4)))["blocks"]["parts"]
        self.assertEqual([part["initializer"] for part in parts], ["zeros", "orthogonal", "zeros"])
        self.assertIn("factor of a QR", reason(lambda key: jnp.linalg.qr(jax.random.normal(key, (4, 4)))[0]))

    def test_parts(self) -> None:
        parts = of(lambda key: jax.random.normal(key, (5, 4)).at[0].set(0))["blocks"]["parts"]
        self.assertEqual([part["size"] for part in parts], [1, 4])
        first, second = lambda key: jax.random.normal(key, (5, 4)), lambda key: jax.random.uniform(key, (2, 4))
        both = lambda key, f, g: jnp.concatenate([f(jax.random.fold_in(key, 0)), g(jax.random.fold_in(key, 1))])  # noqa: E731
        self.assertEqual(of(lambda key: both(key, first, first)), {"normal": {"std": 1}})
        parts = of(lambda key: both(key, first, second))["blocks"]["parts"]
        self.assertEqual([part["size"] for part in parts], [5, 2])
        self.assertIn("random key", reason(lambda key: jnp.concatenate([first(key), second(key)])))

    def test_numbers(self) -> None:
        self.assertEqual(of(lambda key: jnp.arange(512)[None] * 2), {"range": {"start": 0, "step": 2}})
        self.assertEqual(of(lambda key: jnp.eye(20) / 2), {"identity": {"gain": 0.5}})
        self.assertEqual(of(lambda key: jnp.full((10**5, 10**6), 0.1)), {"constant": 0.1})
        waves = of(lambda key: jnp.sin(jnp.arange(500.0)))
        self.assertEqual(list(agreement.faults(np.sin(np.arange(500, dtype=np.float32)), waves, of_shape))[1:], [])
        self.assertIn("data", of(lambda key: jnp.array([1.0, jnp.inf])))
        self.assertIn("data", of(lambda key: jnp.full((3, 3), jnp.nan)))
        self.assertEqual(of(lambda key: jnp.eye(3, dtype=jnp.int32)), {"constant": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]})
        self.assertEqual(of(lambda key: jnp.zeros((0, 3))), "zeros")

    def test_a_scan_has_draws_of_its_own_in_each_turn(self) -> None:
        keys = lambda key: jax.random.split(key, 6)  # noqa: E731
        body = lambda carry, key: (carry, jax.random.normal(key, (3,)))  # noqa: E731
        self.assertEqual(of(lambda key: jax.lax.scan(body, 0, keys(key))[1]), {"normal": {"std": 1}})
        body = lambda carry, _: (carry, jax.random.normal(carry, (3,)))  # noqa: E731
        self.assertIn("random key", reason(lambda key: jax.lax.scan(body, key, None, 6)[1]))

    def test_rematerialized_layers(self) -> None:
        def values(seed: int, x: Any) -> Any:
            draw = jax.checkpoint(lambda key, x: (jax.random.normal(key, (3,)), jnp.sin(x)))
            return {"x": draw(jax.random.key(seed), x)[0]}

        found = record(Model(values, (jax.ShapeDtypeStruct((3,), jnp.float32),)))
        self.assertEqual([entry.initializer for entry in found.entries], [{"normal": {"std": 1}}])


class Refusals(unittest.TestCase):
    def test_unknown_operations_are_named(self) -> None:
        normal = lambda key: jax.random.normal(key, (4, 4))  # noqa: E731
        for operation, make in {
            "bitcast_convert_type": lambda key: jax.lax.bitcast_convert_type(jax.random.bits(key, (3,)), jnp.float32),
            "sort": lambda key: jnp.sort(normal(key)),
            "random_gamma": lambda key: jax.random.gamma(key, 2.0, (3,)),
            "lt": lambda key: jax.random.bernoulli(key, 0.5, (3,)),
            "dot_general": lambda key: normal(key) @ normal(key),
            "abs": lambda key: jnp.abs(normal(key)),
            "mul": lambda key: normal(key) / jnp.linalg.norm(normal(key)),
        }.items():
            with self.subTest(operation):
                self.assertIn(f"`{operation}`", reason(make))

    def test_draws_in_several_places(self) -> None:
        row = lambda key: jax.random.normal(key, (3,))  # noqa: E731
        for make in (
            lambda key: jnp.tile(row(key), 4),
            lambda key: jnp.broadcast_to(row(key), (2, 3)),
            lambda key: row(key)[jnp.array([0, 0])],
        ):
            self.assertIn("one draw in several places", reason(make))

    def test_tensors_that_share_draws(self) -> None:
        def make(key: Any) -> Any:
            x = jax.random.normal(key, (3, 3))
            return {"x": x, "copy": x, "turned": x.T, "twice": 2 * x, "longer": jax.random.normal(key, (9, 9))}

        found = recorded(make)
        self.assertEqual({entry.name: entry.same_as for entry in found.entries}, {"x": None, "copy": "x"})
        self.assertEqual(set(found.refused), {"turned", "twice", "longer"})

    def test_numbers_of_another_generator(self) -> None:
        found = recorded(lambda key: {"x": jnp.asarray(np.random.rand(3))})
        self.assertIn("JAX did not draw", found.refused["x"])

    def test_what_depends_on_the_input(self) -> None:
        found = record(Model(lambda seed, x: {"x": x.mean()}, (jax.ShapeDtypeStruct((3,), jnp.float32),)))
        self.assertIn("inputs", found.refused["x"])

    def test_no_weights(self) -> None:
        with self.assertRaisesRegex(ValueError, "no weights"):
            recorded(lambda key: {})


class Agreement(unittest.TestCase):
    """The comparison fails where it must."""

    def test_right_and_wrong_lists(self) -> None:
        draw = np.asarray(jax.random.truncated_normal(jax.random.key(1), -2, 2, (300, 100)) * 0.02)
        right: Any = {"truncated_normal": {"std": 0.02}}
        self.assertEqual(list(agreement.faults(draw, right, of_shape)), [])
        for wrong in (
            {"truncated_normal": {"std": 0.021}},
            {"truncated_normal": {"std": 0.02, "mean": 0.001}},
            {"truncated_normal": {"std": 0.02, "bounds": {"sigmas": {"lower": -1.9, "upper": 2}}}},
            {"truncated_normal": {"std": 0.02, "bounds": {"sigmas": {"lower": -2.1, "upper": 2}}}},
            {"normal": {"std": 0.0176}},
            {
                "blocks": {
                    "axis": 0,
                    "parts": [{"size": 1, "initializer": "zeros"}, {"size": 299, "initializer": right}],
                }
            },
            "orthogonal",
        ):
            with self.subTest(wrong):
                self.assertNotEqual(list(agreement.faults(draw, wrong, of_shape)), [])


class Keras(unittest.TestCase):
    def test_paths_that_stand_twice_and_the_way_back(self) -> None:
        import keras

        from keras_examples import twice

        found = record(of_keras(twice, {}))
        self.assertEqual(
            [entry.name for entry in found.entries if "kernel" in entry.name],
            ["twice/dense/kernel", "twice/dense/kernel_1"],
        )
        self.assertEqual({entry.initializer for entry in found.entries}, {"glorot_uniform", "zeros"})
        keras.utils.clear_session()
        model = twice()
        arrays = {entry.name: np.full(entry.shape, place, np.float32) for place, entry in enumerate(found.entries)}
        load.into_keras(arrays, model)
        self.assertEqual([float(np.mean(weight)) for weight in keras_weights(model).values()], [0, 1, 2, 3])
        with self.assertRaisesRegex(ValueError, "lacks"):
            load.into_keras(dict(list(arrays.items())[1:]), model)

    def test_patterns_of_names_with_slashes(self) -> None:
        found = patterns({"a/kernel": "ones", "b/c/kernel": "ones", "b/bias": "zeros"})
        self.assertEqual(dict(found), {"*/kernel": "ones", "b/bias": "zeros"})


class Trees(unittest.TestCase):
    def test_there_and_back(self) -> None:
        tree = {"b": [jnp.ones(3), jnp.zeros((2, 2))], "a": {"x": jnp.ones(())}}
        self.assertEqual(list(flat(tree)), ["b/0", "b/1", "a/x"])
        arrays = {name: np.full(leaf.shape, 7, np.float32) for name, leaf in flat(tree).items()}
        self.assertEqual([float(leaf.mean()) for leaf in jax.tree.leaves(load.into_tree(arrays, tree))], [7, 7, 7])
        arrays["b/0"] = np.zeros(4, np.float32)
        with self.assertRaisesRegex(ValueError, "shape"):
            load.into_tree(arrays, tree)


if __name__ == "__main__":
    unittest.main()
