#!/usr/bin/env python3
"""Writes packages/core/fixtures/schedules.json: factors of schedules by PyTorch and optax in float64, one a step.

    python3 scripts/reference/schedules.py
"""
import json
import os
from pathlib import Path

os.environ["JAX_PLATFORMS"] = "cpu"
import jax
import optax
import torch
from torch.optim import lr_scheduler as schedulers

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)
STEPS = 120


def by_torch(make):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = make(optimizer)
    factors = []
    for _ in range(STEPS):
        factors.append(float(scheduler.get_last_lr()[0]))
        optimizer.step()
        scheduler.step()
    return factors


def by_optax(schedule):
    return [float(schedule(step)) for step in range(STEPS)]


def cosine_after_warm_up(optimizer):
    # The first factor of LinearLR is above 0.
    first = schedulers.LinearLR(optimizer, start_factor=1e-300, total_iters=20)
    second = schedulers.CosineAnnealingLR(optimizer, T_max=100, eta_min=0.05)
    return schedulers.SequentialLR(optimizer, [first, second], milestones=[20])


def one_cycle(optimizer):
    # Its rise ends at pct_start · total_steps − 1, its fall at total_steps − 1.
    return schedulers.OneCycleLR(optimizer, max_lr=1.0, total_steps=121, pct_start=37 / 121)


CASES = {
    "cosine, optax": by_optax(optax.cosine_decay_schedule(1.0, 80, alpha=0.1)),
    "cosine, torch": by_torch(lambda o: schedulers.CosineAnnealingLR(o, T_max=120)),
    "exponential, torch": by_torch(lambda o: schedulers.ExponentialLR(o, gamma=0.97)),
    "exponential, optax": by_optax(optax.exponential_decay(1.0, 30, 0.5)),
    "step, torch": by_torch(lambda o: schedulers.StepLR(o, step_size=25, gamma=0.3)),
    "step, optax": by_optax(optax.exponential_decay(1.0, 40, 0.5, staircase=True)),
    "one cycle, torch": by_torch(one_cycle),
    "one cycle, optax": by_optax(optax.cosine_onecycle_schedule(100, 1.0, pct_start=0.4, div_factor=10, final_div_factor=50)),
    "warm-up, optax": by_optax(optax.linear_schedule(0.0, 1.0, 50)),
    "warm-up and cosine, torch": by_torch(cosine_after_warm_up),
    "warm-up and step, optax": by_optax(
        optax.join_schedules(
            [optax.linear_schedule(0.0, 1.0, 10), optax.exponential_decay(1.0, 30, 0.5, staircase=True)], [10]
        )
    ),
}
path = Path(__file__).parents[2] / "packages/core/fixtures/schedules.json"
version = torch.__version__.split("+")[0]
source = f"scripts/reference/schedules.py, torch {version}, optax {optax.__version__}, jax {jax.__version__}"
path.write_text(json.dumps({"source": source, "factors": CASES}) + "\n")
print(path.stat().st_size, "bytes")
