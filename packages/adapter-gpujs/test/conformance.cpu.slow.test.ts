import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createGpujsBackend } from '../src/index.js';

conformance({ name: 'gpujs:cpu', create: () => createGpujsBackend({ mode: 'cpu' }), runner });
