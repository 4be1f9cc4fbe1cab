#!/usr/bin/env python3
"""Writes packages/conformance/src/data/layers/attention.ts: embeddings, positions and attention, and their gradients, by PyTorch in float64.

    python3 scripts/reference/layers_attention.py

Where PyTorch has the layer as a function, that is what runs. Its weights are `[out, in]`; here they are `[in, out]`.
"""
import math

import torch
from layer_cases import Cases
from torch.nn import functional as F

cases = Cases(12)
normal = cases.values


def embeddings():
    run = lambda x, weights: F.embedding(x.long(), weights)
    for name, rows, units, x in [
        ("words", 7, 3, [[0, 6, 2, 6], [3, 1, 5, 0]]),
        ("one word per datapoint", 5, 2, [[4], [0], [4]]),
        ("a grid of words", 4, 3, [[[0, 3, 1], [1, 1, 2]], [[2, 0, 0], [3, 3, 3]]]),
    ]:
        options = {"rows": rows, "units": units}
        cases.add(name, "embedding", options, [x], {"weights": normal(rows, units)}, run, integers=(0,))


def positions():
    run = lambda x, positions_weights: x + F.embedding(torch.arange(x.shape[1]), positions_weights)
    for name, length, steps in [("as long as the table", 4, 4), ("shorter than the table", 6, 3)]:
        parameters = {"positions/weights": normal(length, 3)}
        cases.add(name, "positionEmbedding", {"length": length}, [normal(2, steps, 3)], parameters, run)

    def sinusoidal(x):
        steps, units = x.shape[1:]
        position = torch.arange(steps).double().unsqueeze(1)
        rate = torch.exp(torch.arange(0, units, 2).double() * (-math.log(10000.0) / units))
        table = torch.zeros(steps, units, dtype=torch.float64)
        table[:, 0::2] = torch.sin(position * rate)
        table[:, 1::2] = torch.cos(position * rate)[:, : units // 2]
        return x + table

    for units in (4, 5):
        cases.add(f"{units} units", "sinusoidalPositions", {}, [normal(2, 6, units)], {}, sinusoidal)


def parts(inputs, inner, units, bias=True):
    """Parameters of the four linear maps of attention, from the units of the inputs of query, key and value."""
    sizes = {"query": (inputs[0], inner), "key": (inputs[1], inner), "value": (inputs[2], inner), "output": (inner, units)}
    result = {}
    for name, (rows, columns) in sizes.items():
        result[f"{name}/weights"] = normal(rows, columns)
        if bias:
            result[f"{name}/bias"] = normal(columns)
    return result


def sequences(inputs):
    """Query, value and key of the inputs (x), (query, value) or (query, value, key)."""
    return inputs if len(inputs) == 3 else (inputs[0], inputs[-1], inputs[-1])


def module(heads):
    """What torch.nn.MultiheadAttention computes, whose size per head is its units / heads."""

    def run(*inputs, **p):
        query, value, key = sequences(inputs)
        result, _ = F.multi_head_attention_forward(
            *(x.transpose(0, 1) for x in (query, key, value)),
            query.shape[-1],
            heads,
            in_proj_weight=None,
            in_proj_bias=torch.cat([p["query_bias"], p["key_bias"], p["value_bias"]]),
            bias_k=None,
            bias_v=None,
            add_zero_attn=False,
            dropout_p=0.0,
            out_proj_weight=p["output_weights"].T,
            out_proj_bias=p["output_bias"],
            need_weights=False,
            use_separate_proj_weight=True,
            q_proj_weight=p["query_weights"].T,
            k_proj_weight=p["key_weights"].T,
            v_proj_weight=p["value_weights"].T,
        )
        return result.transpose(0, 1)

    return run


def product(heads, causal=False, mask=False):
    """torch's scaled_dot_product_attention between linear maps. It gives zeros where no key is attended to."""

    def run(*inputs, **p):
        query, value, key = sequences(inputs[:-1] if mask else inputs)

        def project(x, part):
            y = F.linear(x, p[f"{part}_weights"].T, p.get(f"{part}_bias"))
            return y.unflatten(-1, (heads, -1)).transpose(1, 2)

        q, k, v = project(query, "query"), project(key, "key"), project(value, "value")
        allowed = torch.ones(query.shape[0], 1, query.shape[1], key.shape[1], dtype=torch.bool)
        if mask:
            shown = inputs[-1] > 0.5
            allowed = allowed & (shown[:, None, None, :] if shown.dim() == 2 else shown[:, None])
        if causal:
            allowed = allowed & torch.ones(query.shape[1], key.shape[1], dtype=torch.bool).tril()
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
        return F.linear(y.transpose(1, 2).flatten(2), p["output_weights"].T, p.get("output_bias"))

    return run


def attention():
    def add(name, options, inputs, parameters, run, **more):
        cases.add(name, "multiHeadAttention", options, inputs, parameters, run, **more)

    add("to itself", {"heads": 2}, [normal(2, 3, 4)], parts((4, 4, 4), 4, 4), module(2))
    add("to another sequence", {"heads": 3}, [normal(2, 4, 6), normal(2, 3, 5)], parts((6, 5, 5), 6, 6), module(3))
    three = [normal(3, 2, 4), normal(3, 3, 2), normal(3, 3, 5)]
    add("with keys of their own", {"heads": 2}, three, parts((4, 5, 2), 4, 4), module(2))
    sized = {"heads": 2, "size": 3, "units": 5, "bias": False}
    add("of another size, without bias", sized, [normal(2, 3, 4)], parts((4, 4, 4), 6, 5, False), product(2))
    one = {"heads": 1, "size": 2, "units": 3}
    add("of one token", one, [normal(3, 1, 4)], parts((4, 4, 4), 2, 3), product(1))
    causal = {"heads": 2, "causal": True}
    add("causal", causal, [normal(2, 4, 4)], parts((4, 4, 4), 4, 4), product(2, causal=True))
    pair = [normal(2, 2, 4), normal(2, 3, 3)]
    add("causal, to a longer sequence", causal, pair, parts((4, 3, 3), 4, 4), product(2, causal=True))
    masked = {"heads": 2, "mask": True}
    # The second datapoint has no key at all.
    given = [normal(2, 3, 4), [[1, 0, 1], [0, 0, 0]]]
    add("under a mask of keys", masked, given, parts((4, 4, 4), 4, 4), product(2, mask=True), constant=(1,))
    pairs = [[[1, 0, 0], [0, 0, 0]], [[1, 1, 1], [0, 1, 1]]]
    given = [normal(2, 2, 4), normal(2, 3, 5), pairs]
    add("under a mask of pairs", masked, given, parts((4, 5, 5), 4, 4), product(2, mask=True), constant=(2,))
    both = {"heads": 2, "causal": True, "mask": True, "size": 1}
    given = [normal(2, 3, 4), normal(2, 3, 2), normal(2, 3, 3), [[0, 1, 1], [1, 1, 0]]]
    add("causal, under a mask", both, given, parts((4, 3, 2), 2, 4), product(2, True, True), constant=(3,))


embeddings()
positions()
attention()
cases.write("attention", __file__)
