import { checkUlps } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createGpujsBackend } from '../src/index.js';

for (const mode of ['webasm', 'cpu'] as const) {
  checkUlps({ name: mode, create: () => createGpujsBackend({ mode }), runner });
}
