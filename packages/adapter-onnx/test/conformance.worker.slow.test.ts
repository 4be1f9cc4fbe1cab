import { conformance, laws } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createOnnxBackend } from '../dist/index.js';

// The worker changes where tensors live and what order things happen in, which is what these laws are about. It runs
// what is built, since a thread of its own cannot load the sources.
for (const device of ['wasm', 'native'] as const) {
  conformance({
    name: `onnx:${device} in a worker`,
    create: () => createOnnxBackend({ device, worker: true }),
    laws: laws.filter(({ id }) => ['lifetime', 'reads', 'programs', 'refusals'].includes(id)),
    runner,
  });
}
