# python3 -m venv .venv/pytorch
# .venv/pytorch/bin/pip install torch==2.15.0 numpy==2.4.6
"""PyTorch's orthogonal_, of the shapes that the bench `ratios` has, and others; not part of `run`."""

import statistics
import time

import torch
from torch.nn import init

RUNS = 7
SHAPES = [(64, 64), (256, 256), (1024, 1024), (2048, 2048), (4096, 1024), (1024, 4096)]

for threads in [1, 2]:
    torch.set_num_threads(threads)
    for dtype in [torch.float32, torch.float64]:
        for shape in SHAPES:
            w = torch.empty(shape, dtype=dtype)
            times = []
            for _ in range(RUNS + 1):
                start = time.perf_counter()
                init.orthogonal_(w)
                times.append(time.perf_counter() - start)
            ms = 1e3 * statistics.median(times[1:])
            print(f"{torch.__version__} {dtype} {threads} threads {shape}: {ms:.2f} ms", flush=True)
