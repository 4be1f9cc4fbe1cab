#!/usr/bin/env python3
"""Writes packages/core/fixtures/metrics.json: metrics of random predictions, by scikit-learn, torchmetrics and scoringrules.

    python3 scripts/reference/metrics.py

Written with scikit-learn 1.9.1, torchmetrics 1.9.0, torch 2.15.0, scoringrules 0.10.0, scipy 1.17.1, numpy 2.4.6. All in
float64; the fixture names the versions that wrote it.
"""
import json
from pathlib import Path

import numpy as np
import scipy
import scipy.stats
import scoringrules
import sklearn
import sklearn.metrics as sk
import torch
import torchmetrics
from sklearn.calibration import calibration_curve
from torchmetrics.classification import BinaryCalibrationError, MulticlassCalibrationError

torch.set_default_dtype(torch.float64)
generator = np.random.default_rng(13)


def written(values):
    return [float(value) for value in np.ravel(values)]


def weights_of(rows, kind):
    """None; weights of any size; or small whole numbers, zero among them."""
    if kind == "none":
        return None
    if kind == "any":
        return generator.gamma(1.5, size=rows)
    return np.concatenate([[1.0], generator.integers(0, 4, size=rows - 1)])


def with_weights(values, weights):
    return values | ({} if weights is None else {"weights": written(weights)})


def multiclass_error(probabilities, labels, bins):
    """The class for several labels rounds to float32. So it only checks that the one for binary labels does the same."""
    p, y = torch.tensor(probabilities), torch.tensor(labels)
    confidence, predicted = p.max(dim=1)
    error = float(BinaryCalibrationError(n_bins=bins, norm="l1")(confidence, (predicted == y).int()))
    rounded = float(MulticlassCalibrationError(p.shape[1], n_bins=bins, norm="l1")(p, y))
    assert abs(error - rounded) < 1e-6
    return error


def classification(rows, classes, kind, ties):
    logits = generator.normal(size=(rows, classes)) * 2
    probabilities = scipy.special.softmax(logits, axis=1)
    if ties:
        # Multiples of 1/8: rows with equally probable classes, and rows of one confidence.
        counts = generator.multinomial(8, np.ones(classes) / classes, size=rows)
        probabilities = counts / 8
    labels = np.array([generator.choice(classes, p=0.7 * p + 0.3 / classes) for p in probabilities])
    weights = weights_of(rows, kind)
    predicted = probabilities.argmax(axis=1)
    everything = np.arange(classes)
    # scikit-learn puts the last of equally probable classes first, Vardrop the first: so the classes are counted from the end.
    from_end = classes - 1 - labels
    expected = {
        "accuracy": sk.accuracy_score(labels, predicted, sample_weight=weights),
        "topK": [
            sk.top_k_accuracy_score(from_end, probabilities[:, ::-1], k=k, sample_weight=weights, labels=everything)
            if classes > 2
            else sk.accuracy_score(labels, predicted, sample_weight=weights) if k == 1 else 1.0
            for k in range(1, classes + 1)
        ],
        "brier": sk.brier_score_loss(
            labels, probabilities, sample_weight=weights, labels=everything, scale_by_half=False
        ),
    }
    if not ties:
        expected["nll"] = sk.log_loss(labels, probabilities, sample_weight=weights, labels=everything)
    if not ties and weights is None:
        expected["equalWidth"] = [[bins, multiclass_error(probabilities, labels, bins)] for bins in (1, 4, 10, 15)]
    given = {"classes": classes, "probabilities": written(probabilities), "labels": [int(label) for label in labels]}
    return with_weights(given | {"predicted": [int(label) for label in predicted]}, weights) | {"expected": expected}


def calibration(rows):
    """Probabilities of yes without ties, as many rows in each bin; scikit-learn's own quantiles are between two rows then."""
    probabilities = generator.permutation(generator.uniform(size=rows))
    labels = (generator.uniform(size=rows) < 0.2 + 0.5 * probabilities).astype(int)
    p, y = torch.tensor(probabilities), torch.tensor(labels)
    cases = []
    for bins in (2, 3, 6):
        case = {"bins": bins, "ece": float(BinaryCalibrationError(n_bins=bins, norm="l1")(p, y))}
        for name, strategy in (("equalWidth", "uniform"), ("equalMass", "quantile")):
            share, mean = calibration_curve(labels, probabilities, n_bins=bins, strategy=strategy)
            case[name] = {"accuracy": written(share), "confidence": written(mean)}
        cases.append(case)
    return {"probabilities": written(probabilities), "labels": [int(label) for label in labels], "expected": cases}


def binary(rows, kind, ties):
    labels = np.concatenate([[0, 1], generator.integers(0, 2, size=rows - 2)])
    scores = generator.normal(size=rows) + labels
    if ties:
        scores = np.round(scores * 1.5) / 1.5 + 0.0
    weights = weights_of(rows, kind)
    if weights is not None:
        weights[1] = 0.75
    false, true, thresholds = sk.roc_curve(labels, scores, sample_weight=weights, drop_intermediate=False)
    expected = {
        "area": sk.roc_auc_score(labels, scores, sample_weight=weights),
        "averagePrecision": sk.average_precision_score(labels, scores, sample_weight=weights),
        "roc": {"thresholds": written(thresholds[1:]), "false": written(false), "true": written(true)},
    }
    expected["falseAt"] = [[rate, float(false[true >= rate - 1e-12].min())] for rate in (0.5, 0.8, 0.95, 1.0)]
    return with_weights({"scores": written(scores), "labels": [int(y) for y in labels]}, weights) | {"expected": expected}


def interval_scores(targets, lower, upper, alpha):
    flat = scoringrules.interval_score(targets.ravel(), lower.ravel(), upper.ravel(), alpha)
    return flat.reshape(targets.shape)


def regression(rows, outputs, kind, samples):
    targets = generator.normal(size=(rows, outputs)) * 3 + 5
    mean = targets + generator.normal(size=(rows, outputs))
    deviation = generator.gamma(2.0, size=(rows, outputs))
    drawn = mean + deviation * generator.normal(size=(samples, rows, outputs))
    if samples > 2:
        drawn[1] = drawn[0]  # Samples that are equal.
        drawn[2, 0] = targets[0]
    weights = weights_of(rows, kind)

    def average(values):
        return float(np.average(values.mean(axis=1), weights=weights))

    lower, upper = mean - deviation, mean + 1.5 * deviation
    lower[0, 0] = targets[0, 0]
    estimator = {"estimator": "fair"} if samples > 1 else {"estimator": "nrg"}
    expected = {
        "rmse": float(np.sqrt(sk.mean_squared_error(targets, mean, sample_weight=weights))),
        "normalCrps": average(scoringrules.crps_normal(targets, mean, deviation)),
        "sampleCrps": average(scoringrules.crps_ensemble(targets, drawn, m_axis=0, backend="numpy", **estimator)),
        "coverage": average(((lower <= targets) & (targets <= upper)).astype(float)),
        "width": average(upper - lower),
        "intervalScore": [[p, average(interval_scores(targets, lower, upper, 1 - p))] for p in (0.5, 0.95)],
    }
    given = {name: written(values) for name, values in locals().items() if name in ("targets", "mean", "deviation")}
    given |= {"samples": written(drawn), "lower": written(lower), "upper": written(upper)}
    return with_weights(given, weights) | {"expected": expected}


def transforms(rows, bins, kind):
    """Histograms of a normal's transforms, and of a Poisson's, whose mass is spread as in Czado, Gneiting & Held (2009)."""
    weights = weights_of(rows, kind)
    normal = scipy.stats.norm.cdf(generator.normal(size=rows) * 1.3)
    rate = generator.gamma(2.0, size=rows) + 0.2
    count = generator.poisson(rate)
    below, at = scipy.stats.poisson.cdf(count - 1, rate), scipy.stats.poisson.cdf(count, rate)
    edges = np.arange(bins + 1) / bins
    spread = np.clip((edges - below[:, None]) / (at - below)[:, None], 0, 1)

    def histogram(values):
        sums = np.histogram(values, bins=bins, range=(0, 1), weights=weights)[0]
        return written(sums / sums.sum())

    expected = {
        "normal": histogram(normal),
        "poisson": written(np.diff(np.average(spread, axis=0, weights=weights))),
        "middle": histogram((below + at) / 2),
    }
    given = {"bins": bins, "normal": written(normal), "below": written(below), "at": written(at)}
    return with_weights(given, weights) | {"expected": expected}


kinds = ("none", "any", "whole")
fixture = {
    "versions": {
        "scikit-learn": sklearn.__version__,
        "torchmetrics": torchmetrics.__version__,
        "scoringrules": scoringrules.__version__,
        "scipy": scipy.__version__,
        "numpy": np.__version__,
    },
    "classification": [
        classification(rows, classes, kind, ties)
        for rows, classes in ((7, 3), (41, 2), (60, 5))
        for kind in kinds
        for ties in (False, True)
    ],
    "calibration": [calibration(rows) for rows in (12, 90)],
    "binary": [binary(rows, kind, ties) for rows in (6, 50) for kind in kinds for ties in (False, True)],
    "regression": [
        regression(rows, outputs, kind, samples)
        for rows, outputs, samples in ((5, 1, 1), (7, 3, 2), (9, 2, 11))
        for kind in kinds
    ],
    "transforms": [transforms(rows, bins, kind) for rows, bins in ((30, 7), (80, 10)) for kind in kinds],
}
path = Path(__file__).parents[2] / "packages/core/fixtures/metrics.json"
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(path.stat().st_size, "bytes")
