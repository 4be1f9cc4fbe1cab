import {
  type Backend,
  type Builder,
  createReferenceBackend,
  type Node,
  type NoiseSource,
  random,
  rewrite,
  type Value,
} from '@vardrop/core';

/** A backend with one defect, and the law that has to notice it. */
export interface BrokenBackend {
  readonly defect: string;
  readonly law: string;
  readonly create: () => Backend;
}

type Replace = (b: Builder, node: Node, operands: readonly Value[]) => Value | undefined;

/** The reference with some operations replaced by others. */
function replacing(replace: Replace): () => Backend {
  return () => {
    const backend = createReferenceBackend();
    return { ...backend, compile: (program) => backend.compile(rewrite(program, replace)) };
  };
}

/** The reference with another source of noise. */
function noisy(source: NoiseSource): () => Backend {
  return () => createReferenceBackend({ noise: source });
}

const generate: NoiseSource = (distribution, words, out, offset) =>
  random.hostGenerator()[distribution](words, out, offset);

/** A value that is off by as much as half precision may be. */
const coarse = (b: Builder, x: Value) => b.mul(x, 1 + 2 ** -12);

export const brokenBackends: readonly BrokenBackend[] = [
  {
    defect: 'products have half precision',
    law: 'primitives',
    create: replacing((b, node, [x, y]) => (node.op === 'matmul' ? coarse(b, b.copy(node, [x, y])) : undefined)),
  },
  {
    defect: 'a − b is b − a',
    law: 'primitives',
    create: replacing((b, node, [x, y]) => (node.op === 'sub' ? b.sub(y, x) : undefined)),
  },
  {
    defect: 'sums are means',
    law: 'primitives',
    create: replacing((b, node, [x]) => (node.op === 'reduceSum' ? b.mean(x, node.axes, node.keepAxes) : undefined)),
  },
  {
    defect: 'exp stops at e¹⁰',
    law: 'primitives',
    create: replacing((b, node, [x]) => (node.op === 'exp' ? b.exp(b.min(x, 10)) : undefined)),
  },
  {
    defect: 'sigmoid is 1/(1 + e^(−x)) with e^(−x) cut off',
    law: 'primitives',
    create: replacing((b, node, [x]) =>
      node.op === 'sigmoid' ? b.div(1, b.add(1, b.exp(b.min(b.neg(x), 20)))) : undefined,
    ),
  },
  {
    defect: 'ties go to the first of a > b ? x : y',
    law: 'primitives',
    create: replacing((b, node, [p, q, x, y]) =>
      node.op === 'selectGreater' ? b.selectGreater(q, p, y, x) : undefined,
    ),
  },
  {
    defect: 'the second operand of a product is never transposed',
    law: 'primitives',
    create: replacing((b, node, [x, y]) => {
      const square = y?.shape.at(-1) === y?.shape.at(-2);
      return node.op === 'matmul' && node.transposeB && square
        ? b.matmul(x, y, { transposeA: node.transposeA })
        : undefined;
    }),
  },
  {
    defect: 'padding counts in averages',
    law: 'primitives',
    create: replacing((b, node, [x]) => {
      if (node.op !== 'averagePool2d' || node.padding.every((n) => n === 0)) return undefined;
      const inside = b.averagePool2d(b.broadcast(1, x.shape), node.size, node);
      const all = b.mul(inside, 0.9);
      return b.mul(b.copy(node, [x]), all);
    }),
  },
  {
    defect: 'noise is drawn from one key whatever the key',
    law: 'noise',
    create: noisy((distribution, _, out, offset) => generate(distribution, [0, 1], out, offset)),
  },
  {
    defect: 'every batch starts its noise anew',
    law: 'noise',
    create: noisy((distribution, words, out) => generate(distribution, words, out, 0)),
  },
  {
    defect: 'normal noise has a variance 15 % too large',
    law: 'local-reparametrization',
    create: noisy((distribution, words, out, offset) => {
      generate(distribution, words, out, offset);
      if (distribution === 'normal') out.set(out.map((x) => x * Math.sqrt(1.15)));
    }),
  },
  {
    defect: 'normal noise has a mean of 0.1',
    law: 'local-reparametrization',
    create: noisy((distribution, words, out, offset) => {
      generate(distribution, words, out, offset);
      if (distribution === 'normal') out.set(out.map((x) => x + 0.1));
    }),
  },
  {
    defect: 'neighbouring outputs share a part of their noise',
    law: 'local-reparametrization',
    create: noisy((distribution, words, out, offset) => {
      generate(distribution, words, out, offset);
      if (distribution === 'normal') {
        for (let i = 1; i < out.length; i += 2)
          out[i] = Math.fround(0.15 * out[i - 1] + Math.sqrt(1 - 0.15 ** 2) * out[i]);
      }
    }),
  },
  {
    defect: 'special functions have half precision',
    law: 'kl',
    create: replacing((b, node, [x]) => (node.op === 'special' ? coarse(b, b.copy(node, [x])) : undefined)),
  },
  {
    defect: 'a reading of stale memory: the first output comes back for every output',
    law: 'programs',
    create: () => {
      const backend = createReferenceBackend();
      return {
        ...backend,
        compile: async (program) => {
          const executable = await backend.compile(program);
          return {
            ...executable,
            run(shared, iterations) {
              const result = executable.run(shared, iterations);
              const outputs = result.outputs.map((each) => {
                const entries = Object.entries(each);
                const [, last] = entries[entries.length - 1] ?? [];
                const same = entries.filter(
                  ([, tensor]) => last && tensor !== last && tensor.shape.join() === last.shape.join(),
                );
                if (!last || same.length < 2) return each;
                // Two outputs of one shape change places.
                return { ...each, [same[0][0]]: same[1][1], [same[1][0]]: same[0][1] };
              });
              return { ...result, outputs };
            },
          };
        },
      };
    },
  },
  {
    defect: 'each upload leaves a tensor behind',
    law: 'primitives',
    create: () => {
      const backend = createReferenceBackend();
      return {
        ...backend,
        upload(data, shape) {
          backend.upload(data, shape);
          return backend.upload(data, shape);
        },
      };
    },
  },
];
