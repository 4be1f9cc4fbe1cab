import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { laws, runSuite, selectLaws } from '@vardrop/conformance';
import { expect, it } from 'vitest';
import { createTfjsBackend } from '../src/index.js';
import { wasmPaths } from './wasmPaths.js';

it('takes the build with several threads where the app has started it', async () => {
  setWasmPaths(wasmPaths as unknown as string);
  await tf.setBackend('wasm');
  const host = tf.findBackend('wasm') as unknown as { readonly wasm: object };
  expect(host.wasm).toHaveProperty('PThread');
  const { failures } = await runSuite({
    name: 'tfjs:wasm with threads',
    create: () => createTfjsBackend({ tf, device: 'wasm' }),
    laws: selectLaws(laws, ['programs']),
  }).then(({ laws: [law] }) => law);
  expect(failures).toEqual([]);
  expect(tf.findBackend('wasm')).toBe(host);
  expect(tf.getBackend()).toBe('wasm');
});
