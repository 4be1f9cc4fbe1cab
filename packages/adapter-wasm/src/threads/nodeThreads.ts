/** The part of `node:worker_threads` that is used here. */
export interface NodeThreads {
  readonly Worker: new (url: URL, options: { readonly execArgv: readonly string[] }) => NodeWorker;
  readonly parentPort: NodePort | null;
}

/** A port of Node's. */
export interface NodePort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

/** A worker of Node's. */
export interface NodeWorker extends NodePort {
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

interface NodeProcess {
  getBuiltinModule?(name: 'node:worker_threads'): NodeThreads | undefined;
  getBuiltinModule?(name: 'node:os'): { availableParallelism(): number } | undefined;
}

const nodeProcess = (): NodeProcess | undefined => (globalThis as { process?: NodeProcess }).process;

/** Node's threads, or undefined elsewhere. Not imported by name, which bundlers for browsers would look for. */
export const nodeThreads = (): NodeThreads | undefined => nodeProcess()?.getBuiltinModule?.('node:worker_threads');

/** How many threads this machine runs at once. */
export function cores(): number {
  const os = nodeProcess()?.getBuiltinModule?.('node:os');
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}
