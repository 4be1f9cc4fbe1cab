import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createTfjsBackend } from '../src/index.js';

for (const device of ['cpu', 'wasm'] as const) {
  conformance({
    name: `tfjs:${device}`,
    create: () => createTfjsBackend({ device }),
    runner,
  });
}
