import { browserConfig } from '../../scripts/browserConfig.js';

export default browserConfig(['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-webgpu']);
