import { createOnnxBackend } from './wasm.js';
import { obey } from './worker/obey.js';

obey(createOnnxBackend);
