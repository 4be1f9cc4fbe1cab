#!/usr/bin/env python3
"""Writes packages/conformance/src/data/layers/recurrent.ts: recurrent layers in float64 by PyTorch.

    python3 scripts/reference/layers_recurrent.py

A sequence is read by PyTorch's own RNN, LSTM and GRU, one datapoint at a time and only the steps that count; in between, the
state stays as it is. PyTorch has no GRU that applies the reset gate before the product, so that one is written out.

Columns are in the order of Keras. For the LSTM (i, f, g, o) it is that of PyTorch too; the GRU of PyTorch has r, z, n where
the columns are z, r, n.
"""
import torch
from layer_cases import Cases
from torch.func import functional_call
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

RESET_UPDATE_NEW = [1, 0, 2]


def blocks(columns, order):
    """Columns `[…, gates · units]` with their gates in another order."""
    parts = columns.chunk(len(order), dim=-1)
    return torch.cat([parts[i] for i in order], dim=-1)


def of_torch(make, order, *, weights, recurrent, bias, recurrent_bias):
    """The outputs `[steps, units]` of a recurrent module of PyTorch for one sequence `[steps, in]`."""
    units = recurrent.shape[0]
    module = make(weights.shape[0], units, batch_first=True)
    zeros = torch.zeros(recurrent.shape[1])
    values = {
        "weight_ih_l0": blocks(weights, order).T,
        "weight_hh_l0": blocks(recurrent, order).T,
        "bias_ih_l0": blocks(zeros if bias is None else bias, order),
        "bias_hh_l0": blocks(zeros if recurrent_bias is None else recurrent_bias, order),
    }
    return lambda x: functional_call(module, values, (x[None],))[0][0]


def reset_before(weights, bias, recurrent, candidate):
    """The gated recurrent unit of Cho et al. 2014: the reset gate acts on the state before its product."""

    def run(x):
        h = torch.zeros(candidate.shape[0])
        states = []
        for product in x @ weights + (0 if bias is None else bias):
            of_z, of_r, of_n = product.chunk(3)
            z, r = torch.sigmoid(torch.cat([of_z, of_r]) + h @ recurrent).chunk(2)
            n = torch.tanh(of_n + (r * h) @ candidate)
            h = z * h + (1 - z) * n
            states.append(h)
        return torch.stack(states)

    return run


def simple(activation):
    def make(*sizes, **rest):
        return torch.nn.RNN(*sizes, nonlinearity=activation, **rest)

    return lambda input_weights, recurrent_weights, input_bias=None: of_torch(
        make, [0], weights=input_weights, recurrent=recurrent_weights, bias=input_bias, recurrent_bias=None
    )


def lstm(input_weights, recurrent_weights, input_bias=None):
    return of_torch(
        torch.nn.LSTM,
        [0, 1, 2, 3],
        weights=input_weights,
        recurrent=recurrent_weights,
        bias=input_bias,
        recurrent_bias=None,
    )


def gru(input_weights, recurrent_weights, input_bias=None, recurrent_bias=None):
    return of_torch(
        torch.nn.GRU,
        RESET_UPDATE_NEW,
        weights=input_weights,
        recurrent=recurrent_weights,
        bias=input_bias,
        recurrent_bias=recurrent_bias,
    )


def gru_before(input_weights, recurrent_weights, candidate_weights, input_bias=None):
    return reset_before(input_weights, input_bias, recurrent_weights, candidate_weights)


def counted(x, extent):
    """Which steps count, from a mask `[batch, steps]` or from lengths `[batch, 1]`."""
    if extent is None:
        return torch.ones(x.shape[:2])
    return extent if extent.shape[1] == x.shape[1] else (torch.arange(x.shape[1]) < extent).to(x.dtype)


def read(run, x, mask, reverse):
    """The states `[batch, steps, units]` of sequences, each at its step, and the last states that were computed."""
    states, last = [], []
    for sequence, counts in zip(x, mask):
        order = [t for t in range(len(sequence)) if counts[t] != 0]
        outputs = run(sequence[order[::-1] if reverse else order])
        outputs = outputs.flip(0) if reverse else outputs
        nothing = torch.zeros(outputs.shape[-1])
        places = []
        for t in range(len(sequence)):
            before = sum(step <= t for step in order)
            after = before - (1 if t in order else 0)
            i = after if reverse else before - 1
            places.append(outputs[i] if 0 <= i < len(order) else nothing)
        states.append(torch.stack(places))
        last.append(outputs[0 if reverse else -1])
    return torch.stack(states), torch.stack(last)


def layer(cell, returns, reverse):
    def forward(x, extent=None, **parameters):
        states, last = read(cell(**parameters), x, counted(x, extent), reverse)
        return states if returns == "sequence" else last

    return forward


def bidirectional(cell, returns, merge):
    def forward(x, extent=None, **parameters):
        outputs = []
        for direction in ["forward", "backward"]:
            own = {name.removeprefix(f"{direction}_"): v for name, v in parameters.items() if name.startswith(direction)}
            outputs.append(layer(cell, returns, direction == "backward")(x, extent, **own))
        return torch.cat(outputs, dim=-1) if merge == "concatenate" else outputs[0] + outputs[1]

    return forward


def check_packed():
    """For lengths this is what PyTorch makes of packed sequences, but for the zeros that it puts behind the last step."""
    x, lengths = torch.randn(3, 5, 2), torch.tensor([5, 2, 3])
    module = torch.nn.GRU(2, 4, batch_first=True)
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    outputs, last = module(packed)
    padded = pad_packed_sequence(outputs, batch_first=True)[0]
    mask = counted(x, lengths[:, None])
    states, final = read(lambda sequence: module(sequence[None])[0][0], x, mask, False)
    assert torch.allclose(states * mask[..., None], padded) and torch.allclose(final, last[0])


class Recurrent(Cases):
    def weights(self, gates, inputs, units, *, bias=True, second=False, before=False):
        recurrent = gates - 1 if before else gates
        return {
            "input/weights": self.values(inputs, gates * units, scale=0.5),
            **({"input/bias": self.values(gates * units, scale=0.5)} if bias else {}),
            "recurrent/weights": self.values(units, recurrent * units, scale=0.5),
            **({"recurrent/bias": self.values(gates * units, scale=0.5)} if second else {}),
            **({"candidate/weights": self.values(units, units, scale=0.5)} if before else {}),
        }

    def twice(self, *sizes, **given):
        return {
            f"{direction}/{name}": value
            for direction in ["forward", "backward"]
            for name, value in self.weights(*sizes, **given).items()
        }


check_packed()
cases = Recurrent(12)
GAPS = [[1, 1, 0, 1, 0], [0, 0, 1, 1, 1], [1, 0, 0, 0, 0]]
LENGTHS = [[3], [5], [1]]
KINDS = [
    ("simpleRnn", {}, simple("tanh"), (1,), {}),
    ("simpleRnn", {"activation": "relu", "bias": False}, simple("relu"), (1,), {"bias": False}),
    ("lstm", {}, lstm, (4,), {}),
    ("lstm", {"bias": False}, lstm, (4,), {"bias": False}),
    ("gru", {}, gru, (3,), {"second": True}),
    ("gru", {"bias": False}, gru, (3,), {"bias": False}),
    ("gru", {"resetAfter": False}, gru_before, (3,), {"before": True}),
    ("gru", {"resetAfter": False, "bias": False}, gru_before, (3,), {"before": True, "bias": False}),
]
RUNS = [
    ({}, None),
    ({"returns": "sequence"}, None),
    ({"returns": "sequence", "reverse": True}, None),
    ({"reverse": True}, LENGTHS),
    ({"returns": "sequence"}, LENGTHS),
    ({"returns": "sequence", "reverse": True}, GAPS),
    ({}, GAPS),
]
for kind, own, cell, sizes, given in KINDS:
    for run, extent in RUNS if "bias" not in own else RUNS[1:2]:
        options = {"units": 3, **own, **run}
        words = [f"{key} {value}" for key, value in {**own, **run}.items()]
        words += [] if extent is None else ["lengths" if extent is LENGTHS else "mask"]
        cases.add(
            ", ".join(words) or "the last state",
            kind,
            options,
            [cases.values(2 if extent is None else 3, 5, 2), *([] if extent is None else [extent])],
            cases.weights(*sizes, 2, 3, **given),
            layer(cell, run.get("returns", "last"), run.get("reverse", False)),
            constant=[] if extent is None else [1],
        )
for kind, own, cell, sizes, given, merge, returns, extent in [
    ("gru", {}, gru, (3,), {"second": True}, "concatenate", "sequence", LENGTHS),
    ("gru", {"resetAfter": False}, gru_before, (3,), {"before": True}, "sum", "last", GAPS),
    ("lstm", {}, lstm, (4,), {}, "concatenate", "last", None),
    ("lstm", {}, lstm, (4,), {}, "sum", "sequence", GAPS),
    ("simpleRnn", {}, simple("tanh"), (1,), {}, "concatenate", "sequence", None),
]:
    inner = {"units": 2, **own, "returns": returns}
    cases.add(
        f"{kind}, {merge}, {returns}{'' if extent is None else ', lengths' if extent is LENGTHS else ', mask'}",
        "bidirectional",
        {"layer": {"part": kind, "options": inner}, "merge": merge},
        [cases.values(2 if extent is None else 3, 5, 3), *([] if extent is None else [extent])],
        cases.twice(*sizes, 3, 2, **given),
        bidirectional(cell, returns, merge),
        constant=[] if extent is None else [1],
    )
cases.write("recurrent", __file__)
