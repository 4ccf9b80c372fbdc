"""What PyTorch's operations do to labels. To teach the recorder an operation, add the operation to a table here.

FILLS write one number everywhere and DRAWS draw. RULES has the operations on drawn elements: MOVES move them as they
are, UNARY and BINARY ones map each of them, and the rest recognize what `torch.nn.init` does with several operations.
A rule that does not understand its arguments returns NotImplemented. Names are those of `torch.ops.aten`; most
operations have one rule, in place and out of place.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch.utils._pytree import tree_map, tree_map_only

from ..labels import LARGEST, Labels
from ..laws import (
    UNARY,
    WITH_NUMBER,
    Constant,
    Law,
    Normal,
    Permutation,
    Sparse,
    Uniform,
    Unknown,
    clamped,
    of_two,
    scaled,
)
from ..matrices import is_fresh, qr, times_signs

if TYPE_CHECKING:
    from .recorder import Recorder

NEVER_WRITTEN = Unknown("was never written: the constructor leaves uninitialized memory there")

FILLS: dict[str, Callable[..., Law]] = {
    **dict.fromkeys(
        ("empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided"), lambda *_: NEVER_WRITTEN
    ),
    **dict.fromkeys(("zeros", "zeros_like", "new_zeros", "zero_"), lambda *_: Constant(0)),
    **dict.fromkeys(("ones", "ones_like", "new_ones"), lambda *_: Constant(1)),
    **dict.fromkeys(("full", "full_like", "fill_"), lambda _, value, *__: Constant(value)),
    "new_full": lambda _, __, value: Constant(value),
}

DRAWS: dict[str, Callable[..., Law]] = {
    "uniform_": Uniform,
    "normal_": Normal,
    "normal": lambda *given: Normal(*given) if len(given) == 2 else Unknown("has many means or deviations"),
    **dict.fromkeys(("rand", "rand_like"), lambda *_: Uniform(0.0, 1.0)),
    **dict.fromkeys(("randn", "randn_like"), lambda *_: Normal(0.0, 1.0)),
    "randperm": lambda n, *_: Permutation(int(n)),
}
"""Of the numbers that the operation is given, with their defaults."""

MOVES: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(
        ("cat", "stack", "repeat", "flip", "roll", "tril", "triu", "index", "index_select", "gather"), (0,)
    ),
    **dict.fromkeys(("_unsafe_view", "diagonal_copy", "diag_embed", "repeat_interleave", "unfold_copy"), (0,)),
    **dict.fromkeys(("slice_scatter", "select_scatter"), (0, 1)),
    **dict.fromkeys(("index_put", "masked_fill", "constant_pad_nd"), (0, 2)),
    **dict.fromkeys(("index_fill", "index_copy"), (0, 3)),
    "where": (1, 2),
}
"""Which arguments hold what is moved; the others say where."""


def move(recorder: Recorder, func, args, kwargs):
    """Runs the operation on the elements' places in place of the elements, which shows where each one comes from."""
    moved = [Labels.of(Constant(0), 1)]  # Place 0 is that of the zero which an operation brings in by itself.

    def places(value: Any) -> Any:
        labels = recorder.labels(value) if isinstance(value, torch.Tensor) else Labels.of(Constant(value), 1)
        first = sum(labels.size for labels in moved)
        moved.append(labels)
        return (
            torch.arange(first, first + labels.size).reshape(value.shape) if isinstance(value, torch.Tensor) else first
        )

    values = MOVES[_name(func)]
    wheres = [arg for position, arg in enumerate(args) if position not in values]
    if sum(map(torch.numel, tensors(args))) > LARGEST or not all(map(recorder.is_known, tensors(wheres))):
        return NotImplemented
    inputs = [
        tree_map(places, arg) if position in values else tree_map_only(torch.Tensor, recorder.values, arg)
        for position, arg in enumerate(args)
    ]
    taken = func(*inputs, **kwargs).flatten().numpy()
    return _written(recorder, func, args, kwargs, Labels.joined(moved).take(taken))


def copy(recorder: Recorder, func, args, kwargs):
    """The same elements, perhaps in another dtype of real numbers, broadcast where there are more places."""
    source = args[1] if _name(func) == "copy" else args[0]
    if func.overloadpacket is torch.ops.aten.copy_:
        with recorder.fake:
            source = source.expand(args[0].shape)
    out = recorder.run(func, args, kwargs)
    if recorder.is_known(source):
        recorder.write_values(out, recorder.values(source).to(out.dtype))
    elif out.dtype == source.dtype or out.is_floating_point() and source.is_floating_point():
        recorder.write(out, recorder.labels(source))
    else:
        return NotImplemented
    return out


# Maps of each element.

CLAMPS: dict[str, Callable[..., Law]] = {
    "clamp": lambda x, min=None, max=None: clamped(
        x, -math.inf if min is None else min, math.inf if max is None else max
    ),
    "clamp_min": lambda x, min: clamped(x, min, math.inf),
    "clamp_max": lambda x, max: clamped(x, -math.inf, max),
}


def unary(recorder: Recorder, func, args, kwargs):
    x, *numbers = args
    if tensors((numbers, kwargs)):
        return NotImplemented

    def image(law: Law) -> Law:
        if isinstance(law, Constant):
            return _computed(func, law, *numbers, **kwargs)
        return (CLAMPS | UNARY)[_name(func)](law, *numbers, **kwargs)

    return _written(recorder, func, args, kwargs, recorder.labels(x).map(image))


def binary(recorder: Recorder, func, args, kwargs):
    if "rounding_mode" in kwargs:
        return NotImplemented
    shape = torch.broadcast_shapes(*(tensor.shape for tensor in tensors(args)))
    x, y = (
        recorder.labels(recorder.run(torch.ops.aten.expand.default, (arg, shape), {}))
        if isinstance(arg, torch.Tensor)
        else Labels.of(Constant(arg), math.prod(shape))
        for arg in args[:2]
    )
    alpha = kwargs.get("alpha", args[2] if len(args) > 2 else 1)
    if alpha != 1:
        y = y.map(lambda law: scaled(law, alpha) if not isinstance(law, Constant) else Constant(law.value * alpha))

    def image(x: Law, y: Law, is_one_draw: bool) -> Law:
        if isinstance(x, Constant) and isinstance(y, Constant):
            return _computed(func, x, y)
        return of_two(str(func), _name(func), x, y, is_one_draw)

    return _written(recorder, func, args, kwargs, _name(func) == "mul" and times_signs(x, y) or x.combined(y, image))


def _computed(func, *arguments, **kwargs) -> Law:
    """The operation on numbers."""
    numbers = [torch.tensor(x.value, dtype=torch.float64) if isinstance(x, Constant) else x for x in arguments]
    return Constant(func.overloadpacket(*numbers, **kwargs).item())


def decompose(recorder: Recorder, func, args, kwargs):
    if args[0].ndim != 2 or not (factors := qr(recorder.labels(args[0]), args[0].shape, lambda _: recorder.draws)):
        return NotImplemented
    out = recorder.run(func, args, kwargs)
    for tensor, labels in zip(out, factors):
        recorder.write(tensor, labels)
    recorder.draws += out[1].numel()
    return out


def put(recorder: Recorder, func, args, kwargs):
    """The first entries of a permutation say which elements of a column `sparse_` sets to 0."""
    column = args[0]
    if _name(func) == "index_put" and any(args[3:]):  # It accumulates.
        return NotImplemented
    match _name(func), args[1:]:
        case ("index_fill", (0, torch.Tensor() as places, 0)) | (
            "index_put",
            ([torch.Tensor() as places], torch.Tensor()),
        ):
            labels, order = recorder.labels(column), recorder.labels(places)
            is_zero = _name(func) == "index_fill" or recorder.is_known(args[2]) and not recorder.values(args[2]).any()
            law = labels.distinct()[0]
            is_drawn = isinstance(law, Normal | Uniform) and is_fresh(labels)
            if order.distinct() == [Permutation(column.numel())] and is_drawn and is_zero:
                sparse = Sparse(law, column.numel(), order.size)
                return _written(recorder, func, args, kwargs, labels.map(lambda _: sparse))
    return move(recorder, func, args, kwargs)


def _written(recorder: Recorder, func, args, kwargs, labels: Labels):
    out = recorder.run(func, args, kwargs)
    recorder.write(out, labels)
    return out


def _name(func) -> str:
    return func.overloadpacket.__name__.removesuffix("_")


def tensors(arguments: Any) -> list[torch.Tensor]:
    """The tensors among an operation's arguments, which may be lists."""
    if isinstance(arguments, torch.Tensor):
        return [arguments]
    if isinstance(arguments, dict):
        arguments = arguments.values()
    elif not isinstance(arguments, list | tuple):
        return []
    return [tensor for argument in arguments for tensor in tensors(argument)]


RULES: dict[str, Callable] = {
    **dict.fromkeys(MOVES, move),
    **dict.fromkeys(CLAMPS | UNARY, unary),
    **dict.fromkeys(WITH_NUMBER, binary),
    **dict.fromkeys(("copy", "clone", "_to_copy"), copy),
    "linalg_qr": decompose,
    **dict.fromkeys(("index_put", "index_fill"), put),
}
