"""Gaussians of last layers, for packages/core/fixtures/last_layer.json.

Closed forms by numpy in float64; full and diagonal curvature of a small network by laplace-torch. Weights are in the library's order:
the matrix [inputs + 1, outputs] row by row, whose last row is the bias. Run: python3 scripts/reference/last_layer.py
"""

import json
from pathlib import Path

import numpy as np
import torch
from laplace import Laplace
from torch.utils.data import DataLoader, TensorDataset

random = np.random.default_rng(7)
torch.set_default_dtype(torch.float64)


def rounded(*shape):
    """Numbers that float32 holds."""
    return random.normal(size=shape).astype(np.float32).astype(np.float64)


def with_bias(features):
    return np.concatenate([features, np.ones((len(features), 1))], 1)


def regression():
    """Bayesian linear regression: a posterior for each output, its evidence, and the most probable precision on a grid."""
    x, y, variance, precision = rounded(23, 3), rounded(23, 2), [0.25, 2.0], 0.7
    f = with_bias(x)
    weights = random.uniform(0.5, 2, 23).astype(np.float32).astype(np.float64)

    def posterior(c, lam):
        inverse = lam * np.eye(4) + (f.T * weights) @ f / variance[c]
        covariance = np.linalg.inv(inverse)
        return covariance, covariance @ (f.T * weights) @ y[:, c] / variance[c]

    def evidence(lam):
        """log N(y | 0, σ²/w + F Fᵀ/λ)."""
        total = 0.0
        for c in range(2):
            k = np.diag(variance[c] / weights) + f @ f.T / lam
            sign, logdet = np.linalg.slogdet(k)
            total += -0.5 * (logdet + y[:, c] @ np.linalg.solve(k, y[:, c]) + 23 * np.log(2 * np.pi))
        return total

    both = [posterior(c, precision) for c in range(2)]
    precisions = [0.1, 0.7, 5.0]
    return dict(
        inputs=x.tolist(), targets=y.tolist(), variance=variance, precision=precision, weights=weights.tolist(),
        covariances=[covariance.tolist() for covariance, _ in both], means=[mean.tolist() for _, mean in both],
        precisions=precisions, evidences=[evidence(lam) for lam in precisions],
    )


def network(outputs):
    model = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Tanh(), torch.nn.Linear(5, outputs))
    for parameter in model.parameters():
        parameter.data = torch.tensor(rounded(*parameter.shape))
    return model


def ours(matrix, inputs, outputs):
    """Rows and columns of laplace-torch, weights [outputs, inputs] and then the bias, in the library's order."""
    order = [c * inputs + d if d < inputs else outputs * inputs + c for d in range(inputs + 1) for c in range(outputs)]
    return matrix[np.ix_(order, order)]


def classes():
    model, x, y = network(4), rounded(30, 3), random.integers(0, 4, 30)
    loader = DataLoader(TensorDataset(torch.tensor(x), torch.tensor(y)), batch_size=30)
    covariances, evidences, precision = {}, {}, 0.4
    for kind in ["full", "diag"]:
        la = Laplace(model, "classification", subset_of_weights="last_layer", hessian_structure=kind, prior_precision=precision)
        la.fit(loader)
        found = la.posterior_covariance if kind == "full" else torch.diag(la.posterior_variance)
        covariances[kind] = ours(found.detach().numpy(), 5, 4).tolist()
        evidences[kind] = [float(la.log_marginal_likelihood(torch.tensor([lam]))) for lam in [0.1, 0.4, 3.0]]
    # Kronecker's factors with the bias as a row of the weights (Martens & Grosse 2015), by numpy.
    with torch.no_grad():
        f = with_bias(torch.tanh(model[0](torch.tensor(x))).numpy())
        p = torch.softmax(model(torch.tensor(x)), 1).numpy()
    left, right = f.T @ f, np.diag(p.sum(0)) - p.T @ p
    covariances["kron"] = np.linalg.inv(np.kron(left, right) / len(x) + precision * np.eye(24)).tolist()
    weights = [[parameter.detach().numpy().T.tolist() for parameter in layer.parameters()] for layer in [model[0], model[2]]]
    return dict(
        inputs=x.tolist(), labels=y.tolist(), layers=weights, precision=precision, covariances=covariances,
        precisions=[0.1, 0.4, 3.0], evidences=evidences,
    )


versions = {"numpy": np.__version__, "torch": torch.__version__, "laplace-torch": "0.3"}
path = Path(__file__).parents[2] / "packages/core/fixtures/last_layer.json"
path.write_text(json.dumps(dict(versions=versions, regression=regression(), classes=classes())) + "\n")
print(path, path.stat().st_size)
