#!/usr/bin/env python3
"""Fits the tables of quantile.rs and prints them as Rust. Needs mpmath; takes about a minute.

    python3 -m pip install mpmath && python3 src/math/normal_quantile.py

Every table is a minimax rational function N/D in the relative error, found by Remez' second
algorithm in 60 digits. With x = 2p - 1 and q = 1 - |x| (twice the nearer tail's probability):

  CENTRE   z/x - 1.5 as a function of d = 1 - x^2
  TAIL     z - 1.375 s as a function of s = sqrt(-ln q), from where the centre ends to q = e^-54.5
  MILLS    z * (1 - Phi(z)) / phi(z) as a function of 1/z^2, for z >= 4
  LOG      (ln m - 2s) / s^3 as a function of s^2, s = (m - 1) / (m + 1), m from 1/sqrt2 to sqrt2
  EXP      (e^r - 1 - r) / r^2 as a function of r, |r| <= ln2 / 2
"""

from mpmath import mp, mpf

mp.dps = 60


def identity(t):
    return t


def remez(f, low, high, n, m, spread=identity, gather=identity):
    """The (n, m) rational function with the least relative error to f on [low, high].

    `spread` maps the variable in which the error oscillates evenly to the argument, `gather` back.
    Returns ascending coefficients (numerator, denominator with constant 1) and the error.
    """
    low, high = mpf(low), mpf(high)
    t0, t1 = gather(low), gather(high)
    count = n + m + 2
    grid = [spread(t0 + (t1 - t0) * i / (60 * count)) for i in range(60 * count + 1)]
    grid[0], grid[-1] = low, high
    values = [f(g) for g in grid]
    known = dict(zip(grid, values))
    nodes = [
        grid[int(mp.nint(60 * count * (1 - mp.cos(mp.pi * i / (count - 1))) / 2))]
        for i in range(count)
    ]
    for _ in range(30):
        numerator, denominator = level(nodes, [known[x] for x in nodes], n, m)
        errors = [
            mp.polyval(numerator[::-1], g) / mp.polyval(denominator[::-1], g) / v - 1
            for g, v in zip(grid, values)
        ]
        nodes, extremes = alternation(grid, errors, count)
        if max(extremes) < 1.01 * min(extremes):
            return numerator, denominator, max(extremes)
    raise ArithmeticError("the exchange did not settle")


def level(nodes, values, n, m):
    """N and D with N/D = f (1 ± e) at the nodes, e of alternating sign: linear but for e·D."""
    scale = [mpf(1)] * len(nodes)
    for _ in range(20):
        a = mp.matrix(len(nodes), len(nodes))
        b = mp.matrix(len(nodes), 1)
        for i, (x, v) in enumerate(zip(nodes, values)):
            for j in range(n + 1):
                a[i, j] = x**j
            for j in range(1, m + 1):
                a[i, n + j] = -v * x**j
            a[i, n + m + 1] = -((-1) ** i) * v * scale[i]
            b[i] = v
        solution = list(mp.lu_solve(a, b))
        numerator = solution[: n + 1]
        denominator = [mpf(1)] + solution[n + 1 : n + m + 1]
        previous, scale = scale, [mp.polyval(denominator[::-1], x) for x in nodes]
        if max(abs(s / p - 1) for s, p in zip(scale, previous)) < mpf(10) ** -12:
            break
    return numerator, denominator


def alternation(grid, errors, count):
    """The largest error of each run of one sign, cut at the ends to `count` nodes."""
    runs = []
    for g, e in zip(grid, errors):
        if not runs or (e > 0) != (runs[-1][1] > 0):
            runs.append((g, e))
        elif abs(e) > abs(runs[-1][1]):
            runs[-1] = (g, e)
    if len(runs) < count:
        raise ArithmeticError(f"only {len(runs)} of {count} alternations")
    while len(runs) > count:
        runs.pop(0 if abs(runs[0][1]) < abs(runs[-1][1]) else -1)
    return [g for g, _ in runs], [abs(e) for _, e in runs]


def z_of_tail(log_q):
    """z with 2 (1 - Phi(z)) = exp(-log_q), by Newton's method on the logarithm."""
    p = mp.exp(-log_q) / 2
    z = mp.sqrt(2 * log_q - mp.log(4 * mp.pi * log_q) + 1)
    while True:
        tail = mp.erfc(z / mp.sqrt(2)) / 2
        step = mp.log(tail / p) * tail / mp.npdf(z)
        z += step
        if abs(step) < mpf(10) ** -50:
            return z


def centre(d):
    if d == 1:
        return mp.sqrt(mp.pi / 2)
    x = mp.sqrt(1 - d)
    return mp.sqrt(2) * mp.erfinv(x) / x


def mills(y):
    if y == 0:
        return mpf(1)
    z = 1 / mp.sqrt(y)
    return z * mp.erfc(z / mp.sqrt(2)) / 2 / mp.npdf(z)


def log_rest(y):
    if y == 0:
        return mpf(2) / 3
    s = mp.sqrt(y)
    return (2 * mp.atanh(s) - 2 * s) / s**3


def exp_rest(r):
    return (mp.expm1(r) - r) / r**2 if r else mpf(1) / 2


def rust(name, kind, coefficients):
    digits = 9 if kind == "f32" else 17
    body = "".join(f"    {mp.nstr(c, digits, min_fixed=0, max_fixed=0)},\n" for c in coefficients)
    return f"const {name}: [{kind}; {len(coefficients)}] = [\n{body}];"


def report(comment, *tables):
    print(f"// {comment}")
    print("\n".join(rust(*table) for table in tables), "\n")


def centre_tables(kind, start, degree, offset):
    n, d, error = remez(centre, start, 1, degree, degree, mp.exp, mp.log)
    unit = sum(d)  # so that D(1) = 1
    numerator = [(a - offset * b) / unit for a, b in zip(n, d)]
    report(
        f"centre, {kind}: z/x - {mp.nstr(offset, 4)} on d from {start} to 1, relative error {mp.nstr(error, 2)}",
        ("NUMERATOR", kind, numerator),
        ("DENOMINATOR", kind, [b / unit for b in d]),
    )


def main():
    centre_tables("f32", mpf("0.0125"), 6, mpf("1.5"))
    centre_tables("f64", mpf("0.015"), 12, mpf("1.5"))

    start, slope = mp.sqrt(-mp.log(mpf("0.0152") / 2)), mpf("1.375")
    n, d, error = remez(lambda s: z_of_tail(s * s), start, mp.sqrt(mpf("54.5")), 7, 7)
    n = [a - slope * b for a, b in zip(n + [0], [0] + d)]
    report(
        f"tail: z - {mp.nstr(slope, 4)} s, relative error {mp.nstr(error, 2)}",
        ("TAIL_N", "f64", n),
        ("TAIL_D", "f64", d),
    )

    n, d, error = remez(mills, 0, mpf(1) / 16, 6, 6, lambda t: t * t, mp.sqrt)
    report(f"Mills' ratio, error {mp.nstr(error, 2)}", ("MILLS_N", "f64", n), ("MILLS_D", "f64", d))

    s = (mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)
    n, _, error = remez(log_rest, 0, s * s, 6, 0)
    report(f"log, error {mp.nstr(error, 2)}", ("LOG", "f64", n))

    n, _, error = remez(exp_rest, -mp.log(2) / 2, mp.log(2) / 2, 10, 0)
    report(f"exp, error {mp.nstr(error, 2)}", ("EXP", "f64", n))


if __name__ == "__main__":
    main()
