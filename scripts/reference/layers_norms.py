#!/usr/bin/env python3
"""Writes packages/conformance/src/data/layers/norms.ts: normalizations and their gradients, by PyTorch in float64.

    python3 scripts/reference/layers_norms.py

PyTorch has channels on the second axis of groups and batches; here they are on the last.
"""
import numpy as np
import torch
from layer_cases import Cases
from torch.nn import functional as F

cases = Cases(13)
normal = cases.values


def affine(options, channels, shift=True):
    values = {}
    if options.get("scale", True):
        values["scale"] = 1 + normal(channels)
    if options.get("shift", shift):
        values["shift"] = normal(channels)
    return values


def spread(*shape):
    """Inputs whose means and deviations differ between channels and are far from 0 and 1."""
    return normal(*shape) * (1 + np.arange(shape[-1])) + normal(shape[-1], scale=3)


def of_layers():
    for name, options, shape in [
        ("rows", {}, (3, 5)),
        ("a sequence", {"epsilon": 0.25}, (2, 3, 4)),
        ("images, scale only", {"shift": False}, (2, 2, 3, 2)),
        ("without parameters", {"scale": False, "shift": False}, (3, 4)),
    ]:
        epsilon = options.get("epsilon", 1e-5)
        run = lambda x, scale=None, shift=None: F.layer_norm(x, (shape[-1],), scale, shift, epsilon)
        cases.add(name, "layerNorm", options, [spread(*shape)], affine(options, shape[-1]), run)
    for name, options, shape in [
        ("rows", {}, (3, 5)),
        ("a sequence", {"epsilon": 0.25}, (2, 3, 4)),
        ("without parameters", {"scale": False}, (2, 4)),
    ]:
        epsilon = options.get("epsilon", 1e-6)
        run = lambda x, scale=None: F.rms_norm(x, (shape[-1],), scale, epsilon)
        cases.add(name, "rmsNorm", options, [spread(*shape)], affine(options, shape[-1], False), run)


def of_groups():
    for name, options, shape in [
        ("images", {"groups": 2}, (2, 3, 2, 6)),
        ("a sequence", {"groups": 3, "epsilon": 0.25}, (3, 4, 6)),
        ("rows, shift only", {"groups": 2, "scale": False}, (3, 8)),
        ("one group", {"groups": 1}, (2, 3, 4)),
        ("a group for each channel", {"groups": 3}, (2, 5, 3)),
    ]:
        groups, epsilon = options["groups"], options.get("epsilon", 1e-5)
        run = lambda x, scale=None, shift=None: F.group_norm(
            x.movedim(-1, 1), groups, scale, shift, epsilon
        ).movedim(1, -1)
        cases.add(name, "groupNorm", options, [spread(*shape)], affine(options, shape[-1]), run)


def of_batches():
    for name, options, shape in [
        ("rows", {}, (3, 4)),
        ("sequences", {"epsilon": 0.25, "updateRate": 0.3}, (2, 3, 4)),
        ("images, shift only", {"scale": False, "updateRate": 1}, (2, 3, 2, 3)),
        ("without parameters", {"scale": False, "shift": False}, (3, 2)),
        ("one sequence", {}, (1, 4, 3)),
    ]:
        for training in (True, False):
            rate, epsilon = options.get("updateRate", 0.1), options.get("epsilon", 1e-5)
            carried = {"mean": normal(shape[-1]), "variance": 0.5 + normal(shape[-1]) ** 2}

            def run(x, state, scale=None, shift=None):
                following = {key: value.clone() for key, value in state.items()}
                y = F.batch_norm(
                    x.movedim(-1, 1), following["mean"], following["variance"], scale, shift, training, rate, epsilon
                )
                return y.movedim(1, -1), following

            parameters = affine(options, shape[-1])
            when = "training" if training else "prediction"
            cases.add(
                f"{name}, {when}", "batchNorm", options, [spread(*shape)], parameters, run, carried=carried, training=training
            )


of_layers()
of_groups()
of_batches()
cases.write("norms", __file__)
