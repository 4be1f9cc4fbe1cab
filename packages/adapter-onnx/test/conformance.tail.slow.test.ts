import { conformance, laws } from '@vardrop/conformance';
import * as runner from 'vitest';
import { allParts } from '../src/allParts.js';
import { createBackend } from '../src/backend.js';
import { loadRuntime } from '../src/start/loadRuntime.js';

conformance({
  name: 'onnx:native, the end of every training step in loops',
  create: async () =>
    createBackend({ ...(await loadRuntime({ parts: allParts, device: 'native', threads: 1 })), leastTail: 1 }),
  runner,
  effort: 'quick',
  laws: laws.filter(({ id }) => ['programs', 'optimizers', 'training', 'lifetime', 'handles'].includes(id)),
});
