#!/usr/bin/env python3
"""Writes packages/conformance/src/data/optimizerCases.ts: 100 steps of optimizers by PyTorch and optax in float64.

    python3 scripts/reference/optimizers.py

The gradients are given, so that the parameters depend on the optimizer alone. Parameters and gradients are whole numbers times
powers of two, which float32 holds.
"""
import json
import os
import subprocess
from pathlib import Path

os.environ["JAX_PLATFORMS"] = "cpu"
import jax
import numpy as np
import optax
import torch

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)
ROOT = Path(__file__).parents[2]
STEPS = 100
SHOWN = [1, 10, 100]
SHAPES = {
    "a/weights": (2, 2, 1, 2),
    "a/bias": (2,),
    "b/weights": (4, 3),
    "b/bias": (3,),
    "b/logVariance": (4, 3),
}
generator = np.random.default_rng(17)
start, gradients, units = {}, {name: [] for name in SHAPES}, {}
for name, shape in SHAPES.items():
    start[name] = np.rint(generator.normal(size=shape) * 64) / 64
    # Elements of very different sizes.
    units[name] = generator.integers(-13, -2, size=shape)
    # A gradient of about 40 units is never small next to its noise; the signs of others change.
    drift = np.rint(generator.normal(size=shape) * 40)
    for step in range(STEPS):
        whole = drift + np.rint(generator.normal(size=shape) * 30)
        # Minibatches in which nothing reaches an element.
        gradients[name].append(np.where(generator.random(shape) < 0.1, 0, whole))
# One element that nothing ever reaches.
for whole in gradients["b/weights"]:
    whole[1, 2] = 0

weights = lambda name: name.endswith("weights")
factor = lambda step: 1 / (1 + 0.1 * step)


def gradient(step):
    return {name: gradients[name][step] * 2.0 ** units[name] for name in SHAPES}


def by_torch(make, before=lambda parameters: None, schedule=None):
    """`make` is given the parameters by name; `before` runs between the gradients and the step."""
    parameters = {name: torch.tensor(value).requires_grad_() for name, value in start.items()}
    optimizer = make(parameters)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule) if schedule else None
    shown = []
    for step in range(STEPS):
        for name, value in gradient(step).items():
            parameters[name].grad = torch.tensor(value)
        before(list(parameters.values()))
        optimizer.step()
        if scheduler:
            scheduler.step()
        if step + 1 in SHOWN:
            shown.append({name: value.detach().numpy().copy() for name, value in parameters.items()})
    return shown, None


def by_optax(optimizer, average=None):
    parameters = {name: jax.numpy.array(value) for name, value in start.items()}
    state = optimizer.init(parameters)
    mean = optax.ema(average, debias=True) if average else None
    carried = mean.init(parameters) if mean else None
    shown, averages = [], []
    for step in range(STEPS):
        grads = {name: jax.numpy.array(value) for name, value in gradient(step).items()}
        updates, state = optimizer.update(grads, state, parameters)
        parameters = optax.apply_updates(parameters, updates)
        if mean:
            averaged, carried = mean.update(parameters, carried)
        if step + 1 in SHOWN:
            shown.append({name: np.asarray(value) for name, value in parameters.items()})
            if mean:
                averages.append({name: np.asarray(value) for name, value in averaged.items()})
    return shown, averages if mean else None


def groups(parameters):
    decayed = [value for name, value in parameters.items() if weights(name)]
    others = [value for name, value in parameters.items() if not weights(name)]
    return decayed, others


def masked_adamw(parameters):
    decayed, others = groups(parameters)
    return torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.3}, {"params": others, "weight_decay": 0.0}], lr=0.02
    )


def two_rates(parameters):
    decayed, others = groups(parameters)
    return torch.optim.SGD([{"params": decayed, "lr": 0.5}, {"params": others, "lr": 0.01}], momentum=0.8)


every = lambda parameters: list(parameters.values())
mask = {name: weights(name) for name in SHAPES}
labels = {name: "adam" if weights(name) else "sgd" if name.endswith("bias") else "frozen" for name in SHAPES}
optim = torch.optim
CASES = [
    ("sgd", "torch", by_torch(lambda p: optim.SGD(every(p), lr=0.1))),
    ("sgd, momentum", "torch", by_torch(lambda p: optim.SGD(every(p), lr=0.05, momentum=0.9))),
    ("sgd, Nesterov", "torch", by_torch(lambda p: optim.SGD(every(p), lr=0.05, momentum=0.8, nesterov=True))),
    ("adam", "torch", by_torch(lambda p: optim.Adam(every(p)))),
    ("adam, other numbers", "torch", by_torch(lambda p: optim.Adam(every(p), lr=0.02, betas=(0.5, 0.9), eps=1e-3))),
    ("adam, scheduled", "torch", by_torch(lambda p: optim.Adam(every(p), lr=0.05), schedule=factor)),
    ("adamW, all decay", "torch", by_torch(lambda p: optim.AdamW(every(p), lr=0.01, weight_decay=0.1))),
    ("adamW, weights decay", "torch", by_torch(masked_adamw, schedule=factor)),
    ("rmsprop", "torch", by_torch(lambda p: optim.RMSprop(every(p)))),
    ("rmsprop, momentum", "torch", by_torch(lambda p: optim.RMSprop(every(p), lr=0.002, alpha=0.9, momentum=0.7))),
    ("rmsprop, centred", "torch", by_torch(lambda p: optim.RMSprop(every(p), eps=1e-3, centered=True))),
    (
        "rmsprop, centred, momentum",
        "torch",
        by_torch(lambda p: optim.RMSprop(every(p), lr=0.003, alpha=0.95, eps=0.01, momentum=0.5, centered=True)),
    ),
    (
        "clipped by value",
        "torch",
        by_torch(lambda p: optim.SGD(every(p), lr=0.3), before=lambda p: torch.nn.utils.clip_grad_value_(p, 0.25)),
    ),
    ("groups of two rates", "torch", by_torch(two_rates)),
    ("lion", "optax", by_optax(optax.lion(1e-3, weight_decay=0.0))),
    ("lion, weights decay", "optax", by_optax(optax.lion(0.01, b1=0.8, b2=0.95, weight_decay=0.2, mask=mask))),
    (
        "clipped by norm, adamW",
        "optax",
        by_optax(optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(0.01, weight_decay=0.1, mask=mask))),
    ),
    (
        "clipped by norm, momentum",
        "optax",
        by_optax(optax.chain(optax.clip_by_global_norm(3.0), optax.sgd(0.1, momentum=0.9))),
    ),
    (
        "groups, one of them frozen",
        "optax",
        by_optax(
            optax.partition({"adam": optax.adam(0.01), "sgd": optax.sgd(0.2), "frozen": optax.set_to_zero()}, labels)
        ),
    ),
    ("adam, averaged", "optax", by_optax(optax.adam(0.02), average=0.9)),
    (
        "groups, averaged",
        "optax",
        by_optax(
            optax.partition({"adam": optax.adam(0.01), "sgd": optax.sgd(0.2), "frozen": optax.set_to_zero()}, labels),
            average=0.98,
        ),
    ),
]


def flat(states):
    return [{name: [float(x) for x in value.flatten()] for name, value in state.items()} for state in states]


def of_case(name, library, result):
    shown, averages = result
    averaged = {} if averages is None else {"averages": flat(averages)}
    return {"name": name, "library": library, "parameters": flat(shown), **averaged}


data = {
    "shown": SHOWN,
    "start": {name: [float(x) for x in value.flatten()] for name, value in start.items()},
    "exponents": {name: [int(x) for x in value.flatten()] for name, value in units.items()},
    "gradients": {
        name: [[int(x) for x in whole.flatten()] for whole in steps] for name, steps in gradients.items()
    },
    "cases": [of_case(*case) for case in CASES],
}
version = torch.__version__.split("+")[0]
path = ROOT / "packages/conformance/src/data/optimizerFixture.ts"
path.write_text(
    "/** 100 steps of an optimizer, by another library in float64, after the steps `shown`. */\n"
    "export interface OptimizerTrajectory {\n  readonly name: string;\n  readonly library: string;\n"
    "  /** Row-major values by name. */\n"
    "  readonly parameters: readonly Readonly<Record<string, readonly number[]>>[];\n"
    "  readonly averages?: readonly Readonly<Record<string, readonly number[]>>[];\n}\n\n"
    f"/**\n * Written by scripts/reference/optimizers.py with torch {version}, optax {optax.__version__} and jax {jax.__version__},"
    " in float64. The gradient of an element is\n * a whole number times two to the power of its exponent.\n */\n"
    "export const optimizerFixture: {\n  readonly shown: readonly number[];\n"
    "  readonly start: Readonly<Record<string, readonly number[]>>;\n"
    "  readonly exponents: Readonly<Record<string, readonly number[]>>;\n"
    "  readonly gradients: Readonly<Record<string, readonly (readonly number[])[]>>;\n"
    "  readonly cases: readonly OptimizerTrajectory[];\n"
    f"}} = {json.dumps(data, allow_nan=False)};\n"
)
subprocess.run(["npx", "biome", "format", "--write", str(path)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
print(f"{len(CASES)} cases, {path.stat().st_size} bytes")
