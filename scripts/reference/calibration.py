#!/usr/bin/env python3
"""Writes packages/core/fixtures/calibration.json: conformal prediction by MAPIE and torch-uncertainty, isotonic regression and digests of
rows by scikit-learn.

    python3 scripts/reference/calibration.py

Written with MAPIE 1.6.0, torch-uncertainty 0.13.0, scikit-learn 1.9.1, torch 2.15.0, numpy 2.4.6. All in float64; the fixture names the
versions that wrote it. Estimators return what is known, so only the calibration is theirs.

Where they differ from core by definition:
- MAPIE's APS has randomized scores at calibration in any case. So only its randomized sets are compared, on its own noise.
- torch-uncertainty's limits of classes are `torch.quantile(scores, coverage)`: lines between ranks, without the one row more for the new
  row, hence below the limit that guarantees the coverage. Scores and sets are compared, the latter at its limit; the limit itself is
  written to show the difference. Its limit of CQR is `torch.quantile(scores, ceil((n + 1) coverage) / n, "higher")`, whose place is
  `level (n - 1)`, rounded up: one rank more than the coverage needs.
- Where (n + 1) coverage is a whole number, the rounding of 1 - (1 - coverage) decides whether MAPIE and torch-uncertainty take a rank
  more, and they do not agree with each other. Core takes the whole number. The sizes here avoid it.
- Where the limit of CQR is so negative that bounds cross, MAPIE leaves them crossed (and says so); core puts both in their middle.
- MAPIE's RAPS learns its penalty and rank from rows of their own. So RAPS is compared with torch-uncertainty alone.
- torch-uncertainty draws noise for each class, and MAPIE and core for each row.
"""
import importlib.metadata
import importlib.util
import json
import sys
import types
import warnings
from pathlib import Path

import numpy as np
import torch
from mapie.classification import SplitConformalClassifier
from mapie.conformity_scores import ResidualNormalisedScore
from mapie.regression import ConformalizedQuantileRegressor, SplitConformalRegressor
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.isotonic import IsotonicRegression
from sklearn.utils import murmurhash3_32

torch.set_default_dtype(torch.float64)
generator = np.random.default_rng(29)


def torch_uncertainty():
    """Its conformal predictors by their files, since the package as a whole needs lightning."""
    root = Path(next(iter(importlib.util.find_spec("torch_uncertainty").submodule_search_locations)))
    for name in ("", ".post_processing", ".post_processing.conformal", ".utils"):
        module = types.ModuleType(f"torch_uncertainty{name}")
        module.__path__ = [str(root.joinpath(*name.split(".")))]
        sys.modules[module.__name__] = module
    # Only asked for its name: no temperature is scaled here.
    sys.modules["torch_uncertainty.post_processing"].TemperatureScaler = object
    from torch_uncertainty.post_processing.conformal import aps, cqr, raps, thr

    return aps.ConformalClsAPS, raps.ConformalClsRAPS, thr.ConformalClsTHR, cqr.ConformalRegCQR


class Given(ClassifierMixin, BaseEstimator):
    """Predicts the probabilities that it is handed as inputs."""

    def fit(self, X, y):
        self.classes_ = np.arange(X.shape[1])
        self.n_features_in_ = X.shape[1]
        return self

    def predict_proba(self, X):
        return np.asarray(X)

    def predict(self, X):
        return np.argmax(X, axis=1)


class Column(RegressorMixin, BaseEstimator):
    """Predicts a column of its inputs."""

    def __init__(self, column=0):
        self.column = column

    def fit(self, X, y):
        self.n_features_in_ = X.shape[1]
        return self

    def predict(self, X):
        return np.asarray(X)[:, self.column]


def written(values):
    return [float(value) for value in np.ravel(values)]


def probabilities(rows, classes):
    """As float32, like those of a network."""
    logits = 1.5 * generator.normal(size=(rows, classes))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return p.astype(np.float32)


def labels_of(p):
    cumulative = np.cumsum(p.astype(np.float64), axis=1)
    drawn = generator.uniform(size=len(p)) * cumulative[:, -1]
    return np.array([np.searchsorted(c, u) for c, u in zip(cumulative, drawn)])


def mapie_sets(score, known, given, coverage, seed, **params):
    p, y = known
    estimator = Given().fit(p, y)
    classifier = SplitConformalClassifier(
        estimator, confidence_level=coverage, conformity_score=score, random_state=seed
    ).conformalize(p, y)
    _, sets = classifier.predict_set(given, conformity_score_params=params)
    limit = classifier._mapie_classifier.conformity_score_function_.quantiles_
    return {"limit": float(limit[0]), "members": written(sets[:, :, 0])}


def noise_of(seed, rows):
    """MAPIE's, which begins anew with the same seed at calibration and at prediction."""
    return np.random.RandomState(seed).uniform(size=rows)


def classes_case(rows, fresh, classes, coverage, seed):
    aps, raps, thr, _ = torch_uncertainty_classes
    p, new = probabilities(rows, classes).astype(np.float64), probabilities(fresh, classes).astype(np.float64)
    # scikit-learn wants rows that sum to 1 more exactly than float32 does.
    y = labels_of(p)
    penalty, rank = 0.125, 2
    # Probabilities in place of logits, since the softmax of their logarithms would divide float32 by its sum once more.
    loader = [(torch.tensor(p), torch.tensor(y))]
    peers = {}
    for name, predictor in {
        "threshold": thr(alpha=1 - coverage, model=torch.nn.Identity(), enable_ts=False),
        "aps": aps(alpha=1 - coverage, model=torch.nn.Identity(), randomized=False, enable_ts=False),
        "raps": raps(
            alpha=1 - coverage,
            model=torch.nn.Identity(),
            randomized=False,
            penalty=penalty,
            regularization_rank=rank,
        ),
    }.items():
        predictor.model_forward = lambda given: given
        predictor.fit(loader)
        scores = 1 - torch.tensor(new) if name == "threshold" else predictor._calculate_all_labels(torch.tensor(new))
        sets = predictor.conformal(torch.tensor(new)) > 0
        peers[name] = {"limit": float(predictor.quantile), "scores": written(scores), "members": written(sets)}
    return {
        "classes": classes,
        "coverage": coverage,
        "penalty": penalty,
        "rank": rank,
        "calibration": {"probabilities": written(p), "labels": written(y), "noise": written(noise_of(seed, rows))},
        "fresh": {"probabilities": written(new), "noise": written(noise_of(seed, fresh))},
        "mapie": {
            "threshold": mapie_sets("lac", (p, y), new, coverage, seed),
            "aps": mapie_sets("aps", (p, y), new, coverage, seed, include_last_label="randomized"),
        },
        "torchUncertainty": peers,
    }


def numbers_case(rows, fresh, coverage):
    """Inputs are mean, deviation, lower and upper quantile of each row."""
    cqr = torch_uncertainty_classes[3]

    def predictions(count):
        mean, deviation = generator.normal(size=count) * 3, generator.gamma(2, size=count) + 0.2
        # Too wide on purpose for some cases, so that limits are negative.
        reach = generator.uniform(0.5, 2.5) * deviation
        return np.stack([mean, deviation, mean - reach, mean + 1.3 * reach], axis=1).astype(np.float32).astype(np.float64)

    known, new = predictions(rows), predictions(fresh)
    y = known[:, 0] + known[:, 1] * generator.standard_t(4, size=rows)

    def split(score):
        regressor = SplitConformalRegressor(
            Column(0).fit(known, y), confidence_level=coverage, conformity_score=score, prefit=True
        )
        return regressor.conformalize(known, y).predict_interval(new)[1][:, :, 0]

    scaled = ResidualNormalisedScore(residual_estimator=Column(1).fit(known, y), prefit=True, sym=True)
    quantile = ConformalizedQuantileRegressor(
        [Column(2).fit(known, y), Column(3).fit(known, y), Column(0).fit(known, y)], confidence_level=coverage, prefit=True
    ).conformalize(known, y)
    _, bounds = quantile.predict_interval(new, symmetric_correction=True)
    predictor = cqr(alpha=1 - coverage, model=torch.nn.Identity())
    predictor.fit([(torch.tensor(known[:, 2:]), torch.tensor(y))])
    return {
        "coverage": coverage,
        "calibration": {"predictions": written(known), "targets": written(y)},
        "fresh": {"predictions": written(new)},
        "intervals": {
            "absolute": written(split("absolute")),
            "scaled": written(split(scaled)),
            "quantile": written(bounds[:, :, 0]),
        },
        "torchUncertaintyLimit": float(predictor.quantile),
    }


def isotonic_case(rows, ties, weighted):
    x = generator.uniform(size=rows)
    if ties:
        x = np.round(8 * x) / 8
    x = x.astype(np.float32).astype(np.float64)
    y = (generator.uniform(size=rows) < x**2).astype(np.float64)
    weights = generator.integers(0, 4, size=rows).astype(np.float64) if weighted else None
    at = np.concatenate([np.linspace(-0.1, 1.1, 41), x[:9]])
    fitted = IsotonicRegression(out_of_bounds="clip").fit(x, y, sample_weight=weights)
    return {
        "x": written(x),
        "y": written(y),
        **({} if weights is None else {"weights": written(weights)}),
        "at": written(at),
        "values": written(fitted.predict(at)),
    }


def one_against_all_case(rows, fresh, classes):
    p, new = probabilities(rows, classes).astype(np.float64), probabilities(fresh, classes).astype(np.float64)
    # Labels are surer than the probabilities say.
    y = labels_of(p**2)
    calibrated = CalibratedClassifierCV(FrozenEstimator(Given().fit(p, y)), method="isotonic", cv=2, ensemble=False).fit(p, y)
    return {
        "classes": classes,
        "calibration": {"probabilities": written(p), "labels": written(y)},
        "fresh": {"probabilities": written(new), "calibrated": written(calibrated.predict_proba(new))},
    }


def digests_case(rows, width):
    """MurmurHash3 of the bytes of each row's inputs and target."""
    numbers = generator.normal(size=(rows, width)).astype("<f4")
    return {
        "width": width,
        "numbers": written(numbers),
        "digests": [murmurhash3_32(row.tobytes(), positive=True) for row in numbers],
    }


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message="The predicted probabilities", module="mapie")
    torch_uncertainty_classes = torch_uncertainty()
    fixture = {
        "versions": {name: importlib.metadata.version(name) for name in ("MAPIE", "torch_uncertainty", "scikit-learn", "torch", "numpy")},
        "classes": [
            classes_case(37, 23, 5, 0.9, 1),
            classes_case(60, 19, 3, 0.75, 2),
            classes_case(101, 17, 11, 0.8, 3),
        ],
        "numbers": [numbers_case(31, 13, 0.9), numbers_case(50, 11, 0.8), numbers_case(98, 7, 0.6)],
        "isotonic": [isotonic_case(40, ties, weighted) for ties in (False, True) for weighted in (False, True)],
        "oneAgainstAll": [one_against_all_case(57, 14, 2), one_against_all_case(80, 15, 4)],
        "digests": [digests_case(9, 3), digests_case(5, 8)],
    }
    path = Path(__file__).parents[2] / "packages/core/fixtures/calibration.json"
    path.write_text(json.dumps(fixture) + "\n")
