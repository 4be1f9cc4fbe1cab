import { checkUlps } from '@vardrop/conformance';
import * as runner from 'vitest';
import { createOnnxBackend } from '../src/index.js';

checkUlps({ name: 'webgpu', create: () => createOnnxBackend({ device: 'webgpu' }), runner, otherCards: 4 });
