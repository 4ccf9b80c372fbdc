"""Steps: from a uniform number of [0, 1), operation by operation, to the law in closed form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import erf, inf, sqrt
from statistics import NormalDist
from typing import Any

Step = tuple[str, float]


@dataclass(frozen=True)
class Uniform:
    """U[low, high)."""

    low: float = 0.0
    high: float = 1.0

    def then(self, kind: str, number: float) -> Uniform | Normal | None:
        """The law after one more step, or None if it has no closed form."""
        slack = 1e-6 * (self.high - self.low)
        match kind:
            case "scale":
                low, high = sorted((self.low * number, self.high * number))
                return Uniform(low, high)
            case "shift":
                return Uniform(self.low + number, self.high + number)
            case "at_least" if number <= self.low + slack:
                return self
            case "at_most" if number >= self.high - slack:
                return self
            case "erf_inv" if -1 - number <= self.low and self.high <= 1 + number:
                return Normal(0.0, sqrt(0.5), sigmas(self.low, number), sigmas(self.high, number), number)
        return None

    def form(self) -> Any:
        if abs(self.low + self.high) < 1e-6 * self.high:
            return {"uniform": {"low": -rounded(self.high), "high": rounded(self.high)}}
        return {"uniform": {"low": rounded(self.low), "high": rounded(self.high)}}


@dataclass(frozen=True)
class Normal:
    """N(mean, std²) between two bounds, counted in std."""

    mean: float
    std: float
    lower: float
    upper: float
    epsilon: float
    """The resolution of the uniform number that it was made of, near 1."""

    def then(self, kind: str, number: float) -> Normal | None:
        """The law after one more step, or None if it has no closed form."""
        match kind:
            case "scale":
                lower, upper = sorted((self.lower * number, self.upper * number))
                lower, upper = (lower / abs(number), upper / abs(number))
                return Normal(self.mean * number, self.std * abs(number), lower, upper, self.epsilon)
            case "shift":
                return Normal(self.mean + number, self.std, self.lower, self.upper, self.epsilon)
            case "at_least" if self.is_bound(number, self.lower):
                return Normal(self.mean, self.std, (number - self.mean) / self.std, self.upper, self.epsilon)
            case "at_most" if self.is_bound(number, self.upper):
                return Normal(self.mean, self.std, self.lower, (number - self.mean) / self.std, self.epsilon)
            case "at_least" if number <= self.mean + self.lower * self.std:
                return self
            case "at_most" if number >= self.mean + self.upper * self.std:
                return self
        return None

    def is_bound(self, number: float, bound: float) -> bool:
        """The number is this bound, but for the rounding of the uniform number."""
        place = (number - self.mean) / self.std
        return abs(erf(place / sqrt(2)) - erf(bound / sqrt(2))) < 4 * self.epsilon

    def form(self) -> Any:
        fields: dict[str, Any] = {"mean": rounded(self.mean)} if self.mean else {}
        fields["std"] = rounded(self.std)
        bounds = {"lower": rounded(self.lower, 6), "upper": rounded(self.upper, 6)}
        if bounds == {"lower": -inf, "upper": inf}:
            return {"normal": fields}
        if bounds != {"lower": -2, "upper": 2}:
            fields["bounds"] = {"sigmas": {name: bound for name, bound in bounds.items() if abs(bound) < inf}}
        return {"truncated_normal": fields}


def closed(steps: Iterable[Step]) -> tuple[Uniform | Normal, list[Step]]:
    """The law of the longest run of steps that has a closed form, and the steps that are left."""
    law: Uniform | Normal = Uniform()
    left: list[Step] = []
    for kind, number in steps:
        following = None if left else law.then(kind, number)
        if following is None:
            left.append((kind, number))
        else:
            law = following
    return law, left


def is_standard_normal(steps: Iterable[Step]) -> bool:
    """The draws are normal, untruncated, around 0."""
    law, left = closed(steps)
    return not left and isinstance(law, Normal) and (law.mean, law.lower, law.upper) == (0, -inf, inf)


def sigmas(uniform: float, epsilon: float) -> float:
    """√2 · erf⁻¹ of a bound; of one that touches ±1, infinity."""
    if abs(uniform) >= 1 - epsilon:
        return inf if uniform > 0 else -inf
    return NormalDist().inv_cdf((uniform + 1) / 2)


def rounded(number: float, digits: int = 7) -> float | int:
    """To the digits that float32 has."""
    short = float(f"{number:.{digits}g}")
    return int(short) if abs(short) < 1e6 and short == int(short) else short
