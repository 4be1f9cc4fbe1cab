import { createTfjsBackend } from '../src/index.js';
import { checkUlps } from '../test/checkUlps.js';

// GLSL lets cards divide with an error of 2.5 units in the last place, and take roots by division; this one rounds.
checkUlps('webgl', () => createTfjsBackend({ device: 'webgl' }), 2.5);
