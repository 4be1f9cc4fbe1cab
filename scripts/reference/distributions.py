#!/usr/bin/env python3
"""Writes packages/core/fixtures/distributions.json: cdfs and densities, and quantiles and scores of mixtures.

    python3 scripts/reference/distributions.py

Written with mpmath 1.3.0 in 40 digits, but for the scores of normal mixtures and of single distributions, which are those of
scoringrules 0.10.0 (scipy 1.17.1, numpy 2.4.6) in float64.
"""
import json
from pathlib import Path

import mpmath
import numpy as np
import scipy
import scoringrules
from mpmath import mp, mpf

mp.dps = 40
generator = np.random.default_rng(7)


def normal(y, mean, deviation):
    return mp.ncdf((mpf(y) - mean) / deviation), mp.log(mp.npdf(mpf(y), mean, deviation))


def laplace(y, location, scale):
    z = (mpf(y) - location) / scale
    return (mp.exp(z) / 2 if z < 0 else 1 - mp.exp(-z) / 2), -abs(z) - mp.log(2 * mpf(scale))


def student(y, location, scale, degrees):
    z, nu = (mpf(y) - location) / scale, mpf(degrees)
    tail = mp.betainc(nu / 2, mpf(1) / 2, 0, nu / (nu + z * z), regularized=True) / 2
    log_beta = mp.loggamma(nu / 2) + mp.loggamma(mpf(1) / 2) - mp.loggamma((nu + 1) / 2)
    log_density = -(nu + 1) / 2 * mp.log1p(z * z / nu) - log_beta - mp.log(nu) / 2 - mp.log(mpf(scale))
    return (tail if z < 0 else 1 - tail), log_density


def poisson(y, rate):
    """The sum over counts itself, from below."""
    lam = mpf(rate)
    terms = [mp.exp(k * mp.log(lam) - lam - mp.loggamma(k + 1)) for k in range(max(int(y) - 3000, 0), int(y) + 1)]
    return mp.fsum(terms), mp.log(terms[-1])


families = {
    "normal": (normal, ("mean", "deviation")),
    "laplace": (laplace, ("location", "scale")),
    "studentT": (student, ("location", "scale", "degreesOfFreedom")),
    "poisson": (poisson, ("rate",)),
}


def written(value):
    return float(mp.nstr(value, 20))


def cases(family, arguments):
    function, names = families[family]
    rows = []
    for y, *parameters in arguments:
        cdf, log_density = function(y, *parameters)
        rows.append({"y": y, "parameters": dict(zip(names, parameters)), "cdf": written(cdf), "logDensity": written(log_density)})
    return rows


places = [(0.0, 1.0), (-3.25, 0.37), (1234.5, 20.0)]
degrees = [0.05, 0.5, 1.0, 2.0, 3.7, 30.0, 1000.0, 1e6, 1e10]
counts = [(1e-3, (0, 1, 4)), (0.7, (0, 1, 2, 9)), (3.3, (0, 2, 3, 4, 20)), (11.5, (0, 5, 11, 12, 13, 40)),
          (60.25, (2, 12, 30, 59, 60, 61, 100)), (900.0, (100, 600, 860, 899, 900, 901, 960, 1100)),
          (2e4, (15000, 19000, 19800, 20000, 20200))]
values = {
    "normal": cases("normal", [(m + s * z, m, s) for m, s in places
                               for z in (-37.0, -20.0, -8.3, -3.0, -1.6, -1.4, -0.5, -1e-5, 0.0, 0.3, 1.7, 5.0, 9.0)]),
    "laplace": cases("laplace", [(m + s * z, m, s) for m, s in places for z in (-690.0, -40.0, -2.5, -0.01, 0.0, 0.4, 12.0, 50.0)]),
    "studentT": cases("studentT", [(m + s * z, m, s, nu) for m, s in places[:2] for nu in degrees
                                   for z in (-1e12, -3000.0, -35.0, -6.0, -1.9, -1.2, -0.6, -1e-3, 0.0, 0.7, 4.0, 50.0)
                                   if nu < 1000 or abs(z) < 40]),
    "poisson": cases("poisson", [(y, rate) for rate, all_y in counts for y in all_y]),
}


def mixture_cdf(y, function, components):
    return mp.fsum(function(y, *each)[0] for each in components) / len(components)


def quantile(p, function, components, low, high):
    """Bisection in 40 digits, from bounds that hold the quantile."""
    low, high = mpf(low), mpf(high)
    assert mixture_cdf(low, function, components) < p <= mixture_cdf(high, function, components)
    for _ in range(110):
        middle = (low + high) / 2
        if mixture_cdf(middle, function, components) < p:
            low = middle
        else:
            high = middle
    return written(high)


def whole_quantile(p, components):
    k = 0
    while mixture_cdf(k, poisson, components) < p:
        k += 1
    return k


def score(y, function, components):
    """The integral of the definition, cut where the densities have their peaks and kinks."""
    cuts = sorted({mpf(y), *(mpf(each[0]) for each in components)})
    near = [cuts[0] - 30, *cuts, cuts[-1] + 30]
    below = mp.quad(lambda x: mixture_cdf(x, function, components) ** 2, [-mp.inf, *[x for x in near if x < y], y])
    above = mp.quad(lambda x: (1 - mixture_cdf(x, function, components)) ** 2, [y, *[x for x in near if x > y], mp.inf])
    return written(below + above)


def whole_score(y, components):
    return written(mp.fsum((mixture_cdf(k, poisson, components) - (k >= y)) ** 2 for k in range(150)))


def mixture(family, components, probabilities, targets, bounds):
    function, names = families[family]
    if family == "poisson":
        quantiles = [[p, whole_quantile(p, components)] for p in probabilities]
        scores = [[y, whole_score(y, components)] for y in targets]
    else:
        quantiles = [[p, quantile(p, function, components, *bounds)] for p in probabilities]
        if family == "normal":
            means, deviations = (np.array([each[i] for each in components]) for i in (0, 1))
            scores = [[y, float(scoringrules.crps_mixnorm(y, means, deviations, backend="numpy"))] for y in targets]
        else:
            scores = [[y, score(y, function, components)] for y in targets]
    return {"family": family, "components": [dict(zip(names, each)) for each in components], "quantiles": quantiles, "scores": scores}


def singles():
    rows = []
    for y in (-4.0, 0.1, 2.5, 90.0):
        rows.append(["normal", {"mean": 0.5, "deviation": 1.3}, y, float(scoringrules.crps_normal(y, 0.5, 1.3))])
        rows.append(["laplace", {"location": 0.5, "scale": 1.3}, y, float(scoringrules.crps_laplace(y, 0.5, 1.3))])
        for nu in (1.5, 4.0, 40.0):
            parameters = {"location": 0.5, "scale": 1.3, "degreesOfFreedom": nu}
            rows.append(["studentT", parameters, y, float(scoringrules.crps_t(y, nu, 0.5, 1.3))])
    for y in (0, 3, 4, 40):
        for rate in (0.4, 3.7, 25.0):
            rows.append(["poisson", {"rate": rate}, y, float(scoringrules.crps_poisson(y, rate))])
    return rows


def spread(count, low, high):
    return [float(value) for value in generator.uniform(low, high, size=count)]


probabilities = [1e-12, 0.001, 0.05, 0.25, 0.5, 0.8, 0.95, 0.999]
mixtures = [
    mixture("normal", list(zip(spread(5, -3, 3), spread(5, 0.2, 2))), probabilities, (-5.0, 0.3, 2.0), (-100, 100)),
    mixture("normal", [(0.0, 0.01), (1.0, 0.02), (7.0, 0.5)], probabilities, (0.5, 1.01, 30.0), (-100, 100)),
    mixture("laplace", list(zip(spread(3, -2, 2), spread(3, 0.3, 2))), probabilities, (-1.0, 0.2, 6.0), (-100, 100)),
    mixture("studentT", list(zip(spread(3, -2, 2), spread(3, 0.3, 2), (2.5, 7.0, 30.0))), probabilities, (-1.0, 4.0), (-1e7, 1e7)),
    mixture("poisson", [(rate,) for rate in (0.3, 4.5, 21.0)], probabilities, (0, 3, 40), None),
]

fixture = {
    "versions": {"mpmath": mpmath.__version__, "scoringrules": scoringrules.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
    "values": values,
    "mixtures": mixtures,
    "singles": singles(),
}
path = Path(__file__).parents[2] / "packages/core/fixtures/distributions.json"
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(path.stat().st_size, "bytes")
