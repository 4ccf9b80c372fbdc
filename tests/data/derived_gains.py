#!/usr/bin/env python3
"""Gains derived from activations, 1 / sqrt(E[phi(z)^2]) for a standard normal z, in 22 digits.

    python3 -m pip install mpmath && python3 tests/data/derived_gains.py

Writes derived_gains.csv beside itself, in a few seconds.
"""

import pathlib

from mpmath import e, erfc, exp, floor, inf, log, log1p, mp, mpf, nstr, npdf, quad, sqrt, tanh

mp.dps = 40

SELU = mpf("1.0507009873554804934193349852946"), mpf("1.6732632423543772848170429916717")


def elu(x, alpha=1):
    return x if x > 0 else alpha * (exp(x) - 1)


def softplus(x):
    return log1p(exp(x))


# Activation, and where it has jumps or kinks.
ACTIVATIONS = {
    "elu": (elu, [0]),
    "gelu": (lambda x: x * erfc(-x / sqrt(2)) / 2, [0]),
    "mish": (lambda x: x * tanh(softplus(x)), [0]),
    "silu": (lambda x: x / (1 + exp(-x)), [0]),
    "softplus": (softplus, [0]),
    "tanh": (tanh, [0]),
    "sigmoid": (lambda x: 1 / (1 + exp(-x)), [0]),
    "selu": (lambda x: SELU[0] * elu(x, SELU[1]), [0]),
    "exponential": (exp, [0]),
    "hard_tanh": (lambda x: max(-1, min(1, x)), [-1, 1]),
    "relu6": (lambda x: max(0, min(6, x)), [0, 6]),
    "hard_swish": (lambda x: x * max(0, min(6, x + 3)) / 6, [-3, 0, 3]),
    "hard_sigmoid": (lambda x: max(0, min(1, x / 6 + mpf(1) / 2)), [-3, 3]),
    "shifted_relu": (lambda x: max(0, x - mpf(1) / 3), [mpf(1) / 3]),
    "late_step": (lambda x: mpf(x > e), [e]),
    "quarters": (lambda x: floor(4 * x) / 4, [mpf(k) / 4 for k in range(-80, 81)]),
}


def second_moment(activation, breaks):
    # Panels, so that the density's peak is resolved however far away the breaks are.
    points = sorted({mpf(k) for k in range(-20, 21, 2)} | {mpf(b) for b in breaks})
    pieces = zip([-inf, *points], [*points, inf])
    return sum(quad(lambda z: activation(z) ** 2 * npdf(z), piece) for piece in pieces)


def main():
    lines = ["activation,gain"]
    for name, (activation, breaks) in ACTIVATIONS.items():
        lines.append(f"{name},{nstr(1 / sqrt(second_moment(activation, breaks)), 22)}")
    (pathlib.Path(__file__).parent / "derived_gains.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
