"""Networks of Haiku and Equinox on which the recorder is tried: functions from a random key to their arrays."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import haiku as hk
import jax
import jax.numpy as jnp


def haiku_network(key: Any) -> Any:
    """Convolutions, attention and an LSTM."""

    def network(images: Any, sequences: Any) -> Any:
        x = hk.Conv2D(32, 3)(images)
        x = hk.BatchNorm(True, True, 0.9)(x, is_training=True)
        x = hk.Linear(10, w_init=hk.initializers.Orthogonal(2.0))(hk.Flatten()(x))
        y = hk.MultiHeadAttention(4, 8, w_init=hk.initializers.VarianceScaling(2.0))(sequences, sequences, sequences)
        y = hk.LayerNorm(-1, True, True)(y)
        y, _ = hk.LSTM(16)(y[:, 0], hk.LSTM(16).initial_state(1))
        return x, y, hk.Embed(100, 12)(jnp.zeros((1,), jnp.int32))

    transformed = hk.transform_with_state(network)
    return dict(zip(("params", "state"), transformed.init(key, jnp.zeros((1, 8, 8, 3)), jnp.zeros((1, 5, 24)))))


class Equinox(eqx.Module):
    """Layers of Equinox."""

    layers: list[Any]
    attention: Any
    embedding: Any

    def __init__(self, key: Any):
        keys = jax.random.split(key, 6)
        self.layers = [
            eqx.nn.Linear(20, 30, key=keys[0]),
            eqx.nn.Conv2d(8, 16, 3, groups=2, key=keys[1]),
            eqx.nn.LSTMCell(10, 12, key=keys[2]),
            eqx.nn.LayerNorm(30),
            eqx.nn.ConvTranspose2d(4, 6, 3, key=keys[3]),
        ]
        self.attention = eqx.nn.MultiheadAttention(4, 32, key=keys[4])
        self.embedding = eqx.nn.Embedding(50, 16, key=keys[5])


def equinox_network(key: Any) -> Any:
    return Equinox(key)
