"""The steps of `torchPeer.py` in JAX, each one jitted function whose state is donated. Settings: a generator of JAX, `threefry2x32` or `rbg`."""

import functools

import jax
from answer import INITIAL_LOG_VARIANCE, LEARNING_RATE, TINY, TRAINING_SIZE, answer, shapes_of
from jax import lax
from jax import numpy as jnp


def make_parameters(network, noise, key):
    """A list of (weights, bias) or (weights, bias, log variances)."""
    parameters = []
    for shape in shapes_of(network):
        key, own = jax.random.split(key)
        fan_in = functools.reduce(lambda product, side: product * side, shape[:-1])
        weights = jax.random.normal(own, shape) * (2 / fan_in) ** 0.5
        rest = (jnp.full(shape, INITIAL_LOG_VARIANCE),) if noise else ()
        parameters.append((weights, jnp.zeros(shape[-1]), *rest))
    return parameters


def divergence(theta, log_variance):
    log_inverse_alpha = jnp.log(jnp.maximum(theta * theta, TINY)) - log_variance
    saturation = 0.63576 * jax.nn.sigmoid(1.48695 * log_inverse_alpha - 1.8732)
    return jnp.sum(saturation + 0.5 * jax.nn.softplus(log_inverse_alpha))


def convolve(x, filters):
    return lax.conv_general_dilated(x, filters, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def loss_of(parameters, network, noise, key, x, labels):
    hidden = x
    kl = 0.0
    for layer, (theta, bias, *rest) in enumerate(parameters):
        convolves = layer < network["convolutions"]
        if not convolves:
            hidden = hidden.reshape(hidden.shape[0], -1)
        product = convolve if convolves else jnp.matmul
        out = product(hidden, theta) + bias
        if noise:
            delta = product(hidden * hidden, jnp.exp(rest[0]))
            zeta = jax.random.normal(jax.random.fold_in(key, layer), out.shape)
            out = out + jnp.sqrt(jnp.maximum(delta, TINY)) * zeta
            kl = kl + divergence(theta, rest[0])
        hidden = out if layer + 1 == len(parameters) else jax.nn.relu(out)
        if convolves:
            hidden = lax.reduce_window(hidden, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    each = jnp.take_along_axis(jax.nn.log_softmax(hidden), labels[:, None], 1)
    return -jnp.mean(each) + kl / TRAINING_SIZE


def adam(parameter, gradient, m, v, count):
    m = 0.9 * m + 0.1 * gradient
    v = 0.999 * v + 0.001 * gradient * gradient
    rate = LEARNING_RATE * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    return parameter - rate * m / (jnp.sqrt(v) + 1e-8), m, v


def make_step(network, noise, setting):
    """One training step as a function; it returns the loss as a number."""
    key = jax.random.key(1, impl=setting)
    of_parameters, of_x, of_labels, of_noise = jax.random.split(key, 4)
    shape = (network["batch"], *network["input"])
    x = jnp.where(jax.random.uniform(of_x, shape) < 0.2, jax.random.uniform(of_labels, shape), 0)
    labels = jax.random.randint(of_labels, shape[:1], 0, network["units"][-1])
    parameters = make_parameters(network, noise, of_parameters)
    zeros = lambda: jax.tree.map(jnp.zeros_like, parameters)

    @functools.partial(jax.jit, donate_argnums=0)
    def update(state, key, x, labels):
        parameters, m, v, count = state
        loss, gradients = jax.value_and_grad(loss_of)(parameters, network, noise, key, x, labels)
        trees = (parameters, gradients, m, v)
        leaves, structure = zip(*map(jax.tree.flatten, trees))
        each = [adam(*leaf, count + 1) for leaf in zip(*leaves)]
        return (*(jax.tree.unflatten(structure[0], list(part)) for part in zip(*each)), count + 1), loss

    held = {"state": (parameters, zeros(), zeros(), jnp.zeros(())), "key": of_noise}

    def step():
        held["key"], own = jax.random.split(held["key"])
        held["state"], loss = update(held["state"], own, x, labels)
        jax.block_until_ready(held["state"])
        return float(loss)

    return step


answer(f"JAX {jax.__version__}", make_step)
