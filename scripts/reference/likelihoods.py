"""
Likelihoods in float64 by PyTorch: negative log likelihoods, training losses, their gradients and condition, and what
predictions come to. Writes packages/core/fixtures/likelihoods.json and packages/conformance/src/data/likelihoods.ts.
"""
import json
import subprocess
from pathlib import Path

import numpy as np
import scipy
import scipy.special
import scipy.stats
import torch
import torch.distributions as d
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
ROOT = Path(__file__).parents[2]
generator = np.random.default_rng(20)


def grid(*shape, scale=1.0):
    """Random numbers that float32 holds, none of them 0."""
    steps = np.rint(generator.normal(size=shape) * 64 * scale)
    return np.where(steps == 0, 1, steps) / 64


def logarithms(options, name, parameters, output, outputs):
    """log of the spread: given, learned or the second half of the outputs. Returns it with the location."""
    source = options.get(name, "learned")
    if source == "output":
        return output.split(outputs[-1] // 2, dim=-1)
    if source == "learned":
        return output, parameters["logVariance" if name == "variance" else "logScale"]
    given = torch.log(torch.tensor(source))
    return output, given if given.ndim == 0 else given.reshape(outputs)


def gaussian(output, target, options, parameters, outputs):
    mean, log_variance = logarithms(options, "variance", parameters, output, outputs)
    log_variance = log_variance.expand(mean.shape)
    terms = -d.Normal(mean, torch.exp(log_variance / 2)).log_prob(target)
    beta = options.get("beta", 0)
    return terms, terms * torch.exp(beta * log_variance).detach() if beta else terms


def laplace(output, target, options, parameters, outputs):
    location, log_scale = logarithms(options, "scale", parameters, output, outputs)
    terms = -d.Laplace(location, torch.exp(log_scale)).log_prob(target)
    return terms, terms


def student(output, target, options, parameters, outputs):
    location, log_scale = logarithms(options, "scale", parameters, output, outputs)
    degrees = options.get("degreesOfFreedom", 4)
    degrees = 2 + torch.exp(parameters["logExcess"]) if degrees == "learned" else torch.tensor(float(degrees))
    terms = -d.StudentT(degrees, location, torch.exp(log_scale)).log_prob(target)
    return terms, terms


def poisson(output, target, options, parameters, outputs):
    terms = torch.exp(output) - target * output + torch.lgamma(target + 1)
    return terms, terms


def binary(output, target, options, parameters, outputs):
    terms = F.binary_cross_entropy_with_logits(output, target, reduction="none")
    return terms, terms


def categorical(output, target, options, parameters, outputs):
    smoothing = options.get("labelSmoothing", 0)
    losses = [F.cross_entropy(output, target, reduction="none", label_smoothing=s) for s in (0, smoothing)]
    return tuple(loss[:, None] for loss in losses)


def ordinal_log_probabilities(output, options, parameters):
    cuts = parameters["firstCut"].reshape(1)
    if options["classes"] > 2:
        cuts = torch.cat([cuts, cuts + torch.cumsum(F.softplus(parameters["increments"]), 0)])
    below = F.logsigmoid(cuts - output)
    above = F.logsigmoid(output - cuts)
    # log(P(y ≤ k) − P(y ≤ k − 1)) from the tail in which the two differ most.
    lower = below[:, 1:] + torch.log(-torch.expm1(below[:, :-1] - below[:, 1:]))
    upper = above[:, :-1] + torch.log(-torch.expm1(above[:, 1:] - above[:, :-1]))
    middle = torch.where(below[:, 1:] < above[:, :-1], lower, upper)
    return torch.cat([below[:, :1], middle, above[:, -1:]], 1)


def ordinal(output, target, options, parameters, outputs):
    terms = -target * ordinal_log_probabilities(output, options, parameters)
    return terms, terms


LIKELIHOODS = dict(
    binary=binary, categorical=categorical, gaussian=gaussian, laplace=laplace, ordinal=ordinal, poisson=poisson, studentT=student
)


def flat(values):
    """Twelve digits, missing as null."""
    found = np.asarray(values.detach() if isinstance(values, torch.Tensor) else values, dtype="float64").reshape(-1)
    return [None if np.isnan(v) else float(f"{v:.12g}") for v in found]


def exact(values):
    return [None if np.isnan(v) else float(v) for v in np.asarray(values, dtype="float64").reshape(-1)]


def case(name, likelihood, options, outputs, output, target, parameters):
    """`outputs` is the shape of one row's outputs, `output` `[rows, …]`, `target` as programs take it with NaN for missing."""
    given = torch.tensor(np.asarray(output, dtype="float64"), requires_grad=True)
    wanted = torch.tensor(np.asarray(target, dtype="float64"))
    missing = torch.isnan(wanted)
    known = torch.where(missing, torch.zeros_like(wanted), wanted).requires_grad_()
    learned = {key: torch.tensor(np.asarray(value, dtype="float64"), requires_grad=True) for key, value in parameters.items()}
    nll, loss = LIKELIHOODS[likelihood](given, known, options, learned, list(outputs))
    if missing.any():
        nll, loss = (torch.where(missing, torch.zeros_like(each), each) for each in (nll, loss))
    rows = given.shape[0]
    nll, loss = (each.reshape(rows, -1).sum(1) for each in (nll, loss))
    cotangent = grid(rows)
    leaves = [given, *learned.values()]

    def gradients(values, of):
        found = torch.autograd.grad((values * torch.tensor(cotangent)).sum(), of, retain_graph=True, allow_unused=True)
        return [torch.zeros_like(x) if g is None else g for x, g in zip(of, found)]

    # How much a row's loss changes with relative changes of what it is computed from. Densities have a constant beside,
    # and the sum of a softmax starts with the 1 of its largest term.
    condition = []
    constant = {"binary": 0, "ordinal": 0, "categorical": 1}.get(likelihood, known[0].numel())
    for row in range(rows):
        found = torch.autograd.grad(nll[row], [*leaves, known], retain_graph=True, allow_unused=True)
        condition.append(sum(float((x * g).abs().sum().detach()) for x, g in zip([*leaves, known], found) if g is not None) + abs(float(nll[row].detach())) + constant)
    by_output, *by_parameters = gradients(nll, leaves)
    trained = loss is not nll and not torch.equal(loss, nll)
    trained = trained or bool(options.get("beta"))
    training = gradients(loss, leaves) if trained else None
    return {
        "name": name,
        "likelihood": likelihood,
        "options": options,
        "outputs": list(outputs),
        "rows": rows,
        "output": exact(given.detach()),
        "target": exact(wanted),
        "parameters": {key: exact(value.detach()) for key, value in learned.items()},
        "cotangent": exact(cotangent),
        "negativeLogLikelihood": flat(nll),
        "condition": flat(np.array(condition)),
        "outputGradient": flat(by_output),
        "parameterGradients": {key: flat(g) for key, g in zip(learned, by_parameters)},
        **(
            {
                "training": {
                    "loss": flat(loss),
                    "outputGradient": flat(training[0]),
                    "parameterGradients": {key: flat(g) for key, g in zip(learned, training[1:])},
                }
            }
            if trained
            else {}
        ),
    }


def absent(target, share=0.3):
    """Some targets missing, and all of the first row."""
    found = np.where(generator.random(target.shape) < share, np.nan, target)
    found[0] = np.nan
    return found


def one_hot(rows, classes):
    return np.eye(classes)[generator.integers(classes, size=rows)]


def probabilities(rows, classes):
    """Rows of multiples of 1/64 that add up to 1."""
    cuts = np.sort(generator.integers(0, 65, size=(rows, classes - 1)), axis=1)
    return np.diff(np.concatenate([np.zeros((rows, 1)), cuts, np.full((rows, 1), 64)], 1), axis=1) / 64


def doubled(outputs):
    return [*outputs[:-1], 2 * outputs[-1]]


def build(many):
    """All options of all likelihoods, `many` times with other shapes."""
    cases = []

    def add(name, likelihood, options, outputs, output, target, parameters=None):
        label = f"{name}, {len(output)} rows of {' × '.join(map(str, outputs))}"
        cases.append(case(label, likelihood, options, outputs, output, target, parameters or {}))

    for _ in range(many):
        rows = int(generator.integers(2, 6))
        outputs = [int(n) for n in generator.integers(2, 5, size=generator.integers(1, 3))]
        classes = int(generator.integers(3, 7))
        shape = (rows, *outputs)

        # Labels.
        for name, target in [("labels", one_hot(rows, classes)), ("probabilities", probabilities(rows, classes))]:
            add(name, "categorical", {}, [classes], grid(rows, classes, scale=2), target)
            add(f"{name}, smoothed", "categorical", {"labelSmoothing": 0.125}, [classes], grid(rows, classes, scale=2), target)
            add(f"{name}, extreme logits", "categorical", {}, [classes], grid(rows, classes, scale=60), target)
        for count in (2, 3, classes + 1):
            cuts = {"firstCut": grid(), **({"increments": grid(count - 2)} if count > 2 else {})}
            options = {"classes": count}
            add(f"{count} classes", "ordinal", options, [1], grid(rows, 1, scale=2), one_hot(rows, count), cuts)
            add(f"{count} classes, probabilities", "ordinal", options, [1], grid(rows, 1), probabilities(rows, count), cuts)
            add(f"{count} classes, far outputs", "ordinal", options, [1], grid(rows, 1, scale=40), one_hot(rows, count), cuts)
        tight = {"firstCut": grid(), "increments": grid(3) - 12}
        add("tight cuts", "ordinal", {"classes": 5}, [1], grid(rows, 1, scale=3), one_hot(rows, 5), tight)

        # Yes or no.
        yes = generator.integers(0, 2, size=shape).astype("float64")
        add("yes or no", "binary", {}, outputs, grid(*shape, scale=2), yes)
        add("probabilities", "binary", {}, outputs, grid(*shape, scale=2), generator.integers(0, 65, size=shape) / 64)
        add("extreme logits", "binary", {}, outputs, grid(*shape, scale=40), yes)
        add("missing", "binary", {"missing": "skip"}, outputs, grid(*shape), absent(yes))

        # Numbers.
        sizes = [1 + int(n) / 4 for n in generator.integers(0, 12, size=int(np.prod(outputs)))]
        for likelihood, spread, logarithm in [
            ("gaussian", "variance", "logVariance"),
            ("laplace", "scale", "logScale"),
            ("studentT", "scale", "logScale"),
        ]:
            learned = {logarithm: grid(*outputs)}
            add("learned", likelihood, {}, outputs, grid(*shape), grid(*shape, scale=2), learned)
            add("far targets", likelihood, {}, outputs, grid(*shape), grid(*shape, scale=1e5), learned)
            add("missing", likelihood, {"missing": "skip"}, outputs, grid(*shape), absent(grid(*shape, scale=2)), learned)
            add("one given", likelihood, {spread: 0.25}, outputs, grid(*shape), grid(*shape, scale=2))
            add("given for each", likelihood, {spread: sizes}, outputs, grid(*shape), grid(*shape, scale=2))
            wide = doubled(outputs)
            add("of the network", likelihood, {spread: "output"}, wide, grid(rows, *wide), grid(*shape, scale=2))
            skipped = {spread: "output", "missing": "skip"}
            add("of the network, missing", likelihood, skipped, wide, grid(rows, *wide), absent(grid(*shape)))
        wide = doubled(outputs)
        for beta in (0.5, 1):
            options = {"variance": "output", "beta": beta}
            add(f"β {beta}", "gaussian", options, wide, grid(rows, *wide), grid(*shape, scale=2))
        options = {"variance": "output", "beta": 0.5, "missing": "skip"}
        add("β 0.5, missing", "gaussian", options, wide, grid(rows, *wide), absent(grid(*shape)))
        for degrees in (2.5, 30, 1e6):
            options = {"degreesOfFreedom": degrees}
            learned = {"logScale": grid(*outputs)}
            add(f"{degrees:g} degrees of freedom", "studentT", options, outputs, grid(*shape), grid(*shape, scale=2), learned)
        # PyTorch subtracts two values of lgamma, whose digits end for more degrees of freedom.
        for shift in (0, 7):
            learned = {"logScale": grid(*outputs), "logExcess": grid() + shift}
            name = "learned degrees of freedom" + (", many" if shift else "")
            add(name, "studentT", {"degreesOfFreedom": "learned"}, outputs, grid(*shape), grid(*shape, scale=2), learned)

        # Counts.
        logs = grid(*shape)
        add("counts", "poisson", {}, outputs, logs, generator.poisson(np.exp(logs)))
        add("missing", "poisson", {"missing": "skip"}, outputs, logs, absent(generator.poisson(np.exp(logs)).astype("float64")))
        large = 6 + 8 * generator.random(shape)
        large = np.rint(large * 64) / 64
        add("large counts", "poisson", {}, outputs, large, generator.poisson(np.exp(large)))
        add("extreme rates", "poisson", {}, outputs, grid(*shape, scale=10), generator.integers(0, 40, size=shape))
        add("no counts", "poisson", {}, outputs, grid(*shape, scale=3), np.zeros(shape))
    return cases


# Predictions: samples of the outputs, the formulas by numpy, and draws of targets.
DRAWS = 100_000


def bias(p, samples):
    """The correction of the entropy of a mean of samples."""
    mean = p.mean(0)
    return (p.var(0, ddof=1) / mean).sum(-1) / (2 * samples)


def entropy(p):
    return -scipy.special.xlogy(p, p).sum(-1)


def class_prediction(p):
    """`p` is `[samples, …, classes]`."""
    samples, *shape, classes = p.shape
    mean = p.mean(0)
    information = np.clip(entropy(mean) - entropy(p).mean(0) + bias(p, samples), 0, np.log(classes))
    drawn = np.zeros((int(np.prod(shape)), classes))
    for i, each in enumerate(p.reshape(samples, -1, classes).swapaxes(0, 1)):
        chosen = each[generator.integers(samples, size=DRAWS)]
        labels = (chosen.cumsum(1) < generator.random((DRAWS, 1))).sum(1)
        drawn[i] = np.bincount(np.minimum(labels, classes - 1), minlength=classes)
    return {
        "kind": "classes",
        "probabilities": flat(mean),
        "entropy": flat(entropy(mean)),
        "mutualInformation": flat(information),
        "counts": [int(n) for n in drawn.reshape(-1)],
    }


QUANTILES = [0.01, 0.05, 0.25, 0.5, 0.8, 0.975]


def value_prediction(means, variances, draw):
    """`means` and `variances` are `[samples, count]`; `draw(sample, count)` gives targets `[DRAWS, count]`."""
    samples, count = means.shape
    which = generator.integers(samples, size=DRAWS)
    drawn = draw(which)
    return {
        "kind": "values",
        "mean": flat(means.mean(0)),
        "epistemicVariance": flat(means.var(0, ddof=1)),
        "aleatoricVariance": flat(variances.mean(0)),
        "drawnMean": flat(drawn.mean(0)),
        "drawnVariance": flat(drawn.var(0)),
        "drawnFourth": flat(((drawn - drawn.mean(0)) ** 4).mean(0)),
        "quantiles": QUANTILES,
        # Order statistics around each quantile, so far away that one misses with probability 1e-9.
        "bands": [[flat(np.sort(drawn[:, i])[bounds(q)]) for q in QUANTILES] for i in range(count)],
    }


def bounds(q):
    """Indices of the order statistics between which the quantile lies with probability 1 − 1e-9."""
    low = int(scipy.stats.binom.ppf(5e-10, DRAWS, q)) - 1
    high = int(scipy.stats.binom.ppf(1 - 5e-10, DRAWS, q)) + 1
    return [max(low, 0), min(high, DRAWS - 1)]


def predictions():
    found = []
    samples, rows = 5, 2

    def add(likelihood, options, outputs, output, parameters, result):
        found.append(
            {
                "likelihood": likelihood,
                "options": options,
                "outputs": outputs,
                "rows": rows,
                "samples": samples,
                "output": exact(output),
                "parameters": {key: exact(value) for key, value in parameters.items()},
                **result,
            }
        )

    logits = grid(samples, rows, 4, scale=2)
    add("categorical", {}, [4], logits, {}, class_prediction(scipy.special.softmax(logits, -1)))
    logits = grid(samples, rows, 3, 2, scale=2)
    p = scipy.special.expit(logits)
    add("binary", {}, [3, 2], logits, {}, class_prediction(np.stack([1 - p, p], -1)))
    parameters = {"firstCut": grid() - 1, "increments": grid(3)}
    place = grid(samples, rows, 1, scale=2)
    tensors = {key: torch.tensor(value) for key, value in parameters.items()}
    p = np.stack([np.exp(ordinal_log_probabilities(torch.tensor(each), {"classes": 5}, tensors).numpy()) for each in place])
    add("ordinal", {"classes": 5}, [1], place, parameters, class_prediction(p))

    for likelihood, spread, logarithm in [
        ("gaussian", "variance", "logVariance"),
        ("laplace", "scale", "logScale"),
        ("studentT", "scale", "logScale"),
    ]:
        for source in ("learned", "output"):
            for extra in [{}] if likelihood != "studentT" else [{"degreesOfFreedom": 15}, {"degreesOfFreedom": "learned"}]:
                outputs = [3] if source == "learned" else [6]
                output = grid(samples, rows, *outputs)
                parameters = {logarithm: grid(3)} if source == "learned" else {}
                logs = np.broadcast_to(parameters[logarithm], (samples, rows, 3)) if parameters else output[..., 3:]
                if extra.get("degreesOfFreedom") == "learned":
                    parameters["logExcess"] = np.array(2.75)
                degrees = 2 + np.exp(2.75) if extra.get("degreesOfFreedom") == "learned" else 15
                means = output[..., :3].reshape(samples, -1)
                sizes = np.exp(logs).reshape(samples, -1)
                if likelihood == "gaussian":
                    variances = sizes
                    draw = lambda s: generator.normal(means[s], np.sqrt(sizes[s]))
                elif likelihood == "laplace":
                    variances = 2 * sizes**2
                    draw = lambda s: generator.laplace(means[s], sizes[s])
                else:
                    variances = sizes**2 * degrees / (degrees - 2)
                    draw = lambda s: means[s] + sizes[s] * generator.standard_t(degrees, size=means[s].shape)
                add(likelihood, {spread: source, **extra}, outputs, output, parameters, value_prediction(means, variances, draw))
    logs = grid(samples, rows, 3)
    rates = np.exp(logs).reshape(samples, -1)
    add("poisson", {}, [3], logs, {}, value_prediction(rates, rates, lambda s: generator.poisson(rates[s])))
    return found


def main():
    versions = {"torch": torch.__version__.split("+")[0], "numpy": np.__version__, "scipy": scipy.__version__}
    path = ROOT / "packages/core/fixtures/likelihoods.json"
    about = {"script": "scripts/reference/likelihoods.py", "versions": versions, "draws": DRAWS}
    tables = {"cases": build(3), "predictions": predictions()}
    lines = [f'"{key}": {json.dumps(value)}' for key, value in about.items()]
    for key, values in tables.items():
        rows = ",\n".join(json.dumps(each, allow_nan=False, ensure_ascii=False) for each in values)
        lines.append(f'"{key}": [\n{rows}\n]')
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    text = lambda values: ",\n".join(json.dumps(each, allow_nan=False, ensure_ascii=False) for each in values)
    only = lambda each: {key: value for key, value in each.items() if key not in ("counts", "drawnMean", "drawnVariance", "drawnFourth", "quantiles", "bands")}
    code = ROOT / "packages/conformance/src/data/likelihoods.ts"
    about = f"/** Written by scripts/reference/likelihoods.py with torch {versions['torch']} and numpy {versions['numpy']}, in float64. */"
    code.write_text(
        "import type { LikelihoodCase, LikelihoodPrediction } from '../likelihoodCase.js';\n\n"
        f"{about}\nexport const likelihoodCases: readonly LikelihoodCase[] = [\n{text(build(1))}\n];\n\n"
        f"{about}\nexport const likelihoodPredictions: readonly LikelihoodPrediction[] = [\n{text(map(only, tables['predictions']))}\n];\n"
    )
    subprocess.run(["npx", "biome", "format", "--write", str(code)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    for each in (path, code):
        print(each.name, each.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
