import { after, describe, it } from 'node:test';
import { conformance } from '@vardrop/conformance';
import { createNAMEBackend } from '../src/index.js';

const runner = { describe, it: (name, run, timeout) => it(name, { timeout }, run), afterAll: after };

conformance({ name: 'NAME:cpu', create: () => createNAMEBackend(), runner });
