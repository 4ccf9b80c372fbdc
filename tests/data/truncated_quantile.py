#!/usr/bin/env python3
"""Quantiles and moments of truncated standard normals, in 60 digits and more where they cancel.

    python3 -m pip install mpmath && python3 tests/data/truncated_quantile.py

Writes truncated_quantile.csv and truncated_moments.csv beside itself; takes a few seconds. A word w
(signed, of so many bits) stands for u = (w + 1/2) / 2^bits + 1/2, and the quantile for z with
Phi(z) = Phi(lower) + u (Phi(upper) - Phi(lower)).
"""

import pathlib

from mpmath import mp, mpf

HERE = pathlib.Path(__file__).parent

# As they stand in truncated_normal_moments.csv, and a few more: what counts is the double that a
# decimal is read as, so each is taken as that double.
BOUNDS = [
    ("-2", "2"), ("-1", "1"), ("-3", "3"), ("-0.5", "0.5"), ("-2", "1"), ("0", "2"), ("-1", "inf"),
    ("-inf", "0.5"), ("2", "3"), ("5", "6"), ("-8", "-7"), ("-0.01", "0.02"), ("8", "inf"),
    ("-10", "10"), ("100", "inf"), ("40", "41"), ("-50", "-49.9"), ("1e6", "inf"), ("3.9", "inf"),
    ("-3.99", "0.1"), ("0.5", "0.500001"), ("-1", "2.5"), ("-inf", "-3"), ("4", "4.5"),
    ("-6.5", "-1.5"), ("3.5", "9"),
]


def words(bits):
    """The extreme ones, those around zero, and some between."""
    half = 1 << (bits - 1)
    between = [half // 97 * k for k in (3, 41, 89, 96)]
    chosen = [-half, -half + 1, -1, 0, 1, half - 2, half - 1]
    return sorted(chosen + between + [-1 - w for w in between])


def exceeding(z):
    return mp.erfc(z / mp.sqrt(2)) / 2


def quantile(alpha, beta, u):
    """By bisection for a start, then Newton's method on the logarithm of the nearer tail."""
    mirrored = -alpha > beta
    if mirrored:
        alpha, beta, u = -beta, -alpha, 1 - u
    target = exceeding(alpha) * (1 - u) + exceeding(beta) * u
    low, high = alpha, min(beta, max(mpf(12), alpha + 400 / max(alpha, mpf(1))))
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if exceeding(middle) > target else (low, middle)
    z = (low + high) / 2
    for _ in range(100):
        step = mp.log(exceeding(z) / target) * exceeding(z) / mp.npdf(z)
        z += step
        if abs(step) < mpf(10) ** -50 * max(abs(z), mpf(10) ** -20):
            return -z if mirrored else z
    raise ArithmeticError("no convergence")


def moments(alpha, beta):
    def at(z):
        return mpf(0) if mp.isinf(z) else mp.npdf(z)

    def times(z):
        return mpf(0) if mp.isinf(z) else z * mp.npdf(z)

    mirrored = -alpha > beta
    if mirrored:
        alpha, beta = -beta, -alpha
    mass = exceeding(alpha) - exceeding(beta)
    mean = (at(alpha) - at(beta)) / mass
    variance = 1 + (times(alpha) - times(beta)) / mass - mean**2
    return -mean if mirrored else mean, mp.sqrt(variance)


def main():
    quantiles, table = ["lower,upper,bits,word,z"], ["lower,upper,mean,std"]
    for names in BOUNDS:
        alpha, beta = (mpf(float(name)) for name in names)
        mp.dps = 120
        mean, std = (mp.nstr(m, 22) if abs(m) > mpf(10) ** -60 else "0.0" for m in moments(alpha, beta))
        table.append(",".join([*names, mean, std]))
        mp.dps = 60
        for bits in (32, 64):
            for w in words(bits):
                u = (w + mpf(1) / 2) / mpf(2) ** bits + mpf(1) / 2
                z = mp.nstr(quantile(alpha, beta, u), 22)
                quantiles.append(",".join([*names, str(bits), str(w), z]))
    for name, lines in [("quantile", quantiles), ("moments", table)]:
        (HERE / f"truncated_{name}.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
