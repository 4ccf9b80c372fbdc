"""Laws of drawn numbers, and the arithmetic on them that has a closed form."""

import math
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Constant:
    """A number that depends on no draw."""

    value: float


@dataclass(frozen=True)
class Uniform:
    low: float
    high: float


@dataclass(frozen=True)
class Normal:
    mean: float
    std: float


@dataclass(frozen=True)
class TruncatedNormal:
    """N(mean, std²) between absolute bounds."""

    mean: float
    std: float
    lower: float
    upper: float


Step = tuple[str, float | None]
"""An operation on a drawn number, by its name in a list or else in PyTorch, and its number if it has one."""


@dataclass(frozen=True)
class Transformed:
    """A law whose numbers go through steps, from left to right."""

    law: Uniform | Normal | TruncatedNormal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Orthogonal:
    """Elements of a random matrix of orthonormal columns, times a gain.

    Its rows and columns are numbered as its elements are: from `first` on, row by row.
    """

    first: int
    rows: int
    columns: int
    gain: float = 1.0


@dataclass(frozen=True)
class Sparse:
    """Columns of so many rows in which so many elements, any, are 0."""

    law: Uniform | Normal
    rows: int
    zeros: int


@dataclass(frozen=True)
class Factor:
    """Elements of a factor of normal numbers: Q as QR gives it, R, or the signs of R, numbered from `first` on."""

    name: str
    first: int
    rows: int
    columns: int
    other: int
    """The number of the other factor's first element."""


@dataclass(frozen=True)
class Permutation:
    """Elements of a random order of 0 … n − 1."""

    size: int


@dataclass(frozen=True)
class Unknown:
    """Not to be said in a list, for this reason."""

    reason: str


Law = Constant | Uniform | Normal | TruncatedNormal | Transformed | Orthogonal | Sparse | Factor | Permutation | Unknown


def scaled(law: Law, scale: float) -> Law:
    """The law of x · scale."""
    match law:
        case Unknown():
            return law
        case _ if scale == 0:
            return Constant(0.0)
        case Uniform(low, high):
            return Uniform(*sorted((low * scale, high * scale)))
        case Normal(mean, std):
            return Normal(mean * scale, std * abs(scale))
        case TruncatedNormal(mean, std, lower, upper):
            return TruncatedNormal(mean * scale, std * abs(scale), *sorted((lower * scale, upper * scale)))
        case Orthogonal():
            return replace(law, gain=law.gain * abs(scale))
        case Sparse():
            return replace(law, law=scaled(law.law, scale))
        case Transformed(of, (*steps, ("scale", last))):
            return Transformed(of, (*steps, ("scale", last * scale)) if last * scale != 1 else tuple(steps))
    return stepped(law, "scale", scale)


def shifted(law: Law, shift: float) -> Law:
    """The law of x + shift."""
    match law:
        case Uniform(low, high):
            return Uniform(low + shift, high + shift)
        case Normal(mean, std):
            return Normal(mean + shift, std)
        case TruncatedNormal(mean, std, lower, upper):
            return TruncatedNormal(mean + shift, std, lower + shift, upper + shift)
        case _ if shift == 0:
            return law
    return stepped(law, "shift", shift)


def clamped(law: Law, low: float, high: float) -> Law:
    """The law of min(max(x, low), high)."""
    if isinstance(law, TruncatedNormal) and _is_bound(law, low, law.lower) and _is_bound(law, high, law.upper):
        return replace(law, lower=max(low, law.lower), upper=min(high, law.upper))
    match law:
        case Uniform(lowest, highest) | TruncatedNormal(_, _, lowest, highest):
            pass
        case _:
            lowest, highest = -math.inf, math.inf
    if low > lowest:
        law = stepped(law, "at_least", low)
    return stepped(law, "at_most", high) if high < highest else law


def _is_bound(law: TruncatedNormal, clamp: float, bound: float) -> bool:
    """The clamp is outside the bound, or is the bound but for rounding: erfinv is exact near the mean alone."""
    sign = 1 if bound > law.mean else -1
    clamp, bound = sign * (clamp - law.mean) / law.std, sign * (bound - law.mean) / law.std
    return clamp >= bound - 1e-5 or min(clamp, bound) > 5.5


def stepped(law: Law, name: str, number: float | None = None) -> Law:
    """The law of a function of x that has no closed form."""
    match law:
        case Unknown():
            return law
        case Uniform() | Normal() | TruncatedNormal():
            return Transformed(law, ((name, number),))
        case Transformed(of, steps):
            return Transformed(of, (*steps, (name, number)))
    return Unknown(f"is computed from a {type(law).__name__} by {name}".lower())


def erfinv(law: Law) -> Law:
    """The law of erf⁻¹(x): a truncated normal, of a uniform. `trunc_normal_` begins with it."""
    if isinstance(law, Uniform) and -1 <= law.low < law.high <= 1:
        return TruncatedNormal(0.0, math.sqrt(0.5), _erfinv(law.low), _erfinv(law.high))
    return stepped(law, "erfinv")


def _erfinv(x: float) -> float:
    import torch

    return torch.erfinv(torch.tensor(x, dtype=torch.float64)).item()


SOFTPLUS_INVERTED: tuple[Step, ...] = (("scale", -1.0), ("expm1", None), ("scale", -1.0), ("ln", None))
"""ln(1 − e⁻ˣ), to which Mamba adds x."""


def added(left: Law, right: Law) -> Law:
    """The law of f(x) + g(x), for one drawn x."""
    for one, other in ((left, right), (right, left)):
        steps = one.steps if isinstance(one, Transformed) else ()
        of = one.law if isinstance(one, Transformed) else one
        if other == Transformed(of, (*steps, *SOFTPLUS_INVERTED)):
            return stepped(one, "inverse_softplus")
    return Unknown("is a sum of functions of one draw")
