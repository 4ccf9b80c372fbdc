"""Compares recorded laws with what models really draw: `python compare.py models.txt`.

A line of the file has a model, as `record.py` takes it, and the arguments that make it small enough to be built. The
word `refused` before them says that no list can describe the model. Each number that a model drew goes through the
law's distribution function, which makes it uniform on [0, 1] if the law is right; a number that depends on no draw must
be the list's.
"""

import argparse
import base64
import functools
import gc
import importlib
import json
import math
import multiprocessing
import random
import sys
import tempfile
import time
import warnings
import zlib
from collections import Counter, OrderedDict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

import agreement
from forward import NoInput, check_forward
from ndarray_init_record.of_torch.models import constructor
from ndarray_init_record.of_torch.record import record
from ndarray_init_record.parameter_list import Entry, Initializer, ParameterList, called, versions

UNLIKELY = 1e-10
"""The probability of an error where all is right, for each test of each tensor."""

KOLMOGOROV = math.sqrt(-math.log(UNLIKELY / 2) / 2)
"""How far the distribution of n numbers may be off, times √n."""

MOST = 1 << 17
"""Elements of a tensor that are looked at."""


class Wrong(Exception):
    """A tensor is not as its list says."""


def drawn(build, seeds: int) -> list[dict[str, torch.Tensor]]:
    """What the model's constructor draws."""
    states = []
    for seed in range(seeds):
        torch.manual_seed(seed), np.random.seed(seed), random.seed(seed)
        states.append({name: tensor.detach() for name, tensor in build().state_dict().items()})
    return states


def check(entry: Entry, states: list[dict[str, torch.Tensor]]) -> None:
    """The tensors of these states, one of each, come from the entry's law."""
    tensors = [state[entry.name] for state in states]
    if {tuple(tensor.shape) for tensor in tensors} != {entry.shape}:
        raise Wrong(f"has the shape {tuple(tensors[0].shape)}, not {entry.shape}")
    if other := entry.tied_to or entry.same_as:
        if not all(torch.equal(tensor, state[other]) for tensor, state in zip(tensors, states)):
            raise Wrong(f"is not {other}")
        return
    of_initializer(entry.initializer, tensors)


def of_initializer(initializer: Initializer, tensors: list[torch.Tensor]) -> None:
    """Raises what is wrong with tensors that this initializer is to have made."""
    name, of = (initializer, {}) if isinstance(initializer, str) else next(iter(initializer.items()))
    match name:
        case "blocks":
            for part, initializer in _blocks(of, tensors[0].shape):
                axis = of["axis"]
                of_initializer(initializer, [tensor.narrow(axis, part.start, len(part)) for tensor in tensors])
        case "orthogonal":
            for tensor in tensors:
                _orthogonal(tensor.flatten(1).double(), of.get("gain", 1))
        case "sparse":
            rows = tensors[0].shape[0]
            for tensor in tensors:
                zeros = (tensor == 0).sum(0)
                if (zeros != math.ceil(of["sparsity"] * rows - 1e-9)).any():
                    raise Wrong(f"has columns of {zeros.tolist()} zeros")
            _law(of["law"], torch.cat([tensor[tensor != 0] for tensor in tensors]))
        case "uniform" | "normal" | "truncated_normal" | "transformed":
            if len(tensors) > 1 and tensors[0].numel() and torch.equal(tensors[0], tensors[1]):
                raise Wrong("is the same for two seeds")
            _law(initializer, torch.cat([tensor.flatten()[:MOST] for tensor in tensors]))
        case _:
            expected = _known(name, of, tensors[0])
            for tensor in tensors:
                if not torch.equal(torch.nan_to_num(tensor), torch.nan_to_num(expected)):
                    raise Wrong(f"differs from {json.dumps(initializer)[:80]}: {tensor.flatten()[:4].tolist()}")


def _blocks(of: dict, shape: torch.Size) -> Iterator[tuple[range, Initializer]]:
    parts = of.get("parts")
    if parts is None:
        size = shape[of["axis"]] // of["equal"]
        parts = [{"size": size, "initializer": of["initializer"]}] * of["equal"]
    start = 0
    for part in parts:
        yield range(start, start + part["size"]), part["initializer"]
        start += part["size"]
    if start != shape[of["axis"]]:
        raise Wrong(f"has blocks of {start} in all")


def _orthogonal(matrix: torch.Tensor, gain: float) -> None:
    matrix = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T
    if not torch.allclose(
        matrix.T @ matrix, gain**2 * torch.eye(matrix.shape[1], dtype=torch.float64), atol=1e-4 * gain**2
    ):
        raise Wrong("is no orthogonal matrix")


def _law(law: dict, values: torch.Tensor) -> None:
    """The distribution, the mean and the deviation of what the law makes uniform, and the mean and extremes."""
    values = values.double()
    bounds = law.get("truncated_normal", {}).get("bounds", {}).get("absolute", {}).values()
    # timm's trunc_normal_ draws −1 once in 2²⁴ numbers, whose erfinv is −∞, and clamps that to its bound.
    values = values[sum(values == bound for bound in bounds) == 0] if bounds else values
    if not values.isfinite().all():
        raise Wrong("is not finite")
    uniform = quantiles(law, values).sort().values
    count = uniform.numel()
    if count == 0:
        return
    steps = torch.arange(count, dtype=torch.float64)
    distance = torch.maximum((uniform - steps / count).abs(), ((steps + 1) / count - uniform).abs()).max().item()
    # A tensor of 16 bits has steps.
    if distance * math.sqrt(count) > KOLMOGOROV + 1e-3 * math.sqrt(count):
        raise Wrong(f"is not from {json.dumps(law)}: its distribution is {distance:.3g} off, of {count} elements")
    deviations = {
        "mean": (uniform.mean() - 0.5) * math.sqrt(12),
        "square": ((uniform - 0.5) ** 2 - 1 / 12).mean() * math.sqrt(180),
    }
    for name, deviation in deviations.items():
        if abs(deviation) * math.sqrt(count) > 7:
            raise Wrong(
                f"is not from {json.dumps(law)}: its {name} is {deviation:.3g} deviations off, of {count} elements"
            )
    # Bounds are rounded to the dtype. Beyond no bound, no number is as rare as that.
    far = UNLIKELY / count if "normal" in law else -1e-4
    if uniform[0] < far or 1 - uniform[-1] < far:
        raise Wrong(
            f"is not from {json.dumps(law)}: it has {values.min():.4g} and {values.max():.4g} in {count} elements"
        )


def quantiles(law: dict, values: torch.Tensor) -> torch.Tensor:
    """The law's distribution function of each value."""
    ((name, of),) = law.items()
    match name:
        case "uniform":
            return (values - of["low"]) / (of["high"] - of["low"])
        case "normal":
            return torch.special.ndtr((values - of.get("mean", 0)) / of["std"])
        case "truncated_normal":
            mean, std = of.get("mean", 0), of["std"]
            bounds = of.get("bounds", {"sigmas": {"lower": -2, "upper": 2}})
            ((unit, bound),) = bounds.items()
            ends = torch.tensor([bound.get("lower", -math.inf), bound.get("upper", math.inf)], dtype=torch.float64)
            ends = ends if unit == "sigmas" else (ends - mean) / std
            low, high = torch.special.ndtr(ends)
            return (torch.special.ndtr((values - mean) / std) - low) / (high - low)
        case "transformed":
            low, high = torch.zeros_like(values, dtype=torch.bool), torch.zeros_like(values, dtype=torch.bool)
            for step in reversed(of["steps"]):
                name, number = (step, 0.0) if isinstance(step, str) else next(iter(step.items()))
                low |= (values <= number + 1e-6 * abs(number)) & (name == "at_least")
                high |= (values >= number - 1e-6 * abs(number)) & (name == "at_most")
                values = INVERSES[name](values, number)
            uniform = quantiles(of["law"], values)
            # A number at a bound stands for all beyond.
            anywhere = torch.rand(uniform.shape, dtype=torch.float64)
            return torch.where(low, anywhere * uniform, torch.where(high, 1 - anywhere * (1 - uniform), uniform))
    raise Wrong(f"has the unknown law {name}")


INVERSES = {
    "exp": lambda x, _: x.log(),
    "ln": lambda x, _: x.exp(),
    "inverse_softplus": lambda x, _: torch.nn.functional.softplus(x),
    "scale": lambda x, number: x / number,
    "shift": lambda x, number: x - number,
    "at_least": lambda x, _: x,
    "at_most": lambda x, _: x,
}


def _known(name: str, of: object, tensor: torch.Tensor) -> torch.Tensor:
    match name:
        case "zeros" | "ones":
            return torch.full_like(tensor, 1 if name == "ones" else 0)
        case "constant":
            return (
                torch.tensor(of, dtype=torch.float64 if tensor.is_floating_point() else tensor.dtype)
                .to(tensor.dtype)
                .expand(tensor.shape)
            )
        case "range":
            places = torch.arange(tensor.shape[-1], dtype=torch.float64)
            return (of["start"] + of["step"] * places).to(tensor.dtype).expand(tensor.shape)
        case "identity":
            return torch.eye(*tensor.shape, dtype=tensor.dtype) * (of.get("gain", 1) if of else 1)
        case "dirac":
            return torch.nn.init.dirac_(torch.empty_like(tensor))
        case "data":
            content = bytearray(zlib.decompress(base64.b64decode(of)))
            return torch.frombuffer(content, dtype=tensor.dtype).reshape(tensor.shape)
    raise Wrong(f"has the unknown initializer {name}")


def made(tool: Path, text: str, entries: list[Entry], file: Path, seed: int) -> dict[str, torch.Tensor]:
    """What the tool writes into this file from the list, and the tensors that are tied to it."""
    from safetensors.torch import load_file

    agreement.make(tool, text, file, seed)
    state = load_file(file)
    return state | {entry.name: state[entry.tied_to] for entry in entries if entry.tied_to}


def use(spec: str, model: torch.nn.Module, file: Path, state: dict[str, torch.Tensor]) -> str:
    """Loads the file as the library's users do, and runs the model. Says how."""
    library = spec.partition(":")[0]
    versioned = OrderedDict(state)
    # The versions of modules, which safetensors does not keep: torchvision's MNASNet does not load without them.
    versioned._metadata = model.state_dict()._metadata
    model.load_state_dict(versioned, strict=True)
    done = "load_state_dict"
    if library == "transformers":
        folder = file.parent
        model.config.save_pretrained(folder)
        loaded = type(model).from_pretrained(folder).state_dict()
        if loaded.keys() != state.keys() or not all(torch.equal(loaded[name], state[name]) for name in state):
            raise Wrong("from_pretrained gives other tensors than the file has")
        done += ", from_pretrained"
    try:
        check_forward(library, model)
    except NoInput as error:
        return f"{done}, no forward pass: {error}"
    return f"{done}, forward pass"


def faults(entries: list[Entry], states: list[dict[str, torch.Tensor]]) -> dict[str, str]:
    """The tensors that are not as their list says, and how."""
    wrong = {}
    for entry in entries:
        try:
            check(entry, states)
        except Wrong as error:
            wrong[entry.name] = str(error)
    seen: dict[bytes, str] = {}
    laws = ('"uniform"', '"normal"', '"truncated_normal"', '"orthogonal"')
    for entry in entries:
        if any(law in json.dumps(entry.initializer) for law in laws) and math.prod(entry.shape) > 4:
            content = states[0][entry.name].flatten()[:64].double().numpy().tobytes()
            if content in seen:
                wrong[entry.name] = f"has the draws of {seen[content]}"
            seen[content] = entry.name
    return wrong


def model(spec: str, kwargs: dict, options: argparse.Namespace) -> tuple[str, str]:
    """How the model's tensors compare: right, refused or wrong, and the details."""
    build = constructor(spec, None, kwargs)
    start = time.time()
    found = record(build)
    seconds = time.time() - start
    states = drawn(build, options.seeds)
    known = {entry.name for entry in found.entries} | set(found.refused)
    wrong = {name: "is in one of list and model" for name in set(states[0]) ^ known} or faults(found.entries, states)
    text = ParameterList(called(spec, kwargs), versions("torch", spec), found.entries).to_json()
    if options.statistics and not wrong and not found.refused:
        written = [entry.name for entry in found.entries if not entry.tied_to and math.prod(entry.shape)]
        numbers = {name: [state[name].double().numpy() for state in states] for name in written}
        agreement.write(options.statistics, spec, text, numbers)
    count, elements = len(found.entries), sum(math.prod(entry.shape) for entry in found.entries)
    about = f"{count} tensors, {elements} elements, {seconds:.1f} s"
    if options.tool and not found.refused:
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / f"{seed}" / "model.safetensors" for seed in range(options.seeds)]
            states.clear()
            for seed, file in enumerate(files):
                file.parent.mkdir()
                states.append(made(options.tool, text, found.entries, file, seed))
            about += f"; the tool's: {use(spec, build(), files[0], states[0])}"
        wrong |= {f"the tool's {name}": fault for name, fault in faults(found.entries, states).items()}
    details = "; ".join(f"{name} {reason}" for name, reason in [*wrong.items(), *found.refused.items()][:3])
    verdict = "wrong" if wrong else "refused" if found.refused else "right"
    return verdict, f"{about}; {len(wrong)} wrong, {len(found.refused)} refused: {details}" if details else about


def line(text: str, options: argparse.Namespace) -> tuple[str, bool, str]:
    """The verdict on a line of the file, if it is the expected one, and what is printed of it."""
    expected = "refused" if text.startswith("refused ") else "right"
    text = text.removeprefix("refused ")
    spec, _, kwargs = text.partition(" ")
    try:
        verdict, about = model(spec, json.loads(kwargs or "{}"), options)
    except Exception as error:
        verdict, about = "failed", f"{type(error).__name__}: {str(error)[:600]}"
    gc.collect()
    return verdict, verdict == expected, f"{verdict:8} {text}\n         {about}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--tool", type=Path, help="`checkpoint`, whose tensors are loaded into the models and compared")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument(
        "--statistics", type=Path, metavar="FOLDER", help="where each list goes, with what the model drew"
    )
    parser.add_argument("--only", default="", help="models whose line has this text")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    lines = [text.strip() for text in options.models.read_text().splitlines() if options.only in text]
    lines = [text for text in lines if text and not text.startswith("#")]
    libraries = {text.removeprefix("refused ").partition(":")[0] for text in lines}
    for library in libraries:
        importlib.import_module(library)
    print(agreement.compared(["torch", *sorted(libraries - {"torch.nn"})]), flush=True)
    counts: Counter[str] = Counter()
    unexpected = []
    with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
        for verdict, is_expected, text in pool.imap_unordered(functools.partial(line, options=options), lines):
            counts[verdict] += 1
            unexpected += [] if is_expected else [text.splitlines()[0]]
            print(text, flush=True)
    print(dict(counts), *(f"unexpected: {text}" for text in unexpected), sep="\n")
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main())
