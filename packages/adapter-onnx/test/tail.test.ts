import {
  adam,
  type Backend,
  conv2d,
  dense,
  flatten,
  initialState,
  logUniformSigmoid,
  maxPooling2d,
  sequential,
  sparseVariational,
} from '@vardrop/core';
import { compileProgram } from '@vardrop/core/backend';
import { trainingProgram } from '@vardrop/core/extend';
import { type BoundProgram, elementCount } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import { evaluate } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import { allParts } from '../src/allParts.js';
import { createBackend } from '../src/backend.js';
import { loadRuntime } from '../src/start/loadRuntime.js';
import { cutTail } from '../src/tail/cutTail.js';

const options = { noise: sparseVariational(), divergence: logUniformSigmoid() };
const optimizer = adam();
const rows = 5;
const networks = {
  dense: sequential({ input: [9], ...options, layers: [dense({ units: 7, activation: 'relu' }), dense({ units: 3 })] }),
  images: sequential({
    input: [8, 6, 2],
    ...options,
    layers: [conv2d({ filters: 3, size: 3, activation: 'relu' }), maxPooling2d(), flatten(), dense({ units: 4 })],
  }),
  'one layer of 1200 units': sequential({ input: [3], ...options, layers: [dense({ units: 1200 })] }),
};

const open = async (leastTail: number) =>
  createBackend({ ...(await loadRuntime({ parts: allParts, device: 'native', threads: 1 })), leastTail });

/** What a backend is given to compile for a training step, its executable, and random values of its inputs. */
async function compileStep(backend: Backend, model: (typeof networks)['dense']) {
  const programs: BoundProgram[] = [];
  const noting: Backend = {
    ...backend,
    compile(program) {
      programs.push(program);
      return backend.compile(program);
    },
  };
  await compileProgram(noting, trainingProgram(model, optimizer), { batch: rows });
  const [program] = programs;
  const { parameters } = initialState(model, optimizer, 3);
  const values: Record<string, Float32Array> = {};
  for (const [index, node] of program.nodes.entries()) {
    if (node.op !== 'input') continue;
    const drawn = random.uniform(random.key(index), elementCount(node.shape));
    values[node.name] = parameters[node.name]?.data ?? drawn.map((value) => 0.01 + value);
  }
  return { program, values, executable: await backend.compile(program) };
}

describe.each(Object.entries(networks))('the end of a training step: %s', (_, model) => {
  it('computes what the whole program does', async () => {
    const backend = await open(Number.POSITIVE_INFINITY);
    const { program, values } = await compileStep(backend, model);
    const cut = cutTail(program, 1);
    if (!cut?.head) throw new Error('got no tail');
    const feed = (part: BoundProgram, all: Record<string, ArrayLike<number>>) => ({
      inputs: Object.fromEntries(
        part.nodes.flatMap((node) => (node.op === 'input' ? [[node.name, all[node.name]]] : [])),
      ),
    });
    const head = evaluate(cut.head, feed(cut.head, values));
    const tail = evaluate(cut.tail, feed(cut.tail, { ...values, ...head }));
    const expected = evaluate(program, feed(program, values));
    for (const [name, wanted] of Object.entries(expected)) expect(tail[name] ?? head[name], name).toEqual(wanted);
    expect(Object.keys(tail)).toEqual(
      expect.arrayContaining(Object.keys(initialState(model, optimizer, 3).parameters)),
    );
    expect(cut.tail.nodes.filter(({ op }) => op === 'matmul' || op.startsWith('conv2d'))).toEqual([]);
    await backend.close();
  });

  it('leaves handed-out values alone, however many are held', async () => {
    const backend = await open(1);
    const { program, values, executable } = await compileStep(backend, model);
    const names = (role: string) =>
      program.nodes.flatMap((node) => (node.op === 'input' && node.role === role ? [node] : []));
    const upload = (role: string) =>
      Object.fromEntries(names(role).map(({ name, shape }) => [name, backend.upload(values[name], shape)]));
    const inputs = upload('iteration');
    let state = upload('carried');
    const held = [];
    for (let step = 0; step < 6; step++) {
      const { carried, outputs } = executable.run(state, [{ inputs }]);
      const tensors = { ...carried, ...outputs[0] };
      const now = await Promise.all(Object.values(tensors).map((tensor) => backend.read(tensor)));
      held.push({ tensors, now });
      state = carried;
    }
    for (const { tensors, now } of held) {
      expect(await Promise.all(Object.values(tensors).map((tensor) => backend.read(tensor)))).toEqual(now);
    }
    expect(held[1].now).not.toEqual(held[2].now);
    await backend.close();
  });
});
