"""Writes keras.txt, jax.txt, pytorch.txt and mindspore.txt beside this file.

    python3 compact.py FOLDER

FOLDER holds the recorded calls, one JSON object a line: keras.jsonl, jax.jsonl, pytorch.jsonl and
mindspore.jsonl. README.md says what the written lines mean, and which calls are kept.
"""

import json
import pathlib
import sys

# What a line says of one kernel; all else is an argument of the call.
OF_THE_KERNEL = {"shape", "fan_in", "fan_out", "law", "error", "no_op"}
# The same in every line, or told in README.md.
LEFT_OUT = {"system", "version", "call", "note"}
# About neither fans nor laws.
STRUCTURED = {"calculate_gain", "dirac_", "eye_", "sparse_", "orthogonal_"}


def numbers(values):
    return ",".join(map(str, values)) or "()"


def argument(value):
    return numbers(value) if isinstance(value, list) else str(value)


def heading(call):
    arguments = (f"{name}={argument(value)}" for name, value in call.items()
                 if name not in OF_THE_KERNEL | LEFT_OUT)
    return " ".join([call["call"], *arguments])


def kernel(call):
    shape = numbers(call["shape"])
    if "error" in call:
        return f" {shape} error {call['error'].split(':')[0]}"
    fan_in, fan_out = call["fan_in"], call["fan_out"]
    # jax' are floating-point numbers.
    assert fan_in == int(fan_in) and fan_out == int(fan_out)
    fans = f" {shape} {int(fan_in)} {int(fan_out)} "
    if "no_op" in call:
        return fans + "no_op"
    return fans + " ".join(map(str, call["law"].values()))


def kept(calls):
    """One of the 21 kernels of a call, each time another one; few of the short calls."""
    for i, (call, kernels) in enumerate(calls.items()):
        if len(kernels) > 2:
            yield from [call, kernels[i % 7 + 7 * (i % 3)]]
        elif i % 3 == 0:
            yield from [call, *kernels]


def main(folder):
    here = pathlib.Path(__file__).parent
    for system in ["keras", "jax", "pytorch", "mindspore"]:
        kernels = {}
        for line in (folder / f"{system}.jsonl").read_text().splitlines():
            call = json.loads(line)
            if call["call"] not in STRUCTURED:
                kernels.setdefault(heading(call), []).append(kernel(call))
        (here / f"{system}.txt").write_text("\n".join(kept(kernels)) + "\n")


main(pathlib.Path(sys.argv[1]))
