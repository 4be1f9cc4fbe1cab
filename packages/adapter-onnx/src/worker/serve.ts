import { type Backend, VardropError } from '@vardrop/core';
import type { Executable, Tensor, Tensors } from '@vardrop/core/backend';
import { toPlainError } from './plainError.js';
import type { Message, Opened, Question, Reply, TensorId, TensorIds, WorkerOptions } from './protocol.js';

/** What stands behind an id: a tensor, or why there is none. */
type Entry = { readonly tensor: Tensor } | { readonly failure: unknown };

/**
 * The worker's side: a function that obeys messages with a backend, made when the first asks for it.
 *
 * @param reply sends an answer; what is listed in `transfer` need not be copied.
 */
export function serve(
  create: (options: WorkerOptions) => Promise<Backend>,
  reply: (message: Reply, transfer: readonly ArrayBuffer[]) => void,
): (message: Message) => void {
  const tensors = new Map<TensorId, Entry>();
  const executables = new Map<number, Executable>();
  const answers = new Set<Promise<void>>();
  let made: Backend | undefined;

  const backend = (): Backend => {
    if (made) return made;
    throw new VardropError('VARDROP_BACKEND', '[onnx] worker: got a message before it was open, needs `open` first.');
  };
  const tensorOf = (id: TensorId): Tensor => {
    const entry = tensors.get(id);
    if (entry === undefined) {
      throw new VardropError('VARDROP_DISPOSED', `[onnx] worker: got tensor ${id}, which it does not hold.`);
    }
    if ('failure' in entry) throw entry.failure;
    return entry.tensor;
  };
  const bound = (ids: TensorIds): Tensors => Object.fromEntries([...ids].map(([name, id]) => [name, tensorOf(id)]));
  const hold = (ids: TensorIds, entryOf: (name: string) => Entry) => {
    for (const [name, id] of ids) tensors.set(id, entryOf(name));
  };

  function run({ executable, shared, iterations, carried, outputs }: Extract<Message, { kind: 'run' }>): void {
    try {
      const result = (executables.get(executable) as Executable).run(
        bound(shared),
        iterations.map(({ inputs, keys }) => ({ inputs: bound(inputs), keys })),
      );
      hold(carried, (name) => ({ tensor: result.carried[name] }));
      outputs.forEach((ids, i) => {
        hold(ids, (name) => ({ tensor: result.outputs[i][name] }));
      });
    } catch (failure) {
      for (const ids of [carried, ...outputs]) hold(ids, () => ({ failure }));
    }
  }

  async function answer(question: Question, others: readonly Promise<void>[]): Promise<unknown> {
    switch (question.kind) {
      case 'open': {
        made = await create(question.options);
        return { name: made.name, supports: made.supports } satisfies Opened;
      }
      case 'read':
        return backend().read(tensorOf(question.tensor));
      case 'compile':
        executables.set(question.executable, await backend().compile(question.program));
        return undefined;
      case 'close':
        await made?.close();
        // Whoever asked before hears of it before the thread ends.
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
        const entry = tensors.get(message.tensor);
        tensors.delete(message.tensor);
        if (entry && 'tensor' in entry) backend().dispose(entry.tensor);
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
