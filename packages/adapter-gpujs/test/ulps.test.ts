import { checkUlps } from './checkUlps.js';

for (const mode of ['webasm', 'cpu'] as const) checkUlps(mode);
