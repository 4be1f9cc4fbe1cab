/**
 * What an entry point of this package can load beside the runtimes of Node. Bundlers put everything into an app that an import or
 * the address of a worker names, so each entry point names its own.
 */
export interface Parts {
  /** The device where an app names none. */
  readonly defaultDevice: 'wasm' | 'webgpu';
  /** The smallest build of onnxruntime-web that has a device. The package's main build has further devices, and twice the size. */
  readonly runtimes: Readonly<Partial<Record<'wasm' | 'webgpu', () => Promise<unknown>>>>;
  /** Starts a page's worker. `new Worker(new URL(…), …)` is one expression, which is what bundlers look for. */
  openWorker(): Worker;
  /** The program of the worker, for Node's threads. */
  threadFile(): URL;
}
