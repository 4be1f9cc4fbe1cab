import { type Backend, VardropError } from '@vardrop/core';
import type { Executable } from '@vardrop/core/backend';
import { toPlainError } from './plainError.js';
import type { Message, Opened, Question, Reply, WorkerOptions } from './protocol.js';
import { createTensorTable } from './tensorTable.js';

/**
 * The worker's side: a function that handles messages with a backend, which the message `open` creates.
 *
 * @param reply sends an answer; buffers in `transfer` may be moved
 */
export function serve(
  create: (options: WorkerOptions) => Promise<Backend>,
  reply: (message: Reply, transfer: readonly ArrayBuffer[]) => void,
): (message: Message) => void {
  const tensors = createTensorTable();
  const executables = new Map<number, Executable>();
  const answers = new Set<Promise<void>>();
  let made: Backend | undefined;

  const backend = (): Backend => {
    if (made) return made;
    throw new VardropError('VARDROP_BACKEND', '[onnx] worker: got a message before it was open, needs `open` first.');
  };

  function run({ executable, shared, iterations, carried, outputs }: Extract<Message, { kind: 'run' }>): void {
    try {
      const result = (executables.get(executable) as Executable).run(
        tensors.getAll(shared),
        iterations.map(({ inputs, keys }) => ({ inputs: tensors.getAll(inputs), keys })),
      );
      tensors.setAll(carried, (name) => ({ tensor: result.carried[name] }));
      outputs.forEach((ids, i) => {
        tensors.setAll(ids, (name) => ({ tensor: result.outputs[i][name] }));
      });
    } catch (failure) {
      for (const ids of [carried, ...outputs]) tensors.setAll(ids, () => ({ failure }));
    }
  }

  async function answer(question: Question, others: readonly Promise<void>[]): Promise<unknown> {
    switch (question.kind) {
      case 'open':
        made = await create(question.options);
        return { name: made.name, supports: made.supports } satisfies Opened;
      case 'read':
        return backend().read(tensors.get(question.tensor));
      case 'compile':
        executables.set(question.executable, await backend().compile(question.program));
        return undefined;
      case 'close':
        await made?.close();
        // Earlier questions are answered before the thread ends.
        await Promise.all(others);
        return undefined;
    }
  }

  async function respond({ request, ...question }: Question & { request: number }, others: readonly Promise<void>[]) {
    try {
      const value = await answer(question, others);
      reply({ request, value }, value instanceof Float32Array ? [value.buffer as ArrayBuffer] : []);
    } catch (error) {
      reply({ request, error: toPlainError(error) }, []);
    }
  }

  return (message) => {
    switch (message.kind) {
      case 'upload':
        tensors.set(message.tensor, { tensor: backend().upload(message.data, message.shape) });
        return;
      case 'dispose': {
        const tensor = tensors.remove(message.tensor);
        if (tensor) backend().dispose(tensor);
        return;
      }
      case 'run':
        run(message);
        return;
      case 'release':
        executables.get(message.executable)?.dispose();
        executables.delete(message.executable);
        return;
      default: {
        const answered = respond(message, [...answers]).finally(() => answers.delete(answered));
        answers.add(answered);
      }
    }
  };
}
