import type { BoundProgram } from '@vardrop/core/program';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import { compileTail } from '../tail/compileTail.js';
import { cutTail } from '../tail/cutTail.js';
import type { Runtime } from './runtime.js';
import { createProgramSession, type ProgramSession } from './session.js';

/** The least numbers of a training state for which a tail is worth its compilation. */
const worthwhile = 1 << 16;

/**
 * A session of what each iteration computes. On the native device the end of a training step, from the last products on, is computed by
 * loops of WebAssembly instead of the runtime, and the training state stays in their memory.
 */
export async function createStepSession(runtime: Runtime, program: BoundProgram): Promise<ProgramSession> {
  const { ort, device, memory, leastTail = worthwhile } = runtime;
  const { lend } = memory;
  const cut = device === 'native' && lend ? cutTail(program, leastTail) : undefined;
  const tail = cut && (await compileTail(cut.tail, cut.handed));
  if (!cut || !tail || !lend) return createProgramSession(runtime, program);
  const shapeOf = (name: string) => program.nodes[program.outputs[name]].shape;
  const head = cut.head && (await createProgramSession(runtime, cut.head));
  const shapes = new Map(cut.tail.nodes.flatMap((node) => (node.op === 'input' ? [[node.name, node.shape]] : [])));
  const places = new Map(
    [...tail.places].map(([name, array]) => [name, new ort.Tensor('float32', array, shapes.get(name))]),
  );
  return {
    async run(given) {
      const results = head ? await head.run(given, places) : new Map<string, OrtTensor>();
      for (const name of cut.handed) results.delete(name);
      const arrays = new Map([...given].map(([name, { data }]) => [name, data as Float32Array]));
      for (const [name, array] of tail.run(arrays)) results.set(name, lend(array, shapeOf(name), tail.giveBack));
      return results;
    },
    release: async () => head?.release(),
  };
}
