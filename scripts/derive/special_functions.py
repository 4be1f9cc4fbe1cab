#!/usr/bin/env python3
"""Derives the float32 approximations of erf, cos, the normal distribution's functions and those of the gamma function.

    python3 scripts/derive/special_functions.py           prints the constants of packages/core/src/special

Written with mpmath 1.3.0 and numpy 2.4.6. All are minimax in relative error (Remez exchange, 30 digits) unless said otherwise, and then
rounded to float32. A continued fraction is a1/(x + b1 + a2/(x + b2 + ...)); polynomials and quotients are in ascending powers.
"""
import struct
import sys
from itertools import product

import numpy as np
from mpmath import mp, mpf

from log_uniform_kl import continued_fraction, evaluate, grid, neighbour, poles, remez, single

mp.dps = 30
half = mpf(1) / 2


def float32(x):
    return struct.unpack("<f", struct.pack("<f", float(x)))[0]


def density(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def hazard(s):
    """phi(s) / Phi(-s): the inverse Mills ratio of -s."""
    if s > 40:
        return s / sum((-1) ** k * mp.fac2(2 * k - 1) / s ** (2 * k) for k in range(20))
    return density(s) / (mp.erfc(s / mp.sqrt(2)) / 2)


def report(name, error, *parts):
    print(f"{name}: largest error {mp.nstr(error, 3)}")
    for part in parts:
        print("   ", ", ".join(single(c) for c in part))


def fit(name, points, value, weight, m, n=0):
    """Prints and returns the minimax P/Q; `weight` times its absolute error is what is made small."""
    p, q, error = remez(points, [value(x) for x in points], [weight(x) for x in points], m, n)
    real, _ = poles(q) if n else ([], [])
    report(f"{name}, type {m}/{n}", error, p, *([q] if n else []))
    if any(points[0] <= r <= points[-1] for r in real):
        print("    has a pole")
    return p, q


def erf():
    split = mpf("0.95")
    near = lambda x: mp.erf(mp.sqrt(x)) / mp.sqrt(x) - 1 if x else 2 / mp.sqrt(mp.pi) - 1
    fit("erf(x)/x - 1 in x^2 up to 0.95^2", grid(mpf(0), split**2, 200), near, lambda x: 1 / (near(x) + 1), 5)
    far = lambda x: mp.log(mp.erfc(x)) / x
    weight = lambda x: x * mp.erfc(x) / mp.erf(x)  # what an error of far does to erf
    fit("log(erfc(x))/x for 0.95 <= x <= 4", grid(split, mpf(4), 300), far, weight, 5)


def sine_error(c, r):
    """Largest error of r + r^3 P(r^2) in float32, with products rounded before they are added, and with fused ones."""
    f, wide = np.float32, np.float64
    square = r * r
    rounded = fused = np.full_like(r, c[3])
    for a in reversed(c[:3]):
        rounded = rounded * square + f(a)
        fused = (wide(fused) * wide(square) + a).astype(f)
    cube = r * square
    values = (r + cube * rounded, (r + wide(cube) * wide(fused)).astype(f))
    return max(np.abs(v - np.sin(wide(r))).max() for v in values)


def cos():
    value = lambda x: (mp.sin(mp.sqrt(x)) / mp.sqrt(x) - 1) / x if x > 1e-8 else -mpf(1) / 6 + x / 120
    weight = lambda x: x ** (3 * half) + mpf(10) ** -3
    p, _ = fit("(sin(r)/r - 1)/r^2 in r^2 up to 1.572^2", grid(mpf(0), mpf("1.572") ** 2, 200), value, weight, 3)
    # Next to pi/2 the rounded constants give 1 + 2^-23 here and there. A few units in the last place mend that.
    r = np.concatenate([np.linspace(1.5, 1.572, 18000), np.linspace(0.5, 1.5, 6000)]).astype(np.float32)
    moves = product((-2, -1, 0), range(-16, 1, 4), range(-60, 1, 10), range(-400, 401, 100))
    error, best = min((sine_error(c, r), c) for move in moves for c in [[neighbour(float32(a), k) for a, k in zip(p, move)]])
    report("with float32 constants", error, best)
    rest = mp.pi / 2
    parts = []
    for bits in (11, 11, 24):
        scale = mpf(2) ** (bits - 1 - mp.floor(mp.log(rest, 2)))
        parts.append(mp.nint(rest * scale) / scale)
        rest -= parts[-1]
    report("pi/2 in three parts", rest, parts, [1 / mp.pi])


def normal():
    # hazard(s) = s + T(s), T of type 3/4. With t = 2/(2 + s), which maps [0, inf) to (0, 1], T/t is fitted.
    to_s = lambda t: 2 * (1 / t - 1)
    tiny = mpf(10) ** -5
    value = lambda t: (hazard(to_s(t)) - to_s(t)) / t if t > tiny else half
    weight = lambda t: t / hazard(to_s(t)) if t > tiny else tiny**2
    t = grid(mpf(0), mpf(1), 400)
    p, q, error = remez(t, [value(x) for x in t], [weight(x) for x in t], 3, 4)

    def in_s(c, degree):
        """The polynomial c of t, times (2 + s)^degree, by powers of s."""
        total = [mpf(0)] * (degree + 1)
        for k, a in enumerate(c):
            for j in range(degree - k + 1):
                total[j] += a * 2**k * mp.binomial(degree - k, j) * 2 ** (degree - k - j)
        return total

    steps, tails = continued_fraction([2 * c for c in in_s(p, 3)], in_s(q, 4))
    report("hazard(s) - s", error, *steps)
    report("    denominators vanish at", mpf(0), *(poles(tail[1])[0] for tail in tails[:-1]))


def over_logarithm(x):
    """lgamma(1 + x) / (x (x - 1)), whose gaps at 0 and 1 are filled."""
    if abs(x) < mpf(10) ** -9:
        return mp.euler
    if abs(x - 1) < mpf(10) ** -9:
        return 1 - mp.euler
    return mp.loggamma(1 + x) / (x * (x - 1))


ROOT = mp.findroot(mp.digamma, mpf("1.4616"))


def gamma():
    inverse = lambda f: lambda x: 1 / f(x)
    points = grid(mpf("-0.25"), mpf(2), 200)
    fit("lgamma(1 + a)/(a(a - 1)) for -0.25 <= a <= 2", points, over_logarithm, inverse(over_logarithm), 3, 3)

    # The asymptotic parts, from 3 on, as functions of u = 1/x^2.
    points = grid(mpf(10) ** -4, mpf(1) / 9, 200)
    argument = lambda u: 1 / mp.sqrt(u)
    constant = (mp.log(2 * mp.pi) - 1) / 2
    leading = lambda x: (x - half) * (mp.log(x) - 1) + constant
    rest = lambda u: argument(u) * (mp.loggamma(argument(u)) - leading(argument(u)))
    weight = lambda u: 1 / argument(u) / mp.loggamma(argument(u))
    fit("x (lgamma(x) - (x - 1/2)(log x - 1) - (log 2 pi - 1)/2) in 1/x^2 for x >= 3", points, rest, weight, 1)
    report("(log 2 pi - 1)/2", mpf(0), [constant])
    rest = lambda u: (mp.log(argument(u)) - mp.sqrt(u) / 2 - mp.digamma(argument(u))) / u
    weight = lambda u: u / mp.digamma(argument(u))
    fit("x^2 (log x - 1/(2x) - digamma(x)) in 1/x^2 for x >= 3", points, rest, weight, 1)

    root = mpf(float32(mp.findroot(mp.digamma, mpf("1.4616"))))
    at = mp.digamma(root)
    report("r, the float32 number nearest to the zero of digamma, and digamma there", mpf(0), [root, at])
    slope = lambda x: (mp.digamma(x) - at) / (x - root) if abs(x - root) > mpf(10) ** -9 else mp.psi(1, x)
    fit("(digamma(x) - digamma(r))/(x - r) for 1 <= x <= 3", grid(mpf(1), mpf(3), 200), slope, inverse(slope), 3, 3)

    value = lambda t: mp.psi(1, 1 / t) / t if t > 1e-6 else 1 + t / 2
    fit("x trigamma(x) in 1/x for x >= 1", grid(mpf(0), mpf(1), 200), value, inverse(value), 6)


def quantile():
    split, quarter = mpf("0.4"), mpf("0.25")
    from_half = lambda q: mp.sqrt(2) * mp.erfinv(2 * q)
    central = lambda w: from_half(mp.sqrt(quarter - w)) / mp.sqrt(quarter - w) if w < quarter else mp.sqrt(2 * mp.pi)
    points = grid(quarter - split**2, quarter, 200)
    p, q = fit("quantile(1/2 + q)/q in 1/4 - q^2 up to q = 0.4", points, central, lambda w: 1 / central(w), 2, 3)
    report("    as a continued fraction", mpf(0), *continued_fraction(p, q)[0])

    # Of p from 0.1 down to beyond the smallest normal number: z = -quantile(p), evenly spaced by 1/z.
    z = [1 / v for v in grid(1 / mpf("13.1"), 1 / from_half(split), 300)]
    r = [mp.sqrt(-2 * mp.log(mp.erfc(v / mp.sqrt(2)) / 2)) for v in z]
    p, q, error = remez(r, [a - b for a, b in zip(r, z)], [1 / v for v in z], 2, 3)
    report("r + quantile(p) by r = sqrt(-2 log p), p <= 0.1", error, *continued_fraction(p, q)[0])


if __name__ == "__main__":
    for name in sys.argv[1:] or ("erf", "cos", "normal", "gamma", "quantile"):
        globals()[name]()
