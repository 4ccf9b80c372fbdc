"""Models in Flax on which the recorder is tried, linen's and nnx', small and of many kinds of layers.

A function with `rngs` returns an nnx module; another one returns a linen module and the inputs of its `init`.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn
from flax import nnx
from jax.nn import initializers

IMAGES = jax.ShapeDtypeStruct((1, 32, 32, 3), jnp.float32)
TOKENS = jax.ShapeDtypeStruct((1, 16), jnp.int32)
SEQUENCES = jax.ShapeDtypeStruct((1, 16, 24), jnp.float32)


class Convolutional(nn.Module):
    """A network with residual blocks, depthwise and grouped convolutions."""

    @nn.compact
    def __call__(self, x: Any) -> Any:
        x = nn.Conv(64, (7, 7), use_bias=False)(x)
        x = nn.BatchNorm(use_running_average=True)(x)
        for stride in (1, 2, 2):
            y = nn.Conv(64, (3, 3), (stride, stride), feature_group_count=64)(x)
            y = nn.GroupNorm(8)(nn.Conv(128, (3, 3), feature_group_count=4)(y))
            x = nn.Conv(128, (1, 1), (stride, stride))(x) + y
            x = nn.remat(nn.Conv)(64, (1, 1), kernel_init=initializers.he_normal())(x)
        return nn.Dense(10)(x.mean((1, 2)))


def linen_convolutional() -> Any:
    return Convolutional(), IMAGES


class Transformer(nn.Module):
    """An encoder with learned positions, attention over heads, and one stack of layers by `scan`."""

    @nn.compact
    def __call__(self, tokens: Any) -> Any:
        embed = nn.Embed(1000, 64)
        positions = self.param("positions", initializers.normal(0.02), (16, 64))
        x = embed(tokens) + positions
        for _ in range(2):
            x = x + nn.MultiHeadDotProductAttention(8)(nn.LayerNorm()(x))
            x = x + nn.Dense(64)(nn.gelu(nn.Dense(256)(nn.LayerNorm()(x))))
        stack = nn.scan(Layer, variable_axes={"params": 0}, split_rngs={"params": True}, length=6)
        x, _ = stack(name="stack")(x, None)
        return embed.attend(nn.RMSNorm()(x))


class Layer(nn.Module):
    """A layer for `scan`."""

    @nn.compact
    def __call__(self, x: Any, _: Any) -> Any:
        y = nn.DenseGeneral((4, 32), kernel_init=initializers.truncated_normal(0.02), name="heads")(nn.LayerNorm()(x))
        return x + nn.DenseGeneral(64, axis=(-2, -1), kernel_init=initializers.orthogonal(0.5), name="out")(y), None


def linen_transformer() -> Any:
    return Transformer(), TOKENS


class Recurrent(nn.Module):
    """LSTM and GRU, over time."""

    @nn.compact
    def __call__(self, x: Any) -> Any:
        x = nn.RNN(nn.OptimizedLSTMCell(48))(x)
        x = nn.RNN(nn.LSTMCell(48))(x)
        x = nn.Bidirectional(nn.RNN(nn.GRUCell(32)), nn.RNN(nn.GRUCell(32)))(x)
        return nn.RNN(nn.ConvLSTMCell(8, (3, 3)))(x.reshape(1, 4, 8, 8, 4))


def linen_recurrent() -> Any:
    return Recurrent(), SEQUENCES


def padded(key: Any, shape: Any, dtype: Any = jnp.float32) -> Any:
    """An embedding whose first row is zero."""
    return initializers.normal(0.02)(key, shape, dtype).at[0].set(0)


def forget(key: Any, shape: Any, dtype: Any = jnp.float32) -> Any:
    """Biases of which a quarter is one."""
    return jnp.zeros(shape, dtype).at[shape[0] // 4 : shape[0] // 2].set(1)


def rates(key: Any, shape: Any, dtype: Any = jnp.float32) -> Any:
    """Log-uniform."""
    return jnp.exp(jax.random.uniform(key, shape, dtype, jnp.log(1e-3), jnp.log(1e-1)))


class ByHand(nn.Module):
    """Initializers that were given by hand."""

    @nn.compact
    def __call__(self, x: Any) -> Any:
        x = nn.Dense(96, kernel_init=initializers.orthogonal(jnp.sqrt(2)), bias_init=initializers.constant(0.01))(x)
        x = nn.Dense(64, kernel_init=initializers.truncated_normal(0.05, lower=-1.0, upper=3.0))(x)
        x = nn.Dense(64, kernel_init=initializers.variance_scaling(2.0, "fan_out", "uniform", 1, 0))(x)
        x = nn.Dense(64, kernel_init=initializers.uniform(0.1), bias_init=forget)(x)
        x = nn.Dense(64, kernel_init=initializers.zeros, bias_init=initializers.normal(1e-6))(x)
        x = nn.Conv(64, (3,), kernel_init=initializers.delta_orthogonal())(x)
        x = nn.ConvTranspose(32, (4,), (2,), kernel_init=initializers.xavier_uniform())(x)
        x = nn.ConvTranspose(32, (4,), (2,), transpose_kernel=True)(x)
        x = nn.Dense(8, kernel_init=lambda key, shape, dtype: initializers.xavier_normal()(key, shape, dtype) * 0.1)(x)
        self.param("decay", rates, (300,))
        self.param("query", initializers.variance_scaling(1.0, "fan_geo_avg", "normal", 0, (1, 2)), (64, 4, 16))
        self.param("rows", padded, (30, 20))
        self.param("slopes", lambda key: 2.0 ** -jnp.arange(1, 9))
        self.param("sines", lambda key: jnp.sin(jnp.arange(400.0)).reshape(20, 20))
        stacked = initializers.variance_scaling(1.0, "fan_avg", "truncated_normal", -2, -1, batch_axis=0)
        self.param("experts", stacked, (6, 40, 60))
        self.variable("state", "steps", lambda: jnp.zeros((), jnp.int32))
        return x


def linen_by_hand() -> Any:
    return ByHand(), SEQUENCES


class Autoencoder(nnx.Module):
    """Convolutions down and up again, with batch normalization, dropout and spectral width."""

    def __init__(self, rngs: nnx.Rngs):
        self.down = nnx.List([nnx.Conv(a, b, (4, 4), 2, rngs=rngs) for a, b in ((3, 32), (32, 64), (64, 128))])
        self.norms = nnx.List([nnx.BatchNorm(n, rngs=rngs) for n in (32, 64, 128)])
        self.dropout = nnx.Dropout(0.1, rngs=rngs)
        self.up = nnx.List([nnx.ConvTranspose(a, b, (4, 4), 2, rngs=rngs) for a, b in ((128, 64), (64, 32), (32, 3))])


def nnx_autoencoder(rngs: nnx.Rngs) -> Any:
    return Autoencoder(rngs)


class Block(nnx.Module):
    """A layer of a decoder."""

    def __init__(self, width: int, rngs: nnx.Rngs):
        self.before = nnx.LayerNorm(width, rngs=rngs)
        self.attention = nnx.MultiHeadAttention(8, width, decode=False, rngs=rngs)
        self.after = nnx.RMSNorm(width, rngs=rngs)
        self.up = nnx.Linear(width, 4 * width, kernel_init=initializers.normal(0.02), rngs=rngs)
        self.down = nnx.Linear(4 * width, width, kernel_init=initializers.normal(0.02 / 8**0.5), rngs=rngs)


class Decoder(nnx.Module):
    """A decoder; its embedding is used twice."""

    def __init__(self, rngs: nnx.Rngs):
        self.embedding = nnx.Embed(1000, 128, embedding_init=initializers.normal(0.02), rngs=rngs)
        self.positions = nnx.Param(initializers.truncated_normal(0.01)(rngs.params(), (64, 128)))
        self.blocks = nnx.List([Block(128, rngs) for _ in range(4)])
        self.head = self.embedding


def nnx_decoder(rngs: nnx.Rngs) -> Any:
    return Decoder(rngs)


class Mixed(nnx.Module):
    """Recurrent cells, an einsum, adapters of low rank, and one stack of layers by `vmap`."""

    def __init__(self, rngs: nnx.Rngs):
        self.lstm = nnx.OptimizedLSTMCell(24, 48, rngs=rngs)
        self.gru = nnx.GRUCell(48, 32, rngs=rngs)
        self.simple = nnx.SimpleCell(32, 32, recurrent_kernel_init=initializers.orthogonal(0.9), rngs=rngs)
        self.einsum = nnx.Einsum("btd,dhk->bthk", (32, 4, 16), (4, 16), rngs=rngs)
        self.general = nnx.LinearGeneral((4, 16), (32,), axis=(-2, -1), rngs=rngs)
        self.adapter = nnx.LoRA(32, 4, 32, rngs=rngs)
        self.half = nnx.Linear(64, 64, param_dtype=jnp.bfloat16, rngs=rngs)
        self.layers = nnx.vmap(lambda keys: nnx.Linear(32, 48, rngs=keys), in_axes=0)(rngs.fork(split=5))


def nnx_mixed(rngs: nnx.Rngs) -> Any:
    return Mixed(rngs)


class ByHandNnx(nnx.Module):
    """Initializers that were given by hand."""

    def __init__(self, rngs: nnx.Rngs):
        self.orthogonal = nnx.Linear(96, 32, kernel_init=initializers.orthogonal(2.0), rngs=rngs)
        self.wide = nnx.Linear(32, 96, kernel_init=initializers.orthogonal(column_axis=0), rngs=rngs)
        self.uniform = nnx.Linear(64, 64, kernel_init=initializers.uniform(0.3), rngs=rngs)
        self.truncated = nnx.Conv(
            16, 32, (3, 3), kernel_init=initializers.truncated_normal(0.1, lower=-3.0, upper=3.0), rngs=rngs
        )
        self.scaled = nnx.Conv(
            16, 32, (3, 3), kernel_init=initializers.variance_scaling(0.5, "fan_in", "uniform", 3, 2), rngs=rngs
        )
        self.embedding = nnx.Embed(500, 32, embedding_init=padded, rngs=rngs)
        self.normalization = nnx.BatchNorm(32, scale_init=initializers.zeros, rngs=rngs)
        self.steps = nnx.Variable(jnp.int32(0))


def nnx_by_hand(rngs: nnx.Rngs) -> Any:
    return ByHandNnx(rngs)
