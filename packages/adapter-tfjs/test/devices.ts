import type { Tensor } from '@tensorflow/tfjs';
import type { Backend } from '@vardrop/core';
import { createBackend } from '../src/backend.js';
import { loadDevice } from '../src/start/loadDevice.js';

/** The devices, and wasm without its generated loops, as where tfjs's memory cannot be reached. */
export const variants = ['cpu', 'wasm', 'wasm without loops'] as const;

/** A backend of one of them. */
export async function createVariant(variant: (typeof variants)[number]): Promise<Backend<Tensor>> {
  return createBackend(await loadDevice(variant === 'cpu' ? 'cpu' : 'wasm'), { fuse: variant === 'wasm' });
}
