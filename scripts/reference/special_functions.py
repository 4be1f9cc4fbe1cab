#!/usr/bin/env python3
"""Writes packages/core/fixtures/normal_and_gamma.json: special functions at float32 numbers, 20 digits.

    python3 scripts/reference/special_functions.py

Written with mpmath 1.3.0. Arguments cover the range of float32, are dense where approximations change their form, and near
zeros lie a few units in the last place apart.
"""
import json
import struct
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 60


def float32(x):
    return struct.unpack("<f", struct.pack("<f", float(x)))[0]


def neighbours(x, count=3):
    """The float32 numbers next to x > 0, further and further away, by their bits."""
    bits = struct.unpack("<I", struct.pack("<f", float(x)))[0]
    offsets = sorted({sign * 4**k for k in range(count) for sign in (-1, 1)} | {0})
    return [struct.unpack("<f", struct.pack("<I", bits + o))[0] for o in offsets]


def powers(low, high, count):
    return [float32(mpf(low) * (mpf(high) / mpf(low)) ** (mpf(i) / (count - 1))) for i in range(count)]


def steps(low, high, count):
    return [float32(mpf(low) + (mpf(high) - mpf(low)) * i / (count - 1)) for i in range(count)]


def around(*points, count=3):
    return [x for p in points for x in neighbours(p, count)]


def lower(s):
    """Phi(-s)"""
    return mp.erfc(s / mp.sqrt(2)) / 2 if s < 1000 else density(s) / s * (1 - 1 / s**2 + 3 / s**4 - 15 / s**6 + 105 / s**8)


def density(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def log_normal_cdf(x):
    return mp.log1p(-lower(x)) if x > 0 else -x * x / 2 + mp.log(lower(-x) / density(x)) - mp.log(2 * mp.pi) / 2 if x > -1000 else far(-x)


def far(s):
    return -s * s / 2 - mp.log(s) - mp.log(2 * mp.pi) / 2 + mp.log1p(-1 / s**2 + 3 / s**4 - 15 / s**6 + 105 / s**8)


def inverse_mills_ratio(x):
    if x < -1000:
        s = -x
        return s / (1 - 1 / s**2 + 3 / s**4 - 15 / s**6 + 105 / s**8)
    return density(x) / (1 - lower(x) if x > 0 else lower(-x))


def normal_quantile(p):
    if p == 0.5:
        return mpf(0)
    if abs(p - mpf(1) / 2) < 0.4:
        return mp.sqrt(2) * mp.erfinv(2 * p - 1)
    tail = min(p, 1 - p)
    size = mp.findroot(lambda z: mp.log(lower(z)) - mp.log(tail), mp.sqrt(-2 * mp.log(tail)) * mpf("0.96"))
    return -size if p < 0.5 else size


normal = [*powers(1e-30, 1, 20), *steps(0.05, 14.2, 190), *around(1, 4, 5, 13), *powers(15, 1e18, 30)]
gamma = [*powers(1e-37, 0.5, 40), *steps(0.02, 4.5, 150), *around(0.5, 0.75, 1, 1.5, 2, 2.5, 3, 12, count=6), *powers(5, 1e34, 50)]
root = around(mp.findroot(mp.digamma, 1.46), count=8)
probability = [*powers(1.2e-38, 0.2, 80), *steps(0.01, 0.99, 120), *around(0.1, 0.25, 0.5, 0.75, 0.9, count=6)]
probability += [1 - x for x in powers(2**-24, 0.1, 30)]

functions = {
    "erf": (mp.erf, [*powers(1e-37, 0.1, 30), *steps(0.02, 4.4, 150), *around(0.95, 1), 5.0, 10.0, 1e30]),
    "cos": (mp.cos, [*powers(1e-20, 1, 20), *steps(0.1, 20, 200), *powers(20, 8192, 100), *around(*(mp.pi * (k - 0.5) for k in (1, 2, 3, 40, 800, 2607)))]),
    "logNormalCdf": (log_normal_cdf, [*normal, *(-x for x in normal)]),
    "inverseMillsRatio": (inverse_mills_ratio, [*normal, *(-x for x in normal)]),
    "lgamma": (mp.loggamma, gamma),
    "digamma": (mp.digamma, [*gamma, *root]),
    "trigamma": (lambda x: mp.psi(1, x) if x < 1e9 else 1 / x + 1 / (2 * x * x), gamma),
    "normalQuantile": (normal_quantile, probability),
}

path = Path(__file__).resolve().parents[2] / "packages/core/fixtures/normal_and_gamma.json"
tables = []
for name, (function, arguments) in functions.items():
    rows = [[x, mp.nstr(function(mpf(x)), 20)] for x in sorted(set(map(float32, arguments)))]
    body = ",\n".join("   " + json.dumps(row) for row in rows if row[1] == "0.0" or 1e-300 < abs(mpf(row[1])) < 1e300)
    tables.append(f"  {json.dumps(name)}: [\n{body}\n  ]")
about = "Special functions at float32 numbers, 20 digits by mpmath 1.3.0; scripts/reference/special_functions.py."
path.write_text(f'{{\n "about": {json.dumps(about)},\n "functions": {{\n{",".join(chr(10) + t for t in tables)[1:]}\n }}\n}}\n')
