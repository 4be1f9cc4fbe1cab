"""What the scripts layers_*.py share: calls of layers in float64 by PyTorch, with gradients, as TypeScript."""
import json
import subprocess
from pathlib import Path

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
ROOT = Path(__file__).parents[2]


class Cases:
    """Cases of one family of layers. Inputs, parameters and cotangents are multiples of 1/64, so that float32 holds them."""

    def __init__(self, seed):
        self.generator = np.random.default_rng(seed)
        self.cases = []

    def values(self, *shape, scale=1.0):
        """Random numbers of about `scale`, none of them 0."""
        steps = np.rint(self.generator.normal(size=shape) * 64 * scale)
        return np.where(steps == 0, 1, steps) / 64

    def distinct(self, *shape):
        """Random numbers of which no two are equal, for maxima."""
        count = int(np.prod(shape))
        return (self.generator.permutation(count) - count // 2 + 0.5).reshape(shape) / 16

    def add(self, name, layer, options, inputs, parameters, forward, *, integers=(), constant=(), carried=None, training=False):
        """
        Calls `forward(*inputs, **parameters)` (names with '/' as '_'), which returns the output, or, with `carried`
        `forward(*inputs, carried, **parameters)`, the output and the next carried values. Inputs with an index in `integers`
        are row numbers; they and those in `constant` have no gradient.
        """
        tensors = [torch.tensor(np.asarray(x, dtype="float64")) for x in inputs]
        fixed = {*integers, *constant}
        for i, x in enumerate(tensors):
            x.requires_grad_(i not in fixed)
        learned = {key: torch.tensor(value).requires_grad_() for key, value in parameters.items()}
        arguments = {key.replace("/", "_"): value for key, value in learned.items()}
        state = {key: torch.tensor(value) for key, value in (carried or {}).items()}
        called = forward(*tensors, state, **arguments) if carried is not None else forward(*tensors, **arguments)
        output, following = called if isinstance(called, tuple) else (called, {})
        cotangent = self.values(*output.shape)
        wanted = [x for x in [*tensors, *learned.values()] if x.requires_grad]
        gradients = torch.autograd.grad((output * torch.tensor(cotangent)).sum(), wanted, allow_unused=True)
        found = {id(x): torch.zeros_like(x) if g is None else g for x, g in zip(wanted, gradients)}
        self.cases.append(
            {
                "name": name,
                "layer": layer,
                "options": options,
                "inputs": [
                    {**tensor(x), **({"kind": "integers"} if i in integers else {})} for i, x in enumerate(tensors)
                ],
                "parameters": {key: tensor(value) for key, value in learned.items()},
                **({"carried": {key: tensor(value) for key, value in state.items()}} if carried is not None else {}),
                **({"training": True} if training else {}),
                "output": tensor(output),
                "cotangent": flat(cotangent),
                "inputGradients": [None if i in fixed else flat(found[id(x)]) for i, x in enumerate(tensors)],
                "parameterGradients": {key: flat(found[id(x)]) for key, x in learned.items()},
                **({"nextCarried": {key: flat(x) for key, x in following.items()}} if training else {}),
            }
        )

    def write(self, family, script):
        """Writes packages/conformance/src/data/layers/<family>.ts, formatted."""
        path = ROOT / f"packages/conformance/src/data/layers/{family}.ts"
        version = torch.__version__.split("+")[0]
        body = ",\n".join(json.dumps(each, allow_nan=False) for each in self.cases)
        path.write_text(
            "import type { LayerCase } from '../../layerCase.js';\n\n"
            f"/** Written by scripts/reference/{Path(script).name} with torch {version} and numpy {np.__version__}, in float64. */\n"
            f"export const {family}: readonly LayerCase[] = [\n{body}\n];\n"
        )
        subprocess.run(["npx", "biome", "format", "--write", str(path)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        print(f"{len(self.cases)} cases, {path.stat().st_size} bytes")


def tensor(x):
    return {"shape": list(x.shape), "data": flat(x)}


def flat(x):
    """Row-major, 12 significant digits."""
    values = x.detach().numpy() if isinstance(x, torch.Tensor) else x
    rounded = [float(f"{v:.12g}") for v in np.asarray(values).ravel()]
    return [int(v) if v == int(v) else v for v in rounded]
