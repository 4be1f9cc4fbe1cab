#!/usr/bin/env python3
"""Writes packages/core/fixtures/structured_pruning.json: the truncated log-normal factors of structured Bayesian pruning.

    python3 scripts/reference/structured_pruning.py

Written with mpmath 1.3.0 in 60 digits, from the closed forms of Neklyudov et al. 2017. The derivatives of the KL are finite
differences in these digits. A case is [μ, log σ, KL, dKL/dμ, dKL/dlog σ, E z, Var z/(E z)², [quantiles of log z]].
"""
import json
from pathlib import Path

import mpmath
from mpmath import mp, mpf

mp.dps = 60
low, high = mpf(-20), mpf(0)
levels = [mpf(1) / 1024, mpf(1) / 4, mpf(1) / 2, mpf(7) / 8, mpf(1023) / 1024]


def between(a, b):
    """Φ(b) − Φ(a) without cancellation: by the tails on the side of both."""
    tail = lambda x: mp.erfc(x / mp.sqrt(2)) / 2
    return tail(a) - tail(b) if a > 0 else tail(-b) - tail(-a) if b < 0 else 1 - tail(b) - tail(-a)


def kl(mu, log_sigma):
    sigma = mp.exp(log_sigma)
    a, b = (low - mu) / sigma, (high - mu) / sigma
    z = between(a, b)
    edges = (a * mp.npdf(a) - b * mp.npdf(b)) / (2 * z)
    return mp.log(high - low) - mp.log(2 * mp.pi * mp.e) / 2 - log_sigma - mp.log(z) - edges


def moment(mu, sigma, k):
    a, b = (low - mu) / sigma, (high - mu) / sigma
    return mp.exp(k * mu + (k * sigma) ** 2 / 2) * between(a - k * sigma, b - k * sigma) / between(a, b)


def quantile(mu, sigma, u):
    a, b = (low - mu) / sigma, (high - mu) / sigma
    z = between(a, b)
    left, right = low, high
    for _ in range(64):
        middle = (left + right) / 2
        left, right = (middle, right) if between(a, (middle - mu) / sigma) < u * z else (left, middle)
    return (left + right) / 2


def case(mu, log_sigma):
    mu, log_sigma = mpf(mu), mpf(log_sigma)
    sigma, step = mp.exp(log_sigma), mpf(10) ** -20
    by_mu = (kl(mu + step, log_sigma) - kl(mu - step, log_sigma)) / (2 * step)
    by_sigma = (kl(mu, log_sigma + step) - kl(mu, log_sigma - step)) / (2 * step)
    mp.dps = 60 + int(2 * sigma * sigma)
    first, second = moment(mu, sigma, 1), moment(mu, sigma, 2)
    mp.dps = 60
    numbers = [mu, log_sigma, kl(mu, log_sigma), by_mu, by_sigma, first, second / first**2 - 1]
    return [float(x) for x in numbers] + [[float(quantile(mu, sigma, u)) for u in levels]]


grid = [(mu, s) for mu in (-25, -12, -0.5, 0, 0.0625, 5) for s in (-8, -5, -1, 0.75, 1.5, 3)]
# Intervals hundreds of σ away take thousands of digits.
cases = [case(mu, s) for mu, s in grid if not (mu > 0 or mu < -20) or max(mu, -20 - mu) / float(mp.exp(s)) < 60]
out = Path(__file__).parents[2] / "packages/core/fixtures/structured_pruning.json"
out.write_text(json.dumps({"mpmath": mpmath.__version__, "levels": [float(u) for u in levels], "cases": cases}) + "\n")
