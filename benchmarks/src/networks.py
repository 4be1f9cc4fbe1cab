"""Training steps of the networks of networks.js in eager PyTorch, on one thread: variational dropout type B with one learned alpha a
layer, its KL by Kingma's cubic, local reparametrization (flipout in the GRU), Adam, fresh noise, the loss read in each step.

`networks.js` runs it: it writes the version, then for each line with a network's name as JSON it runs one step and writes its time.
"""

import json
import sys
import time

import torch
from torch.nn import functional

CLASSES = 10
TRAINING_SIZE = 60000
C1, C2, C3 = 1.16145124, -1.50204118, 0.58629921


class Noisy(torch.nn.Module):
    """Weights theta with noise N(theta, alpha theta^2), alpha = sigmoid(rho)."""

    def __init__(self, shape, fan_in, units, bias=True):
        super().__init__()
        self.theta = torch.nn.Parameter(torch.randn(shape) * (2 / fan_in) ** 0.5)
        self.rho = torch.nn.Parameter(torch.tensor(-1.0986))
        self.bias = torch.nn.Parameter(torch.zeros(units)) if bias else None

    def kl(self):
        alpha = torch.sigmoid(self.rho)
        each = 0.5 * torch.log(alpha) + C1 * alpha + C2 * alpha**2 + C3 * alpha**3
        return -self.theta.numel() * each

    def local(self, apply, x):
        """Local reparametrization; the smallest normal float32 keeps the root's gradient finite."""
        mean = apply(x, self.theta, self.bias)
        variance = apply(x * x, torch.sigmoid(self.rho) * self.theta * self.theta, None)
        return mean + torch.sqrt(variance.clamp(min=1.1754943508222875e-38)) * torch.randn_like(mean)

    def perturbation(self):
        return torch.sqrt(torch.sigmoid(self.rho)) * self.theta * torch.randn_like(self.theta)


class Dense(Noisy):
    def __init__(self, inputs, units):
        super().__init__((units, inputs), inputs, units)

    def forward(self, x):
        return self.local(functional.linear, x)


class Convolution(Noisy):
    def __init__(self, inputs, filters, size, strides=1, padding=0, bias=True):
        super().__init__((filters, inputs, size, size), inputs * size * size, filters, bias)
        self.window = {"stride": strides, "padding": padding}

    def forward(self, x):
        return self.local(lambda a, w, b: functional.conv2d(a, w, b, **self.window), x)


class Lenet(torch.nn.Module):
    shape, rows = (1, 28, 28), 100

    def __init__(self):
        super().__init__()
        self.first, self.second = Convolution(1, 6, 5, padding=2), Convolution(6, 16, 5)
        self.dense = torch.nn.ModuleList([Dense(400, 120), Dense(120, 84), Dense(84, CLASSES)])

    def forward(self, x):
        for convolution in (self.first, self.second):
            x = functional.max_pool2d(torch.relu(convolution(x)), 2)
        x = x.flatten(1)
        x = torch.relu(self.dense[0](x))
        return self.dense[2](torch.relu(self.dense[1](x)))


class Block(torch.nn.Module):
    def __init__(self, inputs, filters, strides):
        super().__init__()
        self.first = Convolution(inputs, filters, 3, strides, 1, bias=False)
        self.second = Convolution(filters, filters, 3, 1, 1, bias=False)
        self.skip = Convolution(inputs, filters, 1, strides, 0, bias=False) if strides > 1 else None
        self.norms = torch.nn.ModuleList([torch.nn.BatchNorm2d(filters) for _ in range(3 if strides > 1 else 2)])

    def forward(self, x):
        value = torch.relu(self.norms[0](self.first(x)))
        value = self.norms[1](self.second(value))
        return torch.relu(value + (x if self.skip is None else self.norms[2](self.skip(x))))


class Residual(torch.nn.Module):
    shape, rows = (1, 28, 28), 32

    def __init__(self):
        super().__init__()
        self.first = Convolution(1, 16, 3, 1, 1, bias=False)
        self.norm = torch.nn.BatchNorm2d(16)
        self.blocks = torch.nn.Sequential(Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2), Block(64, 64, 1))
        self.dense = Dense(64, CLASSES)

    def forward(self, x):
        x = self.blocks(torch.relu(self.norm(self.first(x))))
        return self.dense(x.mean((2, 3)))


class Gru(torch.nn.Module):
    """By hand, since torch.nn.GRU has no noise of its own; one perturbation and one pair of signs a sequence."""

    shape, rows, units = (28, 28), 100, 128

    def __init__(self):
        super().__init__()
        self.input = Noisy((28, 3 * self.units), 28, 3 * self.units)
        self.state = Noisy((self.units, 3 * self.units), self.units, 3 * self.units)
        self.dense = Dense(self.units, CLASSES)

    def forward(self, x):
        products = self.input.local(lambda a, w, b: a @ w if b is None else a @ w + b, x)
        perturbation = self.state.perturbation()
        signs_in = torch.randint(0, 2, (self.rows, self.units)).float() * 2 - 1
        signs_out = torch.randint(0, 2, (self.rows, 3 * self.units)).float() * 2 - 1
        h = torch.zeros(self.rows, self.units)
        for step in range(x.shape[1]):
            of_state = h @ self.state.theta + self.state.bias + ((h * signs_in) @ perturbation) * signs_out
            z, r, n = products[:, step].chunk(3, 1)
            uz, ur, un = of_state.chunk(3, 1)
            z = torch.sigmoid(z + uz)
            n = torch.tanh(n + torch.sigmoid(r + ur) * un)
            h = n + z * (h - n)
        return self.dense(h)


class Transformer(torch.nn.Module):
    shape, rows, width, heads = (64, 128), 16, 128, 4

    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.output = (Dense(self.width, self.width) for _ in range(4))
        self.wide, self.narrow = Dense(self.width, 4 * self.width), Dense(4 * self.width, self.width)
        self.norms = torch.nn.ModuleList([torch.nn.LayerNorm(self.width) for _ in range(2)])
        self.dense = Dense(self.width, CLASSES)

    def attention(self, x):
        split = lambda value: value.view(self.rows, -1, self.heads, self.width // self.heads).transpose(1, 2)
        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        scores = torch.softmax(q @ k.transpose(2, 3) / (self.width // self.heads) ** 0.5, -1)
        return self.output((scores @ v).transpose(1, 2).reshape(self.rows, -1, self.width))

    def forward(self, x):
        x = x + self.attention(self.norms[0](x))
        x = x + self.narrow(torch.relu(self.wide(self.norms[1](x))))
        return self.dense(x.mean(1))


NETWORKS = {"lenet": Lenet, "residual": Residual, "gru": Gru, "transformer": Transformer}


def make_step(network):
    """One training step as a function."""
    model = network()
    noisy = [module for module in model.modules() if isinstance(module, Noisy)]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    x = (torch.rand(network.rows, *network.shape) < 0.2) * torch.rand(network.rows, *network.shape)
    labels = torch.randint(0, CLASSES, (network.rows,))

    def step():
        kl = sum(layer.kl() for layer in noisy)
        loss = functional.cross_entropy(model(x), labels) + kl / TRAINING_SIZE
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    print(torch.__version__, flush=True)
    steps = {}
    for line in sys.stdin:
        name = json.loads(line)
        steps[name] = steps.get(name) or make_step(NETWORKS[name])
        clock, work = time.perf_counter(), time.process_time()
        steps[name]()
        spent = {"clock": 1000 * (time.perf_counter() - clock), "work": 1000 * (time.process_time() - work)}
        print(json.dumps(spent), flush=True)


if __name__ == "__main__":
    main()
