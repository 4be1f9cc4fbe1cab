#!/usr/bin/env python3
"""Test values for the moments of the relaxed Bernoulli mask: writes packages/core/fixtures/relaxed_mask.json.

    python3 scripts/derive/relaxed_mask.py

Needs mpmath. With logistic noise L (location 0, scale 1) the mask is k = sigmoid(-(rho + L)/t), and the factor that noise
multiplies by is f = k (1 + e^rho), since 1/(1 - p) = 1 + e^rho. The values are the integrals of f and of (f - E f)^2 over
L as they stand; the library uses other forms, see packages/core/src/noise/relaxedMask.ts.
"""
import json
from pathlib import Path

import mpmath
from mpmath import mp, mpf, exp, quad

mp.dps = 40


def sigmoid(x):
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def moments(rho, t):
    """Mean and variance of the factor, integrated over the logistic noise itself."""
    scale = 1 + exp(rho)
    # Pieces end where the mask changes and where the density has its peak.
    ends = sorted({mpf(s) for s in (-120, -60, -30, -10, -4, 0, 4, 10, 30, 60, 120)}
                  | {-rho + t * s for s in (-60, -30, -10, -3, 0, 3, 10, 30, 60) if abs(-rho + t * s) < 120})
    density = lambda x: sigmoid(x) * sigmoid(-x)
    factor = lambda x: sigmoid(-(rho + x) / t) * scale
    mean = quad(lambda x: density(x) * factor(x), ends)
    return mean, quad(lambda x: density(x) * (factor(x) - mean) ** 2, ends)


def main():
    cases = []
    for t in ("0.001", "0.05", "0.1", "0.125", "0.126", "0.3", "0.5", "0.75", "1", "1.5", "3", "20"):
        for rho in ("-16", "-8", "-2.1972245773362196", "-0.5", "0", "0.25", "3", "9", "16"):
            mean, variance = moments(mpf(rho), mpf(t))
            cases.append({"temperature": float(t), "rho": float(rho), "mean": float(mean), "variance": float(variance)})
    path = Path(__file__).parents[2] / "packages/core/fixtures/relaxed_mask.json"
    made = f"scripts/derive/relaxed_mask.py, mpmath {mpmath.__version__}, {mp.dps} digits"
    rows = ",\n".join(f"    {json.dumps(case)}" for case in cases)
    path.write_text(f'{{\n  "made": {json.dumps(made)},\n  "cases": [\n{rows}\n  ]\n}}\n')


main()
