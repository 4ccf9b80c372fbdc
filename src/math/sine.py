#!/usr/bin/env python3
"""The tables of sine.rs: polynomials for the sine and cosine of up to an eighth of a turn.

With y = g², sin(πg) / g and cos(πg) are smooth in y on [0, 1/16]. Each polynomial interpolates them
at the zeros of a Chebyshev polynomial, which is within a digit of the best one. Needs mpmath.
"""

from mpmath import cos, cospi, mp, mpf, pi, polyval, lu_solve, matrix, sinpi

mp.dps = 50
END = mpf(1) / 16


def sine(y):
    g = mp.sqrt(y)
    return sinpi(g) / g if g else +pi


def cosine(y):
    return cospi(mp.sqrt(y))


def fit(f, count):
    """Ascending coefficients, as many as asked for, and the largest relative error."""
    nodes = [END * (1 + cos(pi * (2 * i + 1) / (2 * count))) / 2 for i in range(count)]
    powers = matrix(count, count)
    for i, y in enumerate(nodes):
        for j in range(count):
            powers[i, j] = y**j
    c = list(lu_solve(powers, matrix([f(y) for y in nodes])))
    points = [END * i / 4000 for i in range(4001)]
    error = max(abs(polyval(c[::-1], y) / f(y) - 1) for y in points)
    return c, error


for kind, digits, count in [("f32", 9, 4), ("f64", 17, 7)]:
    for name, f in [("SINE", sine), ("COSINE", cosine)]:
        c, error = fit(f, count)
        print(f"// {name.lower()}, {kind}: relative error {mp.nstr(error, 2)}")
        print(f"const {name}: [{kind}; {count}] = [")
        for value in c:
            print(f"    {mp.nstr(value, digits, min_fixed=0, max_fixed=0)},")
        print("];")
