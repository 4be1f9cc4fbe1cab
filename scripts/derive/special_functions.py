#!/usr/bin/env python3
"""Derives the float32 approximations of erf, cos, the normal distribution's functions and those of the gamma function.

    python3 scripts/derive/special_functions.py           prints the constants of packages/core/src/special

Written with mpmath 1.3.0. All are minimax in relative error (Remez exchange, 30 digits) unless said otherwise, and then
rounded to float32. A continued fraction is a1/(x + b1 + a2/(x + b2 + ...)); polynomials and quotients are in ascending powers.
"""
import struct
import sys

from mpmath import mp, mpf

from log_uniform_kl import continued_fraction, evaluate, grid, poles, remez, single

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
    near = lambda x: mp.erf(mp.sqrt(x)) / mp.sqrt(x) - 1 if x else 2 / mp.sqrt(mp.pi) - 1
    fit("erf(x)/x - 1 in x^2 up to 0.95^2", grid(mpf(0), mpf("0.95") ** 2, 200), near, lambda x: 1 / (near(x) + 1), 5)
    for degree in (4, 5, 6):
        far = lambda x: mp.log(mp.erfc(x)) / x
        # What an error of far does to erf.
        weight = lambda x: x * mp.erfc(x) / mp.erf(x)
        fit("log(erfc(x))/x for 0.95 <= x <= 4", grid(mpf("0.95"), mpf(4), 300), far, weight, degree)


def cos():
    value = lambda x: (mp.sin(mp.sqrt(x)) / mp.sqrt(x) - 1) / x if x > 1e-8 else -mpf(1) / 6 + x / 120
    fit("(sin(r)/r - 1)/r^2 in r^2 up to 1.572^2", grid(mpf(0), mpf("1.572") ** 2, 200), value, lambda x: x ** (3 * half) + mpf(10) ** -3, 3)
    rest = mp.pi / 2
    parts = []
    for bits in (11, 11, 24):
        scale = mpf(2) ** (bits - 1 - mp.floor(mp.log(rest, 2)))
        parts.append(mp.nint(rest * scale) / scale)
        rest -= parts[-1]
    report("pi/2 in three parts", rest, parts, [1 / mp.pi])


def normal():
    y = grid(mpf(0), mpf(1), 400)
    scale = mpf(2)
    for n in (3, 4, 5):
        # hazard(s) = s + T(s), T of type (n-1)/n; y = scale/(scale + s) maps [0, inf) to (0, 1].
        to_s = lambda t: scale * (1 / t - 1)
        # T/t is fitted, of type (n-1)/n in t.
        value = lambda t: (hazard(to_s(t)) - to_s(t)) / t if t > mpf(10) ** -5 else 1 / scale
        weight = lambda t: t / hazard(to_s(t)) if t > mpf(10) ** -5 else mpf(0) + mpf(10) ** -10
        p, q, error = remez(y, [value(t) for t in y], [weight(t) for t in y], n - 1, n)

        def in_s(c, degree):
            total = [mpf(0)] * (degree + 1)
            for k, a in enumerate(c):
                for j in range(degree - k + 1):
                    total[j] += a * scale**k * mp.binomial(degree - k, j) * scale ** (degree - k - j)
            return total

        ps, qs = [scale * c for c in in_s(p, n - 1)], in_s(q, n)
        print(n, "monic", [mp.nstr(c / qs[-1], 10) for c in ps], [mp.nstr(c / qs[-1], 10) for c in qs])
        print("tail", mp.nstr(ps[-1] / qs[-1], 10), "error", mp.nstr(error, 4))
        steps, tails = continued_fraction(ps, qs)
        report("hazard(s) - s", error, *steps)
        print("    zeros of tails", [[mp.nstr(r, 5) for r in poles(t[1])[0]] for t in tails[:-1]])


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
    for high in (2, 3):
        for m, n in ((2, 2), (2, 3), (3, 3), (6, 0), (7, 0), (8, 0)):
            fit(f"lgamma(1 + x)/(x(x - 1)) for -0.5 <= x <= {high}", grid(-half, mpf(high), 200), over_logarithm, inverse(over_logarithm), m, n)
    for low in (3, 4):
        for m in (1, 2):
            rest = lambda u: (mp.loggamma(1 / mp.sqrt(u)) - (1 / mp.sqrt(u) - half) * (-mp.log(u) / 2 - 1) - (mp.log(2 * mp.pi) - 1) / 2) / mp.sqrt(u) if u > 1e-6 else mpf(1) / 12 - u / 360
            weight = lambda u: mp.sqrt(u) / mp.loggamma(1 / mp.sqrt(u)) if u > 1e-6 else u
            fit(f"x (lgamma(x) - (x - 1/2)(log x - 1) - (log 2 pi - 1)/2) in 1/x^2 for x >= {low}", grid(mpf(10) ** -4, mpf(low) ** -2, 200), rest, weight, m)
    print(single((mp.log(2 * mp.pi) - 1) / 2))

    high = mpf(float32(ROOT))
    at = mp.digamma(high)
    report("the float32 number nearest to the zero of digamma, and digamma there", at, [high, at])
    slope = lambda x: (mp.digamma(x) - at) / (x - high) if abs(x - high) > mpf(10) ** -9 else mp.psi(1, x)
    for top in (3, 4):
        for m, n in ((2, 2), (2, 3), (3, 3), (7, 0), (8, 0), (9, 0)):
            fit(f"(digamma(x) - digamma(r)) / (x - r) for 1 <= x <= {top}", grid(mpf(1), mpf(top), 200), slope, inverse(slope), m, n)
    for low in (3, 4):
        for m in (1, 2):
            rest = lambda u: (-mp.log(u) / 2 - mp.sqrt(u) / 2 - mp.digamma(1 / mp.sqrt(u))) / u if u > 1e-6 else mpf(1) / 12 - u / 120
            weight = lambda u: u / mp.digamma(1 / mp.sqrt(u))
            fit(f"x^2 (log x - 1/(2x) - digamma(x)) in 1/x^2 for x >= {low}", grid(mpf(10) ** -4, mpf(low) ** -2, 200), rest, weight, m)
    value = lambda t: mp.psi(1, 1 / t) / t if t > 1e-6 else 1 + t / 2
    for m, n in ((5, 0), (6, 0), (7, 0), (8, 0), (2, 2), (3, 2), (2, 3), (3, 3)):
        fit("x trigamma(x) in 1/x for x >= 1", grid(mpf(0), mpf(1), 200), value, inverse(value), m, n)


def quantile():
    split = mpf("0.425")
    q = grid(mpf(0), split, 200)
    central = lambda x: mp.sqrt(2) * mp.erfinv(2 * mp.sqrt(x)) / mp.sqrt(x) if x else mp.sqrt(2 * mp.pi)
    for m, n in ((2, 2), (3, 2), (2, 3), (3, 3), (6, 0), (7, 0), (8, 0), (9, 0)):
        fit("quantile(1/2 + q)/q in q^2 up to 0.425^2", grid(mpf(0), split**2, 200), central, lambda x: 1 / central(x), m, n)
    low, high = mp.sqrt(2) * mp.erfinv(2 * split), mpf("13.1")
    z = [1 / v for v in grid(1 / high, 1 / low, 300)]
    r = [mp.sqrt(-2 * mp.log(mp.erfc(v / mp.sqrt(2)) / 2)) for v in z]
    print("z from", mp.nstr(low, 6))
    for m, n in ((1, 2), (2, 3), (3, 4)):
        p, d, error = remez(r, [a - b for a, b in zip(r, z)], [1 / v for v in z], m, n)
        steps, tails = continued_fraction(p, d)
        report(f"r - z by r = sqrt(-2 log p), type {m}/{n}", error, *steps)
        print("    zeros of tails", [[mp.nstr(x, 5) for x in poles(t[1])[0]] for t in tails[:-1]])


if __name__ == "__main__":
    for name in sys.argv[1:] or ("erf", "cos", "normal", "gamma", "quantile"):
        globals()[name]()
