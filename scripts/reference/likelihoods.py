#!/usr/bin/env python3
"""Writes packages/core/fixtures/likelihoods.json: losses of likelihoods and their gradients, by PyTorch in float64.

    python3 scripts/reference/likelihoods.py

Gaussian losses are those of GaussianNLLLoss(full=True), summed over each row. With beta each is weighted by variance^beta
without a gradient (Seitzer et al. 2022, eq. 5). Those of classes are those of cross_entropy, with probabilities as targets.
"""
import json
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

torch.manual_seed(13)
torch.set_default_dtype(torch.float64)


def written(x):
    return {"shape": list(x.shape), "values": x.detach().flatten().tolist()}


def gaussian(rows, outputs, beta):
    output = torch.randn(rows, 2 * outputs, requires_grad=True)
    target = torch.randn(rows, outputs)
    mean, log_variance = output[:, :outputs], output[:, outputs:]
    variance = log_variance.exp()
    loss = torch.nn.GaussianNLLLoss(full=True, reduction="none")(mean, target, variance)
    loss = (loss * variance.detach() ** beta).sum(1)
    (gradient,) = torch.autograd.grad(loss.sum(), output)
    return {"beta": beta, **{k: written(v) for k, v in dict(output=output, target=target, loss=loss, gradient=gradient).items()}}


def categorical(rows, classes, smoothing):
    output = (2 * torch.randn(rows, classes)).requires_grad_()
    target = torch.softmax(torch.randn(rows, classes), 1)
    loss = cross_entropy(output, target, reduction="none", label_smoothing=smoothing)
    (gradient,) = torch.autograd.grad(loss.sum(), output)
    return {"labelSmoothing": smoothing, **{k: written(v) for k, v in dict(output=output, target=target, loss=loss, gradient=gradient).items()}}


fixture = {
    "made": f"PyTorch {torch.__version__.split('+')[0]}, float64",
    "gaussian": [gaussian(r, k, b) for r, k in [(3, 2), (2, 5), (4, 3)] for b in [0, 0.25, 0.5, 1]],
    "categorical": [categorical(r, k, s) for r, k in [(3, 2), (2, 5), (4, 3)] for s in [0, 0.1, 0.7]],
}
path = Path(__file__).resolve().parents[2] / "packages/core/fixtures/likelihoods.json"
path.write_text(json.dumps(fixture, indent=1) + "\n")
