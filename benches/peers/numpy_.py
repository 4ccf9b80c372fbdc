# python3 -m venv .venv/numpy
# .venv/numpy/bin/pip install numpy==2.4.6
"""NumPy's generator, which draws on one thread and has no truncated law, and its fill."""

import numpy as np

from table import BOUND, KAIMING_NORMAL, SHAPE, STD, XAVIER_UNIFORM, row

RNG = np.random.Generator(np.random.PCG64(1))
W = np.zeros(SHAPE, np.float32)


# `Generator.uniform` draws no float32.
def uniform(out=None):
    w = RNG.random(SHAPE, np.float32, out)
    w *= np.float32(2 * BOUND)
    w -= np.float32(BOUND)
    return w


def normal(out=None):
    w = RNG.standard_normal(SHAPE, np.float32, out)
    w *= np.float32(STD)
    return w


for law, how, draw in [
    ("fill", "in place", lambda: W.fill(0.5)),
    ("fill", "fresh", lambda: np.full(SHAPE, 0.5, np.float32)),
    (XAVIER_UNIFORM, "in place", lambda: uniform(W)),
    (XAVIER_UNIFORM, "fresh", uniform),
    (KAIMING_NORMAL, "in place", lambda: normal(W)),
    (KAIMING_NORMAL, "fresh", normal),
]:
    row("NumPy", np.__version__, law, how, draw, threads=1)
