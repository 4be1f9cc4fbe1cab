#!/usr/bin/env python3
"""Writes packages/conformance/src/data/layers/convolution.ts: dense layers, convolutions, pooling and what moves pixels.

    python3 scripts/reference/layers_convolution.py

Images are [batch, height, width, channels] here and [batch, channels, height, width] in PyTorch, filters
[height, width, in, out] here and [out, in, height, width] there.
"""
import torch
from layer_cases import Cases
from torch.nn import functional as F

cases = Cases(11)
values, distinct = cases.values, cases.distinct


def first(x):
    """Channels to the front."""
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def same(n, size, stride, dilation=1):
    """TensorFlow's padding: ceil(n / stride) cells come out, the odd cell is added at the end."""
    total = max((-(-n // stride) - 1) * stride + (size - 1) * dilation + 1 - n, 0)
    return total // 2, total - total // 2


def padding(x, mode, size, strides, dilations):
    """F.pad's numbers for channels-first images: the last axis comes first."""
    if mode == "valid":
        return [0] * 2 * len(size)
    if mode == "causal":
        return [(size[0] - 1) * dilations[0], 0]
    axes = [same(x.shape[2 + i], size[i], strides[i], dilations[i]) for i in range(len(size))]
    return [n for axis in reversed(axes) for n in axis]


def convolve(x, weights, bias=None, *, mode="valid", strides, dilations, groups=1):
    """Channels last; weights [...window, in / groups, out]."""
    size = weights.shape[:-2]
    run = F.conv2d if len(size) == 2 else F.conv1d
    filters = weights.movedim(-1, 0).movedim(-1, 1)
    padded = F.pad(first(x), padding(first(x), mode, size, strides, dilations))
    return last(run(padded, filters, bias, stride=strides, dilation=dilations, groups=groups))


ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": F.relu,
    "leakyRelu": F.leaky_relu,
    "elu": F.elu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softplus": F.softplus,
    "gelu": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
}


def dense():
    for name, activation in ACTIVATIONS.items():
        run = lambda x, weights, bias: ACTIVATIONS[name](x @ weights + bias)
        parameters = {"weights": values(4, 3), "bias": values(3)}
        cases.add(name, "dense", {"units": 3, "activation": name}, [values(2, 4)], parameters, run)
    run = lambda x, weights: x @ weights
    cases.add("no bias", "dense", {"units": 5, "bias": False}, [values(3, 2)], {"weights": values(2, 5)}, run)


def conv2d():
    for shape, filters, size, strides, mode, dilations, groups, activation in [
        ((2, 4, 5, 3), 2, (2, 3), (1, 1), "valid", (1, 1), 1, "linear"),
        ((2, 5, 6, 2), 3, (3, 2), (2, 1), "same", (1, 1), 1, "tanh"),
        ((3, 5, 4, 1), 2, (2, 2), (1, 1), "valid", (2, 1), 1, "linear"),
        ((2, 5, 6, 2), 3, (3, 3), (1, 1), "same", (1, 2), 1, "linear"),
        ((2, 3, 5, 4), 6, (2, 3), (1, 2), "same", (1, 1), 2, "sigmoid"),
        ((2, 6, 3, 6), 3, (2, 1), (1, 1), "valid", (3, 1), 3, "linear"),
    ]:
        options = {"filters": filters, "size": size, "activation": activation}
        if strides != (1, 1):
            options["strides"] = strides
        if mode != "valid":
            options["padding"] = mode
        if dilations != (1, 1):
            options["dilations"] = dilations
        if groups != 1:
            options["groups"] = groups
        parameters = {"weights": values(*size, shape[-1] // groups, filters), "bias": values(filters)}
        run = lambda x, weights, bias: ACTIVATIONS[activation](
            convolve(x, weights, bias, mode=mode, strides=strides, dilations=dilations, groups=groups)
        )
        name = f"{size}, strides {strides}, {mode}, dilations {dilations}, groups {groups}"
        cases.add(name, "conv2d", options, [values(*shape)], parameters, run)


def conv1d():
    for shape, filters, size, stride, mode, dilation, groups in [
        ((2, 6, 3), 2, 3, 1, "valid", 1, 1),
        ((2, 7, 2), 3, 4, 2, "same", 1, 1),
        ((2, 7, 2), 3, 3, 1, "causal", 2, 1),
        ((3, 5, 4), 2, 2, 2, "causal", 1, 2),
        ((2, 8, 3), 3, 3, 1, "same", 2, 3),
    ]:
        options = {"filters": filters, "size": size, "strides": stride, "padding": mode, "dilations": dilation, "groups": groups}
        parameters = {"weights": values(size, shape[-1] // groups, filters), "bias": values(filters)}
        run = lambda x, weights, bias: convolve(
            x, weights, bias, mode=mode, strides=(stride,), dilations=(dilation,), groups=groups
        )
        name = f"{size}, stride {stride}, {mode}, dilation {dilation}, groups {groups}"
        cases.add(name, "conv1d", options, [values(*shape)], parameters, run)


def depthwise(x, weights, bias=None, **options):
    """Weights [height, width, channels, multiplier]; output c·multiplier + m is that of channel c."""
    height, width, channels, multiplier = weights.shape
    filters = weights.reshape(height, width, 1, channels * multiplier)
    return convolve(x, filters, bias, groups=channels, **options)


def depthwise_and_separable():
    for shape, multiplier, size, strides, mode, dilations in [
        ((2, 4, 5, 3), 1, (3, 2), (1, 1), "valid", (1, 1)),
        ((2, 5, 4, 2), 3, (2, 3), (2, 1), "same", (1, 1)),
        ((3, 5, 3, 2), 2, (2, 2), (1, 1), "same", (2, 1)),
    ]:
        window = {"size": size, "strides": strides, "padding": mode, "dilations": dilations}
        settings = {"strides": strides, "mode": mode, "dilations": dilations}
        name = f"{size}, strides {strides}, {mode}, dilations {dilations}, multiplier {multiplier}"
        outputs = shape[-1] * multiplier
        parameters = {"weights": values(*size, shape[-1], multiplier), "bias": values(outputs)}
        run = lambda x, weights, bias: torch.tanh(depthwise(x, weights, bias, **settings))
        options = {"multiplier": multiplier, "activation": "tanh", **window}
        cases.add(name, "depthwiseConv2d", options, [values(*shape)], parameters, run)
        parameters = {
            "depthwise/weights": values(*size, shape[-1], multiplier),
            "pointwise/weights": values(1, 1, outputs, 5),
            "pointwise/bias": values(5),
        }
        run = lambda x, depthwise_weights, pointwise_weights, pointwise_bias: convolve(
            depthwise(x, depthwise_weights, **settings), pointwise_weights, pointwise_bias, strides=(1, 1), dilations=(1, 1)
        )
        cases.add(name, "separableConv2d", {"filters": 5, "multiplier": multiplier, **window}, [values(*shape)], parameters, run)


def transpose(x, weights, bias, mode, strides):
    """Weights [...window, in, out]. `same` is that part of the whole result whose convolution with `same` padding is x's size."""
    size = weights.shape[:-2]
    run = F.conv_transpose2d if len(size) == 2 else F.conv_transpose1d
    whole = last(run(first(x), weights.movedim(-2, 0).movedim(-1, 1).contiguous(), None, stride=strides))
    if mode == "same":
        for i in range(len(size)):
            n = x.shape[1 + i] * strides[i]
            before, _ = same(n, size[i], strides[i])
            missing = max(before + n - whole.shape[1 + i], 0)
            whole = F.pad(whole, [0, 0] * (len(size) - i) + [0, missing]).narrow(1 + i, before, n)
    return whole + bias


def transposed():
    for shape, filters, size, strides, mode in [
        ((2, 2, 3, 3), 2, (3, 2), (1, 1), "valid"),
        ((2, 3, 2, 2), 3, (2, 3), (2, 1), "valid"),
        ((2, 2, 3, 3), 2, (3, 3), (2, 3), "same"),
        ((3, 2, 3, 2), 1, (4, 1), (2, 2), "same"),
        ((2, 2, 3, 1), 2, (1, 2), (3, 3), "valid"),
    ]:
        options = {"filters": filters, "size": size, "strides": strides, "padding": mode}
        parameters = {"weights": values(*size, shape[-1], filters), "bias": values(filters)}
        run = lambda x, weights, bias: transpose(x, weights, bias, mode, strides)
        cases.add(f"{size}, strides {strides}, {mode}", "conv2dTranspose", options, [values(*shape)], parameters, run)
    for shape, filters, size, stride, mode in [
        ((2, 4, 3), 2, 3, 2, "valid"),
        ((3, 3, 2), 3, 4, 3, "same"),
        ((2, 5, 2), 3, 2, 1, "same"),
    ]:
        options = {"filters": filters, "size": size, "strides": stride, "padding": mode, "activation": "softplus"}
        parameters = {"weights": values(size, shape[-1], filters), "bias": values(filters)}
        run = lambda x, weights, bias: F.softplus(transpose(x, weights, bias, mode, (stride,)))
        cases.add(f"{size}, stride {stride}, {mode}", "conv1dTranspose", options, [values(*shape)], parameters, run)


def pool(kind, x, size, strides, mode):
    """Padding wins no maximum and is not counted in a mean."""
    images = first(x)
    amounts = padding(images, mode, size, strides, (1,) * len(size))
    if kind == "max":
        run = F.max_pool2d if len(size) == 2 else F.max_pool1d
        return last(run(F.pad(images, amounts, value=-torch.inf), size, strides))
    run = F.avg_pool2d if len(size) == 2 else F.avg_pool1d
    count = run(F.pad(torch.ones_like(images), amounts), size, strides)
    return last(run(F.pad(images, amounts), size, strides) / count)


def pooling():
    for kind in ["max", "average"]:
        layer = f"{kind}Pooling"
        for shape, size, strides, mode in [
            ((2, 4, 5, 2), (2, 2), None, "valid"),
            ((2, 5, 4, 3), (3, 2), (2, 1), "same"),
            ((3, 3, 5, 1), (2, 3), (1, 2), "same"),
        ]:
            run = lambda x: pool(kind, x, size, strides or size, mode)
            options = {"size": size, "padding": mode, **({"strides": strides} if strides else {})}
            cases.add(f"{size}, strides {strides}, {mode}", f"{layer}2d", options, [distinct(*shape)], {}, run)
        for shape, size, stride, mode in [((2, 7, 3), 2, None, "valid"), ((3, 8, 2), 3, 2, "same")]:
            run = lambda x: pool(kind, x, (size,), (stride or size,), mode)
            options = {"size": size, "padding": mode, **({"strides": stride} if stride else {})}
            cases.add(f"{size}, stride {stride}, {mode}", f"{layer}1d", options, [distinct(*shape)], {}, run)
        whole = (lambda axes: lambda x: x.amax(axes)) if kind == "max" else (lambda axes: lambda x: x.mean(axes))
        name = f"global{kind.capitalize()}Pooling"
        cases.add("images", f"{name}2d", {}, [distinct(2, 3, 4, 2)], {}, whole((1, 2)))
        cases.add("sequences", f"{name}1d", {}, [distinct(3, 5, 2)], {}, whole((1,)))


def resizing():
    for shape, size in [((2, 2, 3, 2), (2, 3)), ((3, 3, 2, 1), (1, 4))]:
        for mode in ["nearest", "bilinear"]:
            run = lambda x: last(
                F.interpolate(first(x), scale_factor=size, mode=mode, **({"align_corners": False} if mode == "bilinear" else {}))
            )
            cases.add(f"{mode}, {size}", "upsampling2d", {"size": size, "interpolation": mode}, [values(*shape)], {}, run)
    run = lambda x: last(F.interpolate(first(x), scale_factor=3, mode="nearest"))
    cases.add("nearest, 3", "upsampling1d", {"size": 3}, [values(2, 4, 2)], {}, run)
    for name, amounts in [("one number", 1), ("two numbers", [2, 1]), ("four numbers", [[0, 2], [1, 3]])]:
        pairs = amounts if isinstance(amounts, list) else [amounts, amounts]
        [[top, bottom], [left, right]] = [n if isinstance(n, list) else [n, n] for n in pairs]
        run = lambda x: F.pad(x, [0, 0, left, right, top, bottom])
        cases.add(name, "padding2d", {"padding": amounts}, [values(2, 2, 3, 2)], {}, run)
        run = lambda x: x[:, top : x.shape[1] - bottom, left : x.shape[2] - right]
        cases.add(name, "cropping2d", {"cropping": amounts}, [values(2, 5, 6, 2)], {}, run)
    for name, amounts in [("one number", 2), ("two numbers", [0, 3])]:
        before, after = amounts if isinstance(amounts, list) else (amounts, amounts)
        run = lambda x: F.pad(x, [0, 0, before, after])
        cases.add(name, "padding1d", {"padding": amounts}, [values(2, 3, 2)], {}, run)
        run = lambda x: x[:, before : x.shape[1] - after]
        cases.add(name, "cropping1d", {"cropping": amounts}, [values(2, 6, 3)], {}, run)


def shapes():
    cases.add("images", "flatten", {}, [values(2, 2, 3, 2)], {}, lambda x: x.reshape(2, 12))
    cases.add("to images", "reshape", {"shape": [3, 2, 2]}, [values(2, 4, 3)], {}, lambda x: x.reshape(2, 3, 2, 2))
    cases.add("to rows", "reshape", {"shape": [8]}, [values(3, 2, 2, 2)], {}, lambda x: x.reshape(3, 8))
    cases.add("two axes", "permute", {"axes": [2, 1]}, [values(2, 3, 4)], {}, lambda x: x.permute(0, 2, 1))
    cases.add("three axes", "permute", {"axes": [3, 1, 2]}, [values(2, 2, 3, 4)], {}, lambda x: x.permute(0, 3, 1, 2))
    for name, shape in [("rows", (3, 4)), ("images", (2, 2, 3, 3))]:
        run = lambda x, slope: last(F.prelu(first(x), slope))
        cases.add(name, "prelu", {}, [values(*shape)], {"slope": values(shape[-1], scale=0.5)}, run)


dense()
conv2d()
conv1d()
depthwise_and_separable()
transposed()
pooling()
resizing()
shapes()
cases.write("convolution", __file__)
