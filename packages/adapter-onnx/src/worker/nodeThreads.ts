/** The part of `node:worker_threads` that is used here. */
export interface NodeThreads {
  readonly Worker: new (url: URL, options: { readonly execArgv: readonly string[] }) => NodeWorker;
  readonly parentPort: NodePort | null;
}

/** A port of Node's. */
export interface NodePort {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
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
}

/** Node's threads, or undefined elsewhere. Not imported by name, which bundlers for browsers would look for. */
export function nodeThreads(): NodeThreads | undefined {
  return (globalThis as { process?: NodeProcess }).process?.getBuiltinModule?.('node:worker_threads');
}
