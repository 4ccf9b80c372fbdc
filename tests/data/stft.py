"""Writes stft.txt: what Keras' STFT initializer computes, in float64.

KERAS_BACKEND=tensorflow python stft.py > stft.txt, with Keras 3.15.1, TensorFlow 2.21.0 and
SciPy 1.17.1. On its other backends, Keras computes float64 in float32.
"""

import itertools

import keras

WINDOWS = {
    "hann": "hann",
    "hamming": "hamming",
    "blackman": "blackman",
    "bartlett": "bartlett",
    "rectangular": "boxcar",
    "custom": [0.5, -1.25, 2.0, 0.0, 3.5],
    "None": None,
}
SHAPES = [(5, 1, 4), (1, 1, 2), (3, 1, 2), (8, 1, 5), (6, 1, 7), (9, 1, 3)]

for side, (name, window), scaling, periodic in itertools.product(
    ["real", "imag"], WINDOWS.items(), ["density", "spectrum", None], [False, True]
):
    # Nothing is scaled without a window, and only windows by name are periodic.
    if name == "None" and (scaling != "density" or periodic) or name == "custom" and periodic:
        continue
    print(side, name, scaling, periodic)
    array = keras.ops.convert_to_tensor(window, "float64") if name == "custom" else window
    init = keras.initializers.STFT(side, array, scaling, periodic)
    for shape in SHAPES if (name, scaling, periodic) == ("hann", "density", False) else SHAPES[:1]:
        values = keras.ops.convert_to_numpy(init(shape, dtype="float64")).ravel()
        print(f"    ({','.join(map(str, shape))})", *(f"{round(value, 13) + 0:.13g}" for value in values))
