import { createOnnxBackend } from './webgpu.js';
import { obey } from './worker/obey.js';

obey(createOnnxBackend);
