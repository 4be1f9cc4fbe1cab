import { createOnnxBackend } from './createOnnxBackend.js';
import { obey } from './worker/obey.js';

obey(createOnnxBackend);
