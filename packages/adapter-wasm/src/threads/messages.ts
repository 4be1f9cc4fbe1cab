import type { Work } from './segment.js';

/** What a thread is told. Messages are obeyed in order. */
export type Message =
  | {
      readonly kind: 'start';
      readonly memory: WebAssembly.Memory;
      readonly threads: number;
      /** The number of the thread. The first one reports. */
      readonly thread: number;
    }
  | { readonly kind: 'load'; readonly id: number; readonly module: WebAssembly.Module; readonly work: Work }
  | { readonly kind: 'run'; readonly id: number; readonly run: number; readonly tables: readonly Uint32Array[] }
  | { readonly kind: 'unload'; readonly id: number };

/** What a thread says. */
export type Reply = { readonly kind: 'ready' } | { readonly kind: 'done'; readonly run: number };
