import type { Backend } from '@vardrop/core';
import type { Iteration } from '@vardrop/core/backend';
import { elementCount, type Op, type ProgramNode, rewrite } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import { breaking, declaring, type Mutant, overriding, replacing } from './mutant.js';

const limits = (defect: string, property: string, create: Mutant['create']): Mutant => ({
  subject: 'supports',
  defect,
  law: 'limits',
  properties: property === undefined ? undefined : [property],
  create,
});

const refusals = (defect: string, create: Mutant['create'], property?: string): Mutant => ({
  subject: 'refusals',
  defect,
  law: 'refusals',
  properties: property === undefined ? undefined : [property],
  create,
});

/** Turns that a backend declares which has only as many: more than the law `sizes` asks for. */
const turns = 2 ** 19;

/** An operation that leaves out what is beyond `turns` terms, all of which are ones but the last. */
const ending = (op: Op, property: string): Mutant =>
  limits(`a ${op} that drops what is beyond its ${turns} turns`, property, () => {
    const backend = breaking(op, (b, node, operands) => {
      const count = elementCount(operands[0].shape);
      const result = b.copy(node as ProgramNode, operands);
      return count > turns && elementCount(node.shape) === 1 ? b.sub(result, 1) : result;
    })();
    return { ...backend, supports: { ...backend.supports, turns } };
  });

/** A backend that declares more than it has. */
export const declarationMutants: readonly Mutant[] = [
  limits(
    'half a unit declared for an exponential that is off by many',
    'units in the last place of exp',
    breaking('exp', (b, _, [x]) => b.mul(b.exp(x), 1 + 2 ** -20)),
  ),
  limits(
    'a tanh by a rational function',
    'units in the last place of tanh',
    breaking('tanh', (b, _, [x]) => b.div(x, b.add(1, b.abs(x)))),
  ),
  limits(
    'a logarithm of the next power of two',
    'units in the last place of log',
    breaking('log', (b, _, [x]) => b.mul(b.log(x), 1 - 2 ** -22)),
  ),
  limits(
    'a division by a reciprocal of half precision',
    'units in the last place of div',
    breaking('div', (b, _, [x, y]) => b.mul(x, b.mul(b.div(1, y), 1 + 2 ** -12))),
  ),
  limits(
    'a cosine whose turns are of half precision',
    'units in the last place of cos',
    breaking('cos', (b, _, [x]) => b.cos(b.mul(x, 1 + 2 ** -20))),
  ),
  limits(
    'an error function by a hyperbolic tangent',
    'units in the last place of erf',
    breaking('erf', (b, _, [x]) => b.tanh(b.mul(x, b.add(1.1283792, b.mul(0.1009, b.mul(x, x)))))),
  ),
  limits(
    'infinities that become large numbers',
    'infinities and NaN',
    breaking('exp', (b, node, operands) => b.min(b.copy(node, operands), 3.4e38)),
  ),
  limits(
    'subnormal numbers that are flushed',
    'subnormal numbers',
    replacing((b, node, operands) => {
      if (node.op !== 'mul' && node.op !== 'add') return undefined;
      const result = b.copy(node, operands);
      return b.selectGreater(2 ** -126, b.abs(result), 0, result);
    }),
  ),
  limits(
    'float64 that is float32',
    'float64',
    breaking('add', (b, node, operands) => {
      const sum = b.copy(node, operands);
      return b.sub(b.mul(sum, 2 ** 29 + 1), b.sub(b.mul(sum, 2 ** 29 + 1), sum));
    }),
  ),
  limits(
    'a special function in half precision',
    'function dawson',
    breaking('special', (b, node, operands) => b.mul(b.copy(node, operands), 1 + 2 ** -12)),
  ),
  limits(
    'a logarithm of the gamma function by Stirling’s formula alone',
    'function lgamma',
    breaking('special', (b, node, [x]) =>
      node.function === 'lgamma'
        ? b.add(b.sub(b.mul(b.sub(x, 0.5), b.log(x)), x), 0.5 * Math.log(2 * Math.PI))
        : undefined,
    ),
  ),
  limits('ulps without a number for tanh', 'ulps has a number for each elementary function', () => {
    const { supports } = createReferenceBackend();
    const { tanh: _, ...others } = supports.ulps;
    return declaring({ ulps: others as typeof supports.ulps })();
  }),
  limits('sums of half a term', 'terms is a whole number from 16 on', declaring({ terms: 0.5 })),
  limits('loops of half a turn', 'turns is a positive whole number', declaring({ turns: 0.5 })),
  ending('reduceSum', 'a sum of more terms than turns'),
  ending('matmul', 'a product of more terms than turns'),
  ending('maxPool2d', 'a window of more terms than turns'),
  limits('a kind of noise that does not exist', 'noise is host or device', declaring({ noise: 'gpu' as 'host' })),
  limits(
    'tensors that end at 2¹⁶ elements',
    'large tensors',
    overriding((backend) => ({
      upload(data, shape) {
        return backend.upload(
          data.map((value, i) => (i < 2 ** 16 ? value : 0)),
          shape,
        );
      },
    })),
  ),
];

/** Throws errors without a code. */
function uncoded<T extends (...given: never[]) => unknown>(method: T): T {
  return ((...given: never[]) => {
    try {
      return method(...given);
    } catch (error) {
      throw new Error((error as Error).message);
    }
  }) as T;
}

/** A backend that takes what it should refuse, or refuses it badly. */
export const refusalMutants: readonly Mutant[] = [
  refusals(
    'uploads of any length',
    overriding((backend) => ({
      upload(data, shape) {
        const count = elementCount(shape);
        return backend.upload(
          Float32Array.from({ length: count }, (_, i) => data[i] ?? 0),
          shape,
        );
      },
    })),
  ),
  refusals(
    'uploads of anything that has a length',
    overriding((backend) => ({
      upload: (data, shape) => backend.upload(Float32Array.from(data ?? [], Number), shape),
    })),
  ),
  refusals(
    'uploads of the bytes of other typed arrays',
    overriding((backend) => ({
      upload(data, shape) {
        const bytes: unknown = data;
        const other = bytes instanceof Float64Array || bytes instanceof Int32Array;
        return backend.upload(other ? new Float32Array(data.buffer, 0, data.length) : data, shape);
      },
    })),
  ),
  refusals(
    'axes of any kind, whose product alone counts',
    overriding((backend) => ({
      upload(data, shape) {
        const product = shape?.reduce((count, n) => count * Number(n), 1) ?? 1;
        const sound = shape?.every((n) => Number.isInteger(n) && n >= 0);
        return backend.upload(data, !sound && product === data?.length ? [product] : shape);
      },
    })),
  ),
  refusals(
    'uploads without a code',
    overriding((backend) => ({ upload: uncoded(backend.upload) })),
    'upload: too few values',
  ),
  refusals(
    'reads of anything',
    overriding((backend) => ({
      read: (tensor) => backend.read(tensor).catch(() => new Float32Array(tensor.shape[0])),
    })),
    'a handle that is none',
  ),
  refusals(
    'missing inputs are zeros',
    filling((name, shape, given, backend) => given[name] ?? backend.upload(new Float32Array(count(shape)), shape)),
  ),
  refusals(
    'inputs of another shape are broadcast',
    filling((name, shape, given, backend) => {
      const tensor = given[name];
      return tensor && tensor.shape.join() !== shape.join()
        ? backend.upload(new Float32Array(count(shape)), shape)
        : tensor;
    }),
  ),
  refusals(
    'unknown keys are ignored',
    keying((keys, known) => Object.fromEntries(Object.entries(keys).filter(([name]) => known.includes(name)))),
    'run: an unknown key in a later iteration',
  ),
  refusals(
    'a missing key is made of zeros',
    keying((keys, known) => ({ ...Object.fromEntries(known.map((name) => [name, { words: [0, 0] }])), ...keys })),
    'run: no key',
  ),
  refusals(
    'a refused run leaves a tensor behind',
    overriding((backend) => ({
      compile: async (program) => {
        const executable = await backend.compile(program);
        return {
          ...executable,
          run(shared, iterations) {
            try {
              return executable.run(shared, iterations);
            } catch (error) {
              backend.upload(new Float32Array(1), [1]);
              throw error;
            }
          },
        };
      },
    })),
  ),
  refusals(
    'a refused run spoils the next',
    overriding((backend) => {
      let spoilt = false;
      return {
        compile: async (program) => {
          const executable = await backend.compile(program);
          const wrong = await backend.compile(
            rewrite(program, (b, node, operands) => (node.op === 'matmul' ? b.neg(b.copy(node, operands)) : undefined)),
          );
          return {
            ...executable,
            run(shared, iterations) {
              try {
                return (spoilt ? wrong : executable).run(shared, iterations);
              } catch (error) {
                spoilt = true;
                throw error;
              }
            },
          };
        },
      };
    }),
  ),
  refusals(
    'runs without a code',
    overriding((backend) => ({
      compile: async (program) => {
        const executable = await backend.compile(program);
        return { ...executable, run: uncoded(executable.run) };
      },
    })),
  ),
];

const count = (shape: readonly number[]) => elementCount(shape);

type Tensors = Parameters<Awaited<ReturnType<Backend['compile']>>['run']>[0];

type Keys = NonNullable<Iteration['keys']>;

/** The reference whose iterations get other keys than were given. */
function keying(choose: (given: Keys, known: readonly string[]) => Keys) {
  return overriding((backend) => ({
    compile: async (program) => {
      const executable = await backend.compile(program);
      const known = program.nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : []));
      return {
        ...executable,
        run: (shared, iterations) =>
          executable.run(
            shared,
            iterations.map((each) => ({ ...each, keys: choose(each.keys ?? {}, known) })),
          ),
      };
    },
  }));
}

/** The reference whose runs get other inputs than were given. */
function filling(
  choose: (name: string, shape: readonly number[], given: Tensors, backend: Backend) => Tensors[string] | undefined,
) {
  return overriding((backend) => ({
    compile: async (program) => {
      const executable = await backend.compile(program);
      const fill = (given: Tensors, iteration: boolean): Tensors => {
        const filled: Record<string, Tensors[string]> = {};
        for (const node of program.nodes) {
          if (node.op !== 'input' || (node.role === 'iteration') !== iteration) continue;
          const tensor = choose(node.name, node.shape, given, backend);
          if (tensor) filled[node.name] = tensor;
        }
        return filled;
      };
      return {
        ...executable,
        run: (shared, iterations) =>
          executable.run(
            fill(shared, false),
            iterations.map((each) => ({ ...each, inputs: fill(each.inputs ?? {}, true) })),
          ),
      };
    },
  }));
}
