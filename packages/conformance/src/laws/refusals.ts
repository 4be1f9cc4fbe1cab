import { compileProgram, type Iteration, type NoiseKey, type Tensor, type Tensors } from '@vardrop/core/backend';
import {
  type BoundProgram,
  bindBatch,
  boundProgram,
  createBuilder,
  type Program,
  validate,
} from '@vardrop/core/program';
import fc from 'fast-check';
import { programCases } from '../arbitraries/programs.js';
import { checkOnce, checkProperty } from '../checkProperty.js';
import { expectCode } from '../expectCode.js';
import type { Law, LawContext } from '../law.js';
import { resultHandles } from '../resultHandles.js';

/** Cases at effort `quick`. */
const runs = 40;

/** Any code of this project. The backend chooses which one. */
const refused = /^VARDROP_/;

/** y = w x + b of one input of each role; `noise` adds a term 0 · ε, whose key is `k`. */
function affine(noise: boolean): BoundProgram {
  const b = createBuilder('affine');
  const w = b.input('w', [3, 2]);
  const x = b.input('x', [4, 3], 'iteration');
  const c = b.input('c', [2], 'carried');
  const sum = b.add(b.matmul(x, w), c);
  const y = noise ? b.add(sum, b.mul(0, b.noise('normal', 'k', [4, 2]))) : sum;
  b.output('y', y);
  b.output('c', b.reduceSum(y, [0]));
  return boundProgram(b.build());
}

/** Ways to change a program so that it is malformed. */
const corruptions: Readonly<Record<string, (program: Program) => Program>> = {
  'an operation that does not exist': (program) => withLast(program, (node) => ({ ...node, op: 'cosine' as never })),
  'a node that reads itself': (program) =>
    withLast(program, (node) => ({ ...node, operands: [program.nodes.length - 1] })),
  'an operand that is no node': (program) => withLast(program, (node) => ({ ...node, operands: [-1] })),
  'an empty axis': (program) => withLast(program, (node) => ({ ...node, shape: [...node.shape, 0] })),
  'an axis of a half': (program) => withLast(program, (node) => ({ ...node, shape: [...node.shape, 0.5] })),
  'a shape that its operands do not give': (program) =>
    withLast(program, (node) => ({ ...node, shape: [...node.shape, 7] })),
  'no outputs': (program) => ({ ...program, outputs: {} }),
  'an output that is no node': (program) => ({ ...program, outputs: { result: program.nodes.length } }),
  'two inputs of one name': (program) => {
    const input = program.nodes.find((node) => node.op === 'input');
    return input ? { ...program, nodes: [...program.nodes, input] } : program;
  },
};

type Node = Program['nodes'][number];

function withLast(program: Program, change: (node: Node) => Node): Program {
  // Inputs and constants may have any shape, so the last node that computes something is changed.
  const last = program.nodes.map((node) => node.operands.length > 0).lastIndexOf(true);
  return {
    ...program,
    outputs: { result: last },
    nodes: program.nodes.map((node, id) => (id === last ? change(node) : node)),
  };
}

/** Malformed programs and inputs. */
export const refusals: Law = {
  id: 'refusals',
  statement:
    'malformed programs never reach a backend, malformed inputs are refused with a code, and a refusal leaves everything as it was',
  async check(context) {
    const { backend, ledger } = context;
    const six = [1, 2, 3, 4, 5, 6];
    const wrongUploads: readonly [string, unknown, unknown][] = [
      ['too few values', new Float32Array(5), [2, 3]],
      ['too many values', new Float32Array(7), [2, 3]],
      ['no values for a scalar', new Float32Array(0), []],
      // As many values as the shape has, but not float32. A backend could misread them as float32.
      ['an array of numbers', six, [2, 3]],
      ['float64 numbers', Float64Array.from(six), [2, 3]],
      ['32-bit integers', Int32Array.from(six), [2, 3]],
      ['bytes', Uint8Array.from(six), [2, 3]],
      ['64-bit integers', BigInt64Array.from(six, BigInt), [2, 3]],
      ['numbers in strings', six.map(String), [2, 3]],
      ['an object with a length', { ...six, length: 6 }, [2, 3]],
      ['a DataView', new DataView(new ArrayBuffer(24)), [2, 3]],
      ['null', null, [2, 3]],
      // Axes whose product is 6.
      ['axes that are no integers', new Float32Array(6), [2.5, 2.4]],
      ['negative axes', new Float32Array(6), [-2, -3]],
      ['axes in strings', new Float32Array(6), ['2', '3']],
      ['no shape', new Float32Array(1), undefined],
    ];
    for (const [what, data, shape] of wrongUploads) {
      await checkOnce(context, `upload: ${what}`, async () => {
        const before = backend.liveTensors();
        await expectCode(`upload of ${what} as [${shape}]`, refused, () => {
          backend.dispose(backend.upload(data as Float32Array, shape as readonly number[]));
        });
        if (backend.liveTensors() !== before) throw new Error('a refused upload left a tensor behind');
        ledger.compare(0, 0);
      });
    }
    await checkOnce(context, 'a handle that is none', async () => {
      const fake: Tensor = { shape: [2] };
      await expectCode('read of a handle that is none', refused, () => backend.read(fake));
      await expectCode('dispose of a handle that is none', refused, () => backend.dispose(fake));
      ledger.compare(0, 0);
    });
    await checkRuns(context);

    await checkProperty(
      context,
      'malformed programs',
      fc.tuple(programCases({ steps: 6 }), fc.constantFrom(...Object.keys(corruptions))),
      runs,
      async ([{ program }, corruption]) => {
        fc.pre(program.nodes.some((node) => node.operands.length > 0));
        const spoilt = corruptions[corruption](program);
        let reached = false;
        const watched: typeof backend = {
          ...backend,
          async compile(given) {
            reached = true;
            return backend.compile(given);
          },
        };
        await expectCode(`validate of ${corruption}`, refused, () => validate(spoilt));
        await expectCode(`compileProgram of ${corruption}`, refused, async () => {
          (await compileProgram(watched, spoilt)).dispose();
        });
        if (reached) throw new Error(`${corruption}: the backend was asked to compile it`);
        ledger.compare(0, 0);
      },
    );
    await checkOnce(context, 'batch sizes', async () => {
      const b = createBuilder('rows');
      b.output('y', b.neg(b.input('x', ['batch', 2], 'iteration')));
      for (const batch of [0, -1, 1.5, Number.NaN]) {
        await expectCode(`bind to ${batch} rows`, 'VARDROP_BATCH', () => bindBatch(b.build(), batch));
      }
      ledger.compare(0, 0);
    });
  },
};

/** The parts of a refused run. `iteration` is valid. */
interface RunParts {
  readonly w: Tensor;
  readonly c: Tensor;
  readonly x: Tensor;
  /** A tensor whose shape differs from every input's. */
  readonly other: Tensor;
  readonly iteration: Iteration;
}

/**
 * Runs with inputs or keys that are missing, unknown, or of another shape are refused. After each, a correct run still
 * works.
 */
async function checkRuns(context: LawContext): Promise<void> {
  const { backend, ledger } = context;
  const noise = backend.supports.noise === 'device';
  const key: NoiseKey = { words: [1, 2] };
  const keys: Readonly<Record<string, NoiseKey>> = noise ? { k: key } : {};
  const cases: Readonly<Record<string, (parts: RunParts) => readonly [Tensors, readonly Iteration[]]>> = {
    'no shared input': ({ c, iteration }) => [{ c }, [iteration]],
    'no carried input': ({ w, iteration }) => [{ w }, [iteration]],
    'no iteration input': ({ w, c }) => [{ w, c }, [{ keys }]],
    'an unknown input': ({ w, c, other, iteration }) => [{ w, c, unknown: other }, [iteration]],
    'an unknown input of an iteration': ({ w, c, x, other }) => [{ w, c }, [{ keys, inputs: { x, unknown: other } }]],
    'an iteration input among the shared ones': ({ w, c, x, iteration }) => [{ w, c, x }, [iteration]],
    'a handle that is none': ({ c, iteration }) => [{ w: { shape: [3, 2] }, c }, [iteration]],
    'no input in a later iteration': ({ w, c, iteration }) => [{ w, c }, [iteration, { keys }]],
    'a shared input of another shape': ({ c, other, iteration }) => [{ w: other, c }, [iteration]],
    'a carried input of another shape': ({ w, other, iteration }) => [{ w, c: other }, [iteration]],
    'an iteration input of another shape': ({ w, c, other }) => [{ w, c }, [{ keys, inputs: { x: other } }]],
    // It has as many elements and broadcasts, so a backend could accept it silently.
    'an iteration input transposed': ({ w, c }) => [{ w, c }, [{ keys, inputs: { x: w } }]],
    'an unknown key': ({ w, c, iteration }) => [{ w, c }, [{ ...iteration, keys: { ...keys, unknown: key } }]],
    'an unknown key in a later iteration': ({ w, c, iteration }) => [
      { w, c },
      [iteration, { ...iteration, keys: { ...keys, unknown: key } }],
    ],
    ...(noise
      ? {
          'no key': ({ w, c, x }: RunParts) => [{ w, c }, [{ inputs: { x } }]] as const,
          'a key under another name': ({ w, c, x }: RunParts) =>
            [{ w, c }, [{ inputs: { x }, keys: { K: key } }]] as const,
        }
      : {}),
  };
  for (const [what, arrange] of Object.entries(cases)) {
    await checkOnce(context, `run: ${what}`, async () => {
      const tensors = {
        w: backend.upload(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]),
        c: backend.upload(Float32Array.of(1, -1), [2]),
        x: backend.upload(new Float32Array(12).fill(1), [4, 3]),
        other: backend.upload(new Float32Array(1), [1]),
      };
      const executable = await backend.compile(affine(noise));
      const before = backend.liveTensors();
      try {
        const shared = { w: tensors.w, c: tensors.c };
        const iteration = { inputs: { x: tensors.x }, keys };
        await expectCode(`a run with ${what}`, 'VARDROP_INPUT', () => {
          const result = executable.run(...arrange({ ...tensors, iteration }));
          for (const tensor of resultHandles(result)) backend.dispose(tensor);
        });
        if (backend.liveTensors() !== before) throw new Error(`a run with ${what} left tensors behind`);
        const { carried, outputs } = executable.run(shared, [iteration]);
        const y = await backend.read(outputs[0].y);
        for (const tensor of [carried.c, outputs[0].y]) backend.dispose(tensor);
        if (y[0] !== 10 || y[7] !== 11) throw new Error(`a run after a refused one: got ${[...y]}, wanted 10, 11, …`);
        ledger.compare(0, 0);
      } finally {
        for (const tensor of Object.values(tensors)) backend.dispose(tensor);
        executable.dispose();
      }
    });
  }
}
