import { checkUlps } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createVariant, variants } from './devices.js';

for (const name of variants) checkUlps({ name, create: () => createVariant(name), runner });
