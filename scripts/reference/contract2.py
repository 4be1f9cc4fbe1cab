#!/usr/bin/env python3
"""Writes packages/core/fixtures/contract2.json: operations and their vector-Jacobian products, by JAX in float64.

    python3 scripts/reference/contract2.py

Written with jax 0.10.2. All numbers are multiples of 1/8 below 8, so that every sum and every product is exact and results
have to be equal; rounding has numbers of its own. NaN is written as null.
"""
import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

jax.config.update("jax_enable_x64", True)
generator = np.random.default_rng(2)


def values(*shape):
    return jnp.asarray(generator.integers(-31, 32, size=shape) / 8)


def written(x):
    x = np.asarray(x)
    return {"shape": list(x.shape), "values": [None if np.isnan(v) else float(v) for v in x.ravel()]}


def case(op, attributes, function, operands, wanted):
    """Operands, the result, a gradient dy in the result, and what it comes to in the operands that are `wanted`."""
    result, pull = jax.vjp(function, *operands)
    dy = values(*result.shape)
    pulled = pull(dy)
    return {
        "op": op,
        "attributes": attributes,
        "operands": [written(x) for x in operands],
        "result": written(result),
        "dy": written(dy),
        "gradients": [written(g) if want else None for g, want in zip(pulled, wanted)],
    }


def convolve(attributes):
    (top, bottom, left, right), groups = attributes["padding"], attributes["groups"]

    def run(image, filters):
        return lax.conv_general_dilated(
            image,
            filters,
            attributes["strides"],
            [(top, bottom), (left, right)],
            rhs_dilation=attributes["dilations"],
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
            feature_group_count=groups,
        )

    return run


def convolutions():
    for image, filters, strides, padding, dilations, groups in [
        ((2, 5, 6, 2), (3, 2, 2, 3), (1, 1), (0, 0, 0, 0), (1, 1), 1),
        ((1, 7, 6, 1), (3, 3, 1, 2), (2, 1), (2, 1, 0, 3), (2, 2), 1),
        ((2, 5, 7, 4), (2, 3, 2, 6), (1, 2), (1, 0, 2, 2), (3, 2), 2),
        ((1, 6, 5, 3), (3, 3, 1, 3), (1, 1), (1, 1, 1, 1), (1, 1), 3),
        ((2, 4, 6, 3), (2, 2, 1, 6), (2, 3), (0, 1, 3, 0), (1, 3), 3),
        ((1, 5, 5, 6), (1, 3, 2, 3), (3, 1), (0, 0, 1, 2), (2, 2), 3),
    ]:
        attributes = {"strides": strides, "padding": padding, "dilations": dilations, "groups": groups}
        run = convolve(attributes)
        x, w = values(*image), values(*filters)
        forward = case("conv2d", attributes, run, (x, w), (True, True))
        yield forward
        dy = values(*forward["result"]["shape"])
        # The gradients are operations of their own, with gradients of their own.
        image_gradient = lambda w, dy: jax.vjp(lambda x: run(x, w), jnp.zeros(image))[1](dy)[0]
        yield case("conv2dInputGradient", {**attributes, "shape": image}, image_gradient, (w, dy), (True, True))
        filter_gradient = lambda x, dy: jax.vjp(lambda w: run(x, w), jnp.zeros(filters))[1](dy)[0]
        yield case("conv2dFilterGradient", {**attributes, "shape": filters}, filter_gradient, (x, dy), (True, True))
    # Forward, the gradient in the image is a transposed convolution.
    w, dy = values(3, 2, 2, 3), values(2, 4, 3, 3)
    transposed = lambda w, dy: lax.conv_transpose(dy, w, (2, 3), "VALID", transpose_kernel=True)
    attributes = {"strides": (2, 3), "padding": (0, 0, 0, 0), "dilations": (1, 1), "groups": 1}
    shape = transposed(w, dy).shape
    yield case("conv2dInputGradient", {**attributes, "shape": shape}, transposed, (w, dy), (True, True))


def pads():
    for shape, value, ranges in [
        ((3, 4), 0.0, [(1, 2, 0), (0, 1, 2)]),
        ((2, 3, 2), -2.5, [(0, 0, 1), (2, 0, 3), (1, 1, 0)]),
        ((4,), 1.0, [(0, 3, 1)]),
        ((1, 1), 0.5, [(2, 0, 4), (0, 0, 0)]),
        ((2, 1, 2, 2), 0.0, [(0, 1, 0), (1, 0, 0), (0, 0, 2), (1, 2, 1)]),
    ]:
        run = lambda x: lax.pad(x, jnp.asarray(value), ranges)
        yield case("pad", {"value": value, "ranges": ranges}, run, (values(*shape),), (True,))


def slices():
    for shape, ranges in [
        ((5, 6), [(1, 4, 1), (None, None, 2)]),
        ((5, 6), [(None, None, -1), (4, None, -3)]),
        ((7,), [(-2, None, -2)]),
        ((7,), [(-3, 100, 1)]),
        ((4, 3, 5), [(3, 0, -2), (None, None, None), (-100, -1, 3)]),
        ((2, 2, 2, 3), [(None, 1, None), (None, None, -1), (1, None, None), (None, None, -2)]),
    ]:
        run = lambda x: x[tuple(slice(*each) for each in ranges)]
        yield case("slice", {"ranges": ranges}, run, (values(*shape),), (True,))


def rows(table, indices):
    """Rows of a table as a product with one-hot rows: zeros for numbers that are equal to that of no row."""
    hot = (indices[..., None] == jnp.arange(table.shape[0])).astype(table.dtype)
    return jnp.tensordot(hot, table, axes=1)


def gathers():
    for table, indices in [
        ((4, 3), [0, 3, 1, 1, 3]),
        ((3,), [[2, 0], [2, 2]]),
        ((5, 2, 2), [[[4], [-1], [5]], [[4], [0.5], [4]]]),
        ((2, 3), 1),
        ((3, 1), [np.nan, 2, -0.0, 1e30, 2.0000000001, 0]),
    ]:
        numbers = jnp.asarray(indices, dtype="float64")
        x = values(*table)
        whole = bool(np.all(np.isin(np.asarray(numbers), np.arange(table[0]))))
        if whole:
            assert (rows(x, numbers) == jnp.take(x, numbers.astype("int64"), axis=0)).all()
        yield case("gather", {}, rows, (x, numbers), (True, False))
        shape = (*numbers.shape, *table[1:])
        scatter = lambda numbers, dy: jax.vjp(lambda x: rows(x, numbers), jnp.zeros(table))[1](dy)[0]
        yield case("gatherGradient", {"shape": table}, scatter, (numbers, values(*shape)), (False, True))


def concatenations():
    for shapes, axis in [
        ([(2, 3), (1, 3), (4, 3)], 0),
        ([(2, 3), (2, 1)], 1),
        ([(2, 1, 2), (2, 3, 2), (2, 1, 2), (2, 2, 2)], -2),
        ([(3,)], 0),
        ([(1, 2, 1, 2), (1, 2, 1, 1)], 3),
    ]:
        run = lambda *xs: jnp.concatenate(xs, axis)
        yield case("concatenate", {"axis": axis}, run, tuple(values(*s) for s in shapes), [True] * len(shapes))


def roundings():
    halves = np.arange(-9, 10) / 2
    large = np.array([2.0**22 + 0.5, 2.0**23 - 0.5, 2.0**23 + 1, 2.0**51 + 0.5, 2.0**52 - 0.5, 2.0**53 + 2, 1e300])
    near = np.array([0.5 - 2.0**-54, 0.5 + 2.0**-53, 1.5 - 2.0**-52, 1 - 2.0**-53, 2.0**-1022, 0.3, 7.7])
    x = jnp.asarray(np.concatenate([halves, large, -large, near, -near]))
    yield case("floor", {}, jnp.floor, (x,), (True,))
    yield case("round", {}, jnp.round, (x,), (True,))


cases = [
    *convolutions(),
    *pads(),
    *slices(),
    *gathers(),
    *concatenations(),
    *roundings(),
]
path = Path(__file__).parents[2] / "packages/core/fixtures/contract2.json"
lines = ",\n".join(json.dumps(each, separators=(",", ":"), allow_nan=False) for each in cases)
path.write_text(f'{{"jax":"{jax.__version__}","cases":[\n{lines}\n]}}\n')
print(f"{len(cases)} cases, {path.stat().st_size} bytes")
