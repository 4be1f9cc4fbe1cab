#!/usr/bin/env python3
"""Derives the float32 approximations of Dawson's function and of the exact log-uniform KL, and the test values.

    python3 scripts/derive/log_uniform_kl.py              prints the constants of packages/core/src/special
    python3 scripts/derive/log_uniform_kl.py --fixture    writes packages/core/fixtures/special_functions.json

Needs mpmath. With x = s^2, three rational functions are minimax in relative error (Remez exchange, 50 digits):

    D(s) / s            type 7/8 in x on [0, inf)
    K(s) / x            type 2/3 in x on [0, SPLIT]
    K(s) - ln|s|        type 3/3 in x on [SPLIT, inf), weighted by 1/K

Each is then written with as few operations as can be: a continued fraction a1/(x + b1 + a2/(x + b2 + ...)) takes three
operations a degree where Horner's rule on numerator and denominator takes four, and it does not overflow. A plain
continued fraction of D/s has poles inside (its tails) at positive x and loses two digits there; splitting a tail into
partial fractions, each again a continued fraction, costs the same number of operations. Of all such splittings the one
used here is the only accurate one none of whose denominators vanishes for x >= 0.
"""
import json
import struct
import sys
from pathlib import Path

from mpmath import mp, mpf, matrix, lu_solve

mp.dps = 50
SPLIT = mpf("4.75")


def dawson_ratio(x):
    """D(s)/s at x = s^2."""
    return sum(mp.fac2(2 * k - 1) / (2 * x) ** k for k in range(40)) / (2 * x) if x > 400 else mp.hyp1f1(1, mpf(3) / 2, -x)


def kl(x):
    """K at x = s^2."""
    if x > 400:
        return mp.log(4 * x) / 2 + mp.euler / 2 - sum(mp.fac2(2 * k - 1) / (2 * x) ** k / (2 * k) for k in range(1, 40))
    return x * mp.hyp2f2(1, 1, mpf(3) / 2, 2, -x)


def grid(low, high, count):
    return [low + (high - low) * (1 - mp.cos(mp.pi * i / (count - 1))) / 2 for i in range(count)]


def evaluate(p, x):
    total = mpf(0)
    for a in reversed(p):
        total = total * x + a
    return total


def multiply(p, q):
    product = [mpf(0)] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            product[i + j] += a * b
    return product


def remez(points, values, weights, m, n):
    """Minimax P/Q of type m/n on a Chebyshev-spaced grid, error weighted: (P, Q, largest error), ascending powers."""
    count, size = len(points), m + n + 2
    reference = [round((count - 1) * i / (size - 1)) for i in range(size)]
    level = mpf(0)
    for _ in range(60):
        q = [mpf(1)] + [mpf(0)] * n
        for _ in range(80):  # Newton's iteration for P - (f + sign level/weight) Q = 0 on the reference
            a, b = matrix(size, size), matrix(size, 1)
            for row, i in enumerate(reference):
                tilt = (-1) ** row / weights[i]
                target = values[i] + tilt * level
                for k in range(m + 1):
                    a[row, k] = points[i] ** k
                for k in range(1, n + 1):
                    a[row, m + k] = -target * points[i] ** k
                slope = tilt * evaluate(q, points[i])
                a[row, size - 1] = -slope
                b[row] = target - slope * level
            solution = lu_solve(a, b)
            previous, level = level, solution[size - 1]
            p = [solution[k] for k in range(m + 1)]
            q = [mpf(1)] + [solution[m + k] for k in range(1, n + 1)]
            if abs(level - previous) < mpf(10) ** -20 * abs(level):
                break
        error = [w * (evaluate(p, x) / evaluate(q, x) - v) for x, v, w in zip(points, values, weights)]
        largest = max(map(abs, error))
        if largest < abs(level) * mpf("1.0005"):
            return p, q, largest
        starts = [0] + [i for i in range(1, count) if (error[i] > 0) != (error[i - 1] > 0)] + [count]
        extrema = [max(range(i, j), key=lambda k: abs(error[k])) for i, j in zip(starts, starts[1:])]
        while len(extrema) > size:
            extrema.pop(0 if abs(error[extrema[0]]) < abs(error[extrema[-1]]) else -1)
        if len(extrema) < size:
            raise ArithmeticError("the exchange lost its alternation")
        reference = extrema
    raise ArithmeticError("the exchange did not converge")


def continued_fraction(p, q):
    """P/Q with deg P = deg Q - 1 as [(a1, b1), (a2, b2), ...], and the tails R/P that each step leaves."""
    steps, tails = [], []
    while len(q) > 1:
        a = p[-1] / q[-1]
        p, q = [c / p[-1] for c in p], [c / q[-1] for c in q]
        rest = [q[i] - (p[i - 1] if i else 0) for i in range(len(p))]
        b = rest[-1]
        rest = [r - b * c for r, c in zip(rest, p)][:-1]
        steps.append((a, b))
        tails.append((rest, p))
        p, q = rest, p
    return steps, tails


def partial_fraction(p, q, roots):
    """The part of P/Q that has these poles."""
    derivative = [k * q[k] for k in range(1, len(q))]
    denominator, numerator = [mpf(1)], [mpf(0)] * len(roots)
    for root in roots:
        denominator = multiply(denominator, [-root, mpf(1)])
        part = [evaluate(p, root) / evaluate(derivative, root)]
        for other in roots:
            if other is not root:
                part = multiply(part, [-other, mpf(1)])
        numerator = [x + y for x, y in zip(numerator, part)]
    return [mp.re(c) for c in numerator], [mp.re(c) for c in denominator]


def poles(q):
    """The zeros of Q: the real ones, and the complex pairs by rising imaginary part."""
    roots = mp.polyroots(q[::-1], maxsteps=800, extraprec=600)
    pairs = sorted(([r, mp.conj(r)] for r in roots if mp.im(r) > mpf(10) ** -20), key=lambda pair: mp.im(pair[0]))
    return [r for r in roots if abs(mp.im(r)) <= mpf(10) ** -20], pairs


def show(name, steps):
    for a, b in steps:
        print(f"  {name:<12} a = {single(a)!s:<14} b = {single(b)}")


def single(value):
    """The shortest decimal of the float32 nearest to value."""
    bits = struct.pack("<f", float(value))
    exact = struct.unpack("<f", bits)[0]
    return next(t for t in (f"{exact:.{d}g}" for d in range(1, 10)) if struct.pack("<f", float(t)) == bits)


def neighbour(value, units):
    """The float32 number this many units in the last place further from 0."""
    return struct.unpack("<f", struct.pack("<I", struct.unpack("<I", struct.pack("<f", value))[0] + units))[0]


def settle(steps, error):
    """Rounds the constants to float32 and moves them by a few units, one or two at a time, while that lowers the error."""
    flat = [struct.unpack("<f", struct.pack("<f", float(c)))[0] for step in steps for c in step]
    paired = lambda c: list(zip(c[::2], c[1::2]))
    best = error(paired(flat))
    improved = True
    while improved:
        improved = False
        moves = [((i, d),) for i in range(len(flat)) for d in (-2, -1, 1, 2)]
        moves += [((i, d), (j, e)) for i in range(len(flat)) for j in range(i) for d in (-1, 1) for e in (-1, 1)]
        for move in moves:
            trial = list(flat)
            for i, d in move:
                trial[i] = neighbour(trial[i], d)
            found = error(paired(trial))
            if found < best:
                best, flat, improved = found, trial, True
    return paired(flat), best


def fraction(x, steps, extra=0.0):
    for a, b in reversed(steps):
        extra = a / (x + b + extra)
    return extra


def constants():
    scale = mpf(2)
    y = grid(mpf(0), mpf(1), 600)  # y = scale / (scale + x) maps [0, inf) to (0, 1]
    ratio = [1 / (2 * scale) if t == 0 else dawson_ratio(scale * (1 / t - 1)) / t for t in y]
    p, q, error = remez(y, ratio, [1 / v for v in ratio], 7, 8)

    def in_x(c, degree):
        total = [mpf(0)] * (degree + 1)
        for k, a in enumerate(c):
            for j in range(degree - k + 1):
                total[j] += a * scale**k * mp.binomial(degree - k, j) * scale ** (degree - k - j)
        return total

    steps, tails = continued_fraction([scale * c for c in in_x(p, 7)], in_x(q, 8))
    outer = steps[:1]
    real, pairs = poles(tails[0][1])
    one = continued_fraction(*partial_fraction(*tails[0], real))[0]
    steps, tails = continued_fraction(*partial_fraction(*tails[0], [root for pair in pairs for root in pair]))
    six = steps[:1]
    real, pairs = poles(tails[0][1])
    three = continued_fraction(*partial_fraction(*tails[0], real + pairs[0]))[0]
    two = continued_fraction(*partial_fraction(*tails[0], pairs[1]))[0]

    table = [(10 ** (i / 40 - 5), 0.0) for i in range(361)]
    table = [(x, float(dawson_ratio(mpf(x)))) for x, _ in table]

    def dawson_error(c):
        return max(
            abs(fraction(x, c[:1], fraction(x, c[1:2]) + fraction(x, c[2:3], fraction(x, c[3:6]) + fraction(x, c[6:]))) / v - 1)
            for x, v in table
        )

    constants, rounded = settle(outer + one + six + three + two, dawson_error)
    print(f"dawson, largest error {mp.nstr(error, 4)}, with float32 constants {rounded:.3g}")
    for name, part in zip(("outer", "one", "six", "three", "two"), (slice(0, 1), slice(1, 2), slice(2, 3), slice(3, 6), slice(6, 8))):
        show(name, constants[part])

    x = grid(mpf(0), SPLIT, 400)
    values = [mpf(1) if t == 0 else kl(t) / t for t in x]
    p, q, error = remez(x, values, [1 / v for v in values], 2, 3)
    below = [(float(t), float(v)) for t, v in zip(x, values)]
    constants, rounded = settle(continued_fraction(p, q)[0], lambda c: max(abs(fraction(t, c) / v - 1) for t, v in below))
    print(f"KL below the split, largest error {mp.nstr(error, 4)}, with float32 constants {rounded:.3g}")
    show("small", constants)

    u = grid(mpf(0), 1 / SPLIT, 400)
    values = [mpf(0) if t == 0 else kl(1 / t) - mp.log(4 / t) / 2 - mp.euler / 2 for t in u]
    weights = [1 / kl(1 / max(t, mpf(10) ** -9)) for t in u]
    p, q, error = remez(u, values, weights, 3, 3)
    p, q = p[::-1], q[::-1]
    constant = p[-1] / q[-1]
    print(f"KL above the split, largest error {mp.nstr(error, 4)}")
    print(f"  constant     {single(constant + (mp.euler + mp.log(4)) / 2)}")
    show("large", continued_fraction([a - constant * b for a, b in zip(p, q)][:-1], q)[0])


def fixture():
    rows = []
    for i in range(401):
        s = float(mpf(10) ** (mpf(i) / 20 - 10))
        x = mpf(s) ** 2
        rows.append([s, mp.nstr(mpf(s) * dawson_ratio(x), 20), mp.nstr(kl(x), 20)])
    path = Path(__file__).resolve().parents[2] / "packages/core/fixtures/special_functions.json"
    about = "Dawson's function D and KL = 2 int_0^s D at float64 values of s, 20 digits; scripts/derive/log_uniform_kl.py."
    body = ",\n".join("  " + json.dumps(row) for row in rows)
    path.write_text(f'{{\n "about": {json.dumps(about)},\n "columns": ["s", "dawson", "kl"],\n "rows": [\n{body}\n ]\n}}\n')


if __name__ == "__main__":
    fixture() if "--fixture" in sys.argv[1:] else constants()
