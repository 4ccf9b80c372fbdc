"""What the scripts share: the work, the clock, and the form of a row."""

import math
import os
import statistics
import time

SHAPE = (4096, 4096)
RUNS = 7

XAVIER_UNIFORM = "Xavier uniform"
KAIMING_NORMAL = "Kaiming normal"
TRUNCATED_NORMAL = "truncated normal"

FAN_IN, FAN_OUT = SHAPE
BOUND = math.sqrt(6 / (FAN_IN + FAN_OUT))
STD = math.sqrt(2 / FAN_IN)
TRUNCATED_STD = STD / 0.87962566103423978

# The cores that this process may use, which is what each library sizes its pool by.
CORES = len(os.sched_getaffinity(0))


def row(system, version, law, how, draw, threads=CORES):
    """The median of some runs, after one that does not count (it compiles, where there is
    something to compile). What is drawn is dropped outside of the time."""
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter_ns()
        drawn = draw()
        times.append(time.perf_counter_ns() - start)
        del drawn
    ns = statistics.median(times[1:]) / math.prod(SHAPE)
    print(
        f"| {system:<20} | {version:<8} | {law:<16} | {how:<8} | {threads:>7} | {ns:>13.2f} |",
        flush=True,
    )
