#!/usr/bin/env python3
"""Writes packages/core/fixtures/moments.json: mean and variance of functions of Gaussian numbers.

    python3 scripts/reference/moments.py

Integrals by mpmath 1.3.0 in 30 digits. Of a case of `functions`: [mean, variance, mean of the function, its variance]. Of a case of
`greater`: [mean and variance of x, mean and variance of y, mean and variance of the greater one].
"""
import json
from pathlib import Path

import mpmath
from mpmath import mp, mpf

mp.dps = 30
functions = {
    "relu": lambda x: max(x, mpf(0)),
    "leakyRelu": lambda x: x if x > 0 else x / 100,
    "elu": lambda x: x if x > 0 else mp.expm1(x),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "tanh": mp.tanh,
    "softplus": lambda x: mp.log1p(mp.exp(x)),
    # The tanh form (Hendrycks & Gimpel 2016).
    "gelu": lambda x: x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mpf("0.044715") * x**3))),
    "silu": lambda x: x / (1 + mp.exp(-x)),
    "prelu": lambda x: x if x > 0 else mpf("0.7") * x,
    "cos": mp.cos,
}
inputs = [(0, 1), (0.3, 0.04), (-0.8, 0.5), (1.7, 2.0), (-2.5, 0.3), (3.0, 0.01), (0.05, 0.0025), (-1.2, 4.0), (12.0, 0.25)]


def expectation(f, mean, deviation):
    """Cut at the kink of the function, and where the density is below 1e-40."""
    ends = sorted({-14, 14, *([float(-mean / deviation)] if abs(mean) < 14 * deviation else [])})
    points = sorted({*ends, *[p for p in range(-12, 13, 3)]})
    return mp.quad(lambda z: f(mean + deviation * z) * mp.npdf(z), points)


def moments(f, mean, variance):
    mean, variance = mpf(mean), mpf(variance)
    deviation = mp.sqrt(variance)
    first = expectation(f, mean, deviation)
    return first, expectation(lambda x: (f(x) - first) ** 2, mean, deviation)


def greater(x, y):
    """P(max ≤ t) is the product of both, so its density is the sum of two products."""
    (m1, v1), (m2, v2) = x, y
    s1, s2 = mp.sqrt(mpf(v1)), mp.sqrt(mpf(v2))
    density = lambda t: mp.npdf(t, m1, s1) * mp.ncdf(t, m2, s2) + mp.npdf(t, m2, s2) * mp.ncdf(t, m1, s1)
    points = sorted({float(m + k * s) for m, s in ((m1, s1), (m2, s2)) for k in range(-14, 15, 2)})
    first = mp.quad(lambda t: t * density(t), points)
    return first, mp.quad(lambda t: (t - first) ** 2 * density(t), points)


pairs = [((0, 1), (0, 1)), ((0.5, 0.2), (0.1, 1.5)), ((-2, 0.3), (1, 0.1)), ((3, 2), (-1, 0.5)), ((300, 0.01), (299.95, 0.02)), ((1, 4), (0.5, 1e-4))]
data = {
    "functions": {
        name: [[float(x) for x in (m, v, *moments(f, m, v))] for m, v in inputs] for name, f in functions.items()
    },
    "greater": [[float(x) for x in (*x, *y, *greater(x, y))] for x, y in pairs],
}
target = Path(__file__).resolve().parents[2] / "packages/core/fixtures/moments.json"
target.write_text(json.dumps(data, separators=(",", ":")) + "\n")
print(f"{target}: {len(functions) * len(inputs) + len(pairs)} cases")
