import { checkUlps } from '../test/checkUlps.js';

// WGSL lets cards divide with an error of 2.5 units in the last place, and take roots by division; this one rounds.
checkUlps('webgpu', 2.5);
