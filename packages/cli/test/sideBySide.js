// Two backends in one process or page, in an app that has tfjs and has chosen nothing in it: created, run and closed in turns.
// Prints what is left behind that was not there before. `node sideBySide.js tfjs:wasm gpujs:webasm`, or in a page
// `?backends=tfjs:wasm,gpujs:webasm`.
import * as tf from '@tensorflow/tfjs';
import { createGpujsBackend } from '@vardrop/adapter-gpujs';
import { createOnnxBackend } from '@vardrop/adapter-onnx';
import { createTfjsBackend } from '@vardrop/adapter-tfjs';
import { createWasmBackend } from '@vardrop/adapter-wasm';
import { createBuilder } from '@vardrop/core/program';

/** There is none in a page. */
const node = globalThis.process;

const factories = {
  tfjs: (device) => createTfjsBackend({ tf, device }),
  onnx: (device) => createOnnxBackend({ device, threads: 2 }),
  gpujs: (mode) => createGpujsBackend({ mode }),
  wasm: () => createWasmBackend({ threads: 2 }),
};

async function create(name) {
  const [framework, device] = name.split(':');
  return factories[framework](device);
}

/** A product that is large enough for threads. */
const size = 300;
const b = createBuilder('square');
const x = b.input('x', [size, size]);
b.output('y', b.matmul(x, x));
const square = b.build();

async function run(backend) {
  const executable = await backend.compile(square);
  const given = backend.upload(new Float32Array(size * size).fill(2), [size, size]);
  const { y } = executable.run({ x: given }, [{}]).outputs[0];
  const values = await backend.read(y);
  if (values.some((value) => value !== 4 * size)) throw new Error(`${backend.name}: got ${values[0]}`);
  for (const tensor of [given, y]) backend.dispose(tensor);
  executable.dispose();
}

/** What an app may notice: its globals, its listeners, what tfjs would take or has taken. */
function state() {
  // A page's `event` is the one that is being handled, such as a worker's message.
  const keys = Reflect.ownKeys(globalThis).filter((key) => key !== 'event');
  const globals = keys.map((key) => [`global ${String(key)}`, globalThis[key]]);
  const events = node?.eventNames() ?? [];
  const listeners = events.map((event) => [`listeners for ${String(event)}`, node.listenerCount(event)]);
  const { registryFactory } = tf.engine();
  const first = Object.keys(registryFactory).sort(
    (m, n) => registryFactory[n].priority - registryFactory[m].priority,
  )[0];
  return new Map([
    ...globals,
    ...listeners,
    ['active in tfjs', tf.engine().backendName],
    ['first choice in tfjs', first],
  ]);
}

const [first, second] = node?.argv.slice(2) ?? new URLSearchParams(location.search).get('backends').split(',');
// Node makes some of its globals when they are first read.
state();
const before = state();
const a = await create(first);
await run(a);
const c = await create(second);
await run(c);
await run(a);
await a.close();
await run(c);
const again = await create(first);
await run(again);
await c.close();
await run(again);
await again.close();

const after = state();
const keys = [...new Set([...before.keys(), ...after.keys()])];
const changed = keys.filter((key) => !Object.is(before.get(key), after.get(key)));
const flags = Object.keys(tf.env().getFlags()).filter((name) => name.includes('MULTITHREAD'));
// What the app does next works as it would have without.
const own = tf.tensor1d([1, 2]).square().dataSync();
console.log(JSON.stringify({ changed, flags, own: [...own], active: tf.getBackend() }));
