"""Times workload W in eager PyTorch on the CPU: sparse variational dropout with local reparametrization, sigmoid KL, Adam.

The same step as `trainingStepOnnx.js`: 784-500-500-500-10 with biases and ReLU, batch 1000, N = 60000, fresh noise and the
loss read in each step. Run: python3 benchmarks/src/trainingStep.py [repetitions]
"""

import os
import statistics
import sys
import time

import torch

WIDTHS = [784, 500, 500, 500, 10]
BATCH = 1000
TRAINING_SIZE = 60000
LEARNING_RATE = 0.001
# The smallest normal float32, below which log(theta^2) would be -inf.
TINY = 1.1754943508222875e-38


def make_parameters(noise):
    """Weights, biases and (with noise) log variances of each layer, in one list."""
    parameters = []
    for fan_in, fan_out in zip(WIDTHS, WIDTHS[1:]):
        parameters.append(torch.randn(fan_in, fan_out) * (2 / fan_in) ** 0.5)
        parameters.append(torch.zeros(fan_out))
        if noise:
            parameters.append(torch.full((fan_in, fan_out), -10.0))
    return [parameter.requires_grad_() for parameter in parameters]


def divergence(theta, log_variance):
    """Sigmoid approximation of the KL divergence (Molchanov, Ashukha & Vetrov 2017, equation 14), up to a constant."""
    log_inverse_alpha = torch.log(torch.clamp(theta * theta, min=TINY)) - log_variance
    return (
        0.63576 * torch.sigmoid(1.48695 * log_inverse_alpha - 1.8732)
        + 0.5 * torch.nn.functional.softplus(log_inverse_alpha)
    ).sum()


def make_step(noise):
    """One training step as a function; it returns the loss as a number."""
    parameters = make_parameters(noise)
    optimizer = torch.optim.Adam(parameters, lr=LEARNING_RATE)
    x = (torch.rand(BATCH, WIDTHS[0]) < 0.2) * torch.rand(BATCH, WIDTHS[0])
    labels = torch.randint(0, WIDTHS[-1], (BATCH,))
    each = 3 if noise else 2

    def step():
        hidden = x
        kl = 0.0
        layers = len(WIDTHS) - 1
        for layer in range(layers):
            theta, bias, *rest = parameters[each * layer : each * (layer + 1)]
            out = hidden @ theta + bias
            if noise:
                log_variance = rest[0]
                deviation = torch.sqrt((hidden * hidden) @ torch.exp(log_variance))
                out = out + deviation * torch.randn_like(out)
                kl = kl + divergence(theta, log_variance)
            hidden = torch.relu(out) if layer + 1 < layers else out
        loss = torch.nn.functional.cross_entropy(hidden, labels) + kl / TRAINING_SIZE
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def percentile(times, share):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main():
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    torch.manual_seed(1)
    variants = {(noise, threads): [] for threads in (1, 2) for noise in (True, False)}
    steps = {noise: make_step(noise) for noise in (True, False)}
    before = os.getloadavg()
    # In turns, so that what else the machine does meets all alike.
    for repetition in range(-3, repetitions):
        for (noise, threads), times in variants.items():
            torch.set_num_threads(threads)
            start = time.perf_counter()
            steps[noise]()
            if repetition >= 0:
                times.append(1000 * (time.perf_counter() - start))
    print(f"Workload W in PyTorch {torch.__version__}, eager, milliseconds a step")
    for (noise, threads), times in variants.items():
        print(
            f"  {'step' if noise else 'deterministic step'}, {threads} thread{'s' if threads > 1 else ''}: median "
            f"{statistics.median(times):.1f} ms (least {min(times):.1f}, 10 %: {percentile(times, 0.1):.1f}, "
            f"90 %: {percentile(times, 0.9):.1f}, n = {len(times)})"
        )
    print(f"  load average before {before}, after {os.getloadavg()}")


if __name__ == "__main__":
    main()
