"""Training steps of dense networks and LeNets in PyTorch: sparse variational dropout with local reparametrization, the sigmoid KL,
Adam, fresh noise and the loss read in each step. `peers.js` runs it. Settings: any of `fused`, `compiled`, `one thread`.
"""

import torch
from answer import FILTER, INITIAL_LOG_VARIANCE, LEARNING_RATE, TINY, TRAINING_SIZE, answer, shapes_of
from torch.nn import functional

THREADS = torch.get_num_threads()


def make_parameters(network, noise):
    """Weights, biases and (with noise) log variances of each layer, in one list. Filters are [out, in, size, size]."""
    parameters = []
    for shape in shapes_of(network):
        fan_in = 1
        for side in shape[:-1]:
            fan_in *= side
        stored = (shape[3], shape[2], FILTER, FILTER) if len(shape) == 4 else shape
        parameters.append(torch.randn(stored) * (2 / fan_in) ** 0.5)
        parameters.append(torch.zeros(shape[-1]))
        if noise:
            parameters.append(torch.full(stored, INITIAL_LOG_VARIANCE))
    return [parameter.requires_grad_() for parameter in parameters]


def divergence(theta, log_variance):
    """Sigmoid approximation of the KL divergence (Molchanov, Ashukha & Vetrov 2017, equation 14), up to a constant."""
    log_inverse_alpha = torch.log(torch.clamp(theta * theta, min=TINY)) - log_variance
    return (
        0.63576 * torch.sigmoid(1.48695 * log_inverse_alpha - 1.8732) + 0.5 * functional.softplus(log_inverse_alpha)
    ).sum()


def loss_of(network, noise, parameters, x, labels):
    hidden = x
    kl = 0.0
    each = 3 if noise else 2
    layers = len(network["units"])
    for layer in range(layers):
        convolves = layer < network["convolutions"]
        theta, bias, *rest = parameters[each * layer : each * (layer + 1)]
        if not convolves:
            hidden = hidden.flatten(1)
        out = functional.conv2d(hidden, theta, bias) if convolves else torch.addmm(bias, hidden, theta)
        if noise:
            squares, variance = hidden * hidden, torch.exp(rest[0])
            delta = functional.conv2d(squares, variance) if convolves else squares @ variance
            out = out + torch.sqrt(delta.clamp(min=TINY)) * torch.randn_like(out)
            kl = kl + divergence(theta, rest[0])
        hidden = torch.relu(out) if layer + 1 < layers else out
        if convolves:
            hidden = functional.max_pool2d(hidden, 2)
    return functional.cross_entropy(hidden, labels) + kl / TRAINING_SIZE


def make_step(network, noise, setting):
    """One training step, or the epochs of a network that has them, as a function."""
    parameters = make_parameters(network, noise)
    optimizer = torch.optim.Adam(parameters, lr=LEARNING_RATE, fused="fused" in setting)
    *size, channels = network["input"]
    shape = (network["batch"], channels, *size)
    x = (torch.rand(shape) < 0.2) * torch.rand(shape)
    labels = torch.randint(0, network["units"][-1], (network["batch"],))
    loss_function = torch.compile(loss_of, dynamic=False) if "compiled" in setting else loss_of
    threads = 1 if "one thread" in setting else THREADS

    def step(images=x, targets=labels):
        torch.set_num_threads(threads)
        optimizer.zero_grad(set_to_none=True)
        loss = loss_function(network, noise, parameters, images, targets)
        loss.backward()
        optimizer.step()
        return loss.item()

    return epochs_of(step, network) if "epochs" in network else step


def epochs_of(step, network):
    """Some epochs over as many rows as the network says, shuffled anew in each, as a function."""
    rows = network["rows"]
    x = (torch.rand(rows, *network["input"]) < 0.2) * torch.rand(rows, *network["input"])
    labels = torch.randint(0, network["units"][-1], (rows,))

    def run():
        for _ in range(network["epochs"]):
            for chosen in torch.randperm(rows).split(network["batch"]):
                step(x[chosen], labels[chosen])

    return run


torch.manual_seed(1)
answer(f"PyTorch {torch.__version__}, {THREADS} threads", make_step)
