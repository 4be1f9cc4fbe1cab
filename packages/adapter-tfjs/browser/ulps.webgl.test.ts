import { checkUlps } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createTfjsBackend } from '../src/index.js';

// GLSL lets cards divide with an error of 2.5 units in the last place, and take roots by division; this one rounds.
checkUlps({ name: 'webgl', create: () => createTfjsBackend({ device: 'webgl' }), runner, otherCards: 2.5 });
