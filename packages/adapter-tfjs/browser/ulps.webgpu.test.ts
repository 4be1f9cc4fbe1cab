import { checkUlps } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createTfjsBackend } from '../src/index.js';

// WGSL lets cards divide with an error of 2.5 units in the last place, and take roots by division; this one rounds.
checkUlps({ name: 'webgpu', create: () => createTfjsBackend({ device: 'webgpu' }), runner, otherCards: 2.5 });
