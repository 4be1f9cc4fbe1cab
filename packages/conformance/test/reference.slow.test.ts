import { createReferenceBackend } from '@vardrop/core/reference';
import * as runner from 'vitest';
import { conformance } from '../src/index.js';

conformance({
  name: 'reference:cpu',
  create: async () => createReferenceBackend(),
  runner,
});
