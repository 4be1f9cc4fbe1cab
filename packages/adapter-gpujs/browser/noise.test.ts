import { checkNoise } from '../test/checkNoise.js';

// What a graphics card makes by default, and these have none.
for (const mode of ['webgl2', 'webgpu'] as const) checkNoise(mode);
