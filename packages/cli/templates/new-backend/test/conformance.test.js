import { conformance } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createNAMEBackend } from '../src/index.js';

conformance({ name: 'NAME:cpu', create: () => createNAMEBackend(), runner });
