# python3 -m venv .venv/pytorch
# .venv/pytorch/bin/pip install torch==2.15.0 numpy==2.4.6
"""PyTorch's initializers, in place as they are meant, and on new tensors."""

from functools import partial

import torch
from torch.nn import init

from table import KAIMING_NORMAL, SHAPE, TRUNCATED_NORMAL, TRUNCATED_STD, XAVIER_UNIFORM, row

VERSION = torch.__version__.split("+")[0]
W = torch.zeros(SHAPE)

for law, initialize in [
    (XAVIER_UNIFORM, init.xavier_uniform_),
    (KAIMING_NORMAL, partial(init.kaiming_normal_, nonlinearity="relu")),
    (
        TRUNCATED_NORMAL,
        partial(init.trunc_normal_, std=TRUNCATED_STD, a=-2 * TRUNCATED_STD, b=2 * TRUNCATED_STD),
    ),
]:
    for how, draw in [
        ("in place", lambda: initialize(W)),
        ("fresh", lambda: initialize(torch.empty(SHAPE))),
    ]:
        row("PyTorch", VERSION, law, how, draw, torch.get_num_threads())
