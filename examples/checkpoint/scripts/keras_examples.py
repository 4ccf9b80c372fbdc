"""Models in Keras on which the recorder is tried, besides Keras' own."""

from __future__ import annotations

from typing import Any

import keras
from keras import initializers, layers


def many_layers() -> Any:
    """A layer of nearly every kind that has weights."""
    image = keras.Input((16, 16, 8))
    x = layers.Normalization()(image)
    x = layers.Conv2D(32, 3, groups=4)(x)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2)(x)
    x = layers.SeparableConv2D(48, 3)(x)
    x = layers.Conv2DTranspose(16, 3)(x)
    x = layers.SpectralNormalization(layers.Conv2D(24, 3))(x)
    x = layers.GroupNormalization(4)(layers.PReLU()(x))
    x = layers.UnitNormalization()(layers.BatchNormalization()(x))
    x = layers.Dropout(0.1)(layers.GlobalAveragePooling2D()(x))
    x = layers.Dense(64)(x)

    tokens = keras.Input((12,), dtype="int32")
    y = layers.Embedding(500, 40)(tokens)
    y = y + layers.MultiHeadAttention(4, 10)(y, y)
    y = y + layers.GroupQueryAttention(10, 4, 2)(y, y)
    y = layers.LayerNormalization()(layers.EinsumDense("btd,de->bte", (None, 48), bias_axes="e")(y))
    y = layers.Conv1D(48, 3, padding="causal")(layers.RMSNormalization()(y))
    y = layers.LSTM(24, return_sequences=True)(y)
    y = layers.GRU(24, return_sequences=True)(y)
    y = layers.Bidirectional(layers.SimpleRNN(16, return_sequences=True))(y)
    y = layers.Dense(64)(layers.AdditiveAttention()([layers.Dense(32)(y), layers.Dense(32)(y)])[:, 0])

    video = keras.Input((4, 8, 8, 3))
    z = layers.ConvLSTM2D(6, 3)(video)
    z = layers.Dense(64)(layers.Flatten()(z))
    return keras.Model([image, tokens, video], x + y + z)


def by_hand() -> Any:
    """Initializers that were given by hand."""
    x = inputs = keras.Input((24,))
    for initializer in (
        initializers.Orthogonal(1.5),
        initializers.OrthogonalInitializer(),
        initializers.TruncatedNormal(0.1, 0.02),
        initializers.VarianceScaling(2.0, "fan_out", "uniform"),
        initializers.VarianceScaling(2.0, "fan_avg", "untruncated_normal"),
        initializers.RandomUniform(-0.01, 0.3),
        initializers.RandomNormal(0.5, 0.1),
        initializers.HeNormal(),
        initializers.LecunUniform(),
        initializers.Constant(0.25),
        initializers.Identity(0.5),
    ):
        x = layers.Dense(64, kernel_initializer=initializer, bias_initializer=initializers.RandomNormal(0, 1e-3))(x)
    shared = initializers.GlorotNormal(seed=7)
    x = layers.Dense(64, kernel_initializer=shared)(x) + layers.Dense(64, kernel_initializer=shared)(x)
    return keras.Model(inputs, x)


class Twice(keras.Model):
    """A model in which paths stand twice."""

    def __init__(self) -> None:
        super().__init__()
        self.first = layers.Dense(8, name="dense")
        self.second = layers.Dense(8, name="dense")

    def build(self, shape: Any) -> None:
        self.first.build(shape)
        self.second.build((None, 8))

    def call(self, x: Any) -> Any:
        return self.second(self.first(x))


def twice() -> Any:
    model = Twice()
    model.build((None, 4))
    return model
