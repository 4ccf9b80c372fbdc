"""Laws of drawn numbers, and the arithmetic on them that has a closed form."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from statistics import NormalDist


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
    """N(mean, std²) between absolute bounds, which may be infinite."""

    mean: float
    std: float
    lower: float
    upper: float
    epsilon: float = field(default=2**-23, compare=False)
    """The resolution, near 1, of the uniform numbers that it was made of."""


Step = tuple[str, float | None]
"""An operation on a drawn number, by its name in a list or else in the framework, and its number if it has one."""


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
class Bits:
    """Random bits, the first step of every draw of JAX: so many at the low end, the others 0 or those of 1.0."""

    width: int
    is_mantissa: bool = False


@dataclass(frozen=True)
class Unknown:
    """Not to be said in a list, for this reason."""

    reason: str


Matrix = Orthogonal | Sparse | Factor
Law = Constant | Uniform | Normal | TruncatedNormal | Transformed | Matrix | Permutation | Bits | Unknown


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
            lower, upper = sorted((lower * scale, upper * scale))
            return replace(law, mean=mean * scale, std=std * abs(scale), lower=lower, upper=upper)
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
        case TruncatedNormal(mean, _, lower, upper):
            return replace(law, mean=mean + shift, lower=lower + shift, upper=upper + shift)
        case _ if shift == 0:
            return law
    return stepped(law, "shift", shift)


def clamped(law: Law, low: float, high: float) -> Law:
    """The law of min(max(x, low), high)."""
    result = law
    for name, sign, clamp, step in (("lower", -1, low, "at_least"), ("upper", 1, high, "at_most")):
        bound = _bound(law, name, sign, clamp)
        if bound is None:
            result = stepped(result, step, clamp)
        elif isinstance(result, TruncatedNormal):
            result = replace(result, **{name: bound})
    return result


def _bound(law: Law, name: str, sign: int, clamp: float) -> float | None:
    """The bound after a clamp that is outside of it, or at it but for the rounding of uniform numbers. Else none."""
    match law:
        case Uniform(low, high):
            bound = high if sign > 0 else low
            return bound if sign * (clamp - bound) >= -1e-6 * (high - low) else None
        case TruncatedNormal(mean, std):
            bound = getattr(law, name)
            at, end = (sign * (x - mean) / std for x in (clamp, bound))
            if at >= end + 0.1:
                return bound
            if abs(math.erf(at / math.sqrt(2)) - math.erf(end / math.sqrt(2))) < 4 * law.epsilon:
                return clamp
            return bound if at >= end else None
    return clamp if math.isinf(clamp) else None


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


def erfinv(law: Law, epsilon: float = 0.0) -> Law:
    """The law of erf⁻¹(x): a truncated normal, of a uniform whose numbers have this resolution near 1."""
    if isinstance(law, Uniform) and -1 - epsilon <= law.low < law.high <= 1 + epsilon:
        lower, upper = (_erfinv(bound, epsilon) for bound in (law.low, law.high))
        return TruncatedNormal(0.0, math.sqrt(0.5), lower, upper, max(epsilon, 2**-23))
    return stepped(law, "erfinv")


def _erfinv(x: float, epsilon: float) -> float:
    """Of a bound that touches ±1, infinity."""
    if abs(x) >= 1 - epsilon:
        return math.copysign(math.inf, x)
    return math.copysign(NormalDist().inv_cdf((1 - abs(x)) / 2), x) / math.sqrt(2) if x else 0.0


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


def signs(law: Law) -> Law:
    return replace(law, name="signs of r") if isinstance(law, Factor) and law.name == "r" else stepped(law, "sign")


UNARY: dict[str, Callable[[Law], Law]] = {
    "neg": lambda x: scaled(x, -1.0),
    "exp": lambda x: stepped(x, "exp"),
    "log": lambda x: stepped(x, "ln"),
    "log1p": lambda x: stepped(shifted(x, 1.0), "ln"),
    "expm1": lambda x: stepped(x, "expm1"),
    "erfinv": erfinv,
    "sign": signs,
}
"""Functions of a draw, by names that the frameworks have."""

WITH_NUMBER: dict[str, Callable[[Law, float], Law]] = {
    "mul": scaled,
    "div": lambda x, number: scaled(x, 1 / number) if number else Unknown("is divided by 0"),
    "add": shifted,
    "sub": lambda x, number: shifted(x, -number),
    "rsub": lambda x, number: shifted(scaled(x, -1.0), number),
    "maximum": lambda x, number: clamped(x, number, math.inf),
    "minimum": lambda x, number: clamped(x, -math.inf, number),
}
"""Functions of a draw and a number, in this order."""

SWAPPED = {"sub": "rsub", "rsub": "sub"}


def of_two(operation: str, name: str, x: Law, y: Law, is_one_draw: bool) -> Law:
    """The law of an operation on two elements that are not both constant."""
    match x, y:
        case (Unknown() as law, _) | (_, Unknown() as law):
            return law
        case _, Constant(number):
            return WITH_NUMBER[name](x, number)
        case Constant(_), _ if name == "div":
            return Unknown("is divided by a draw")
        case Constant(number), _:
            return WITH_NUMBER[SWAPPED.get(name, name)](y, number)
        case _ if name == "add" and is_one_draw:
            return added(x, y)
    return Unknown(f"is computed from two drawn numbers by {operation}")
