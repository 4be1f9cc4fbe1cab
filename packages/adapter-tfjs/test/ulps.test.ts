import { checkUlps } from './checkUlps.js';
import { createVariant, variants } from './devices.js';

for (const variant of variants) checkUlps(variant, () => createVariant(variant));
