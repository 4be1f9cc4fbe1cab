import { mergeConfig } from 'vitest/config';
import { browserConfig } from '../../scripts/browserConfig.js';

// Prepared by Vite, the runtime would look for its files beside what Vite makes of it.
const asItIs = {
  optimizeDeps: { exclude: ['onnxruntime-web', 'onnxruntime-web/wasm', 'onnxruntime-web/webgpu', 'onnxruntime-node'] },
};

export default mergeConfig(browserConfig(['@bufbuild/protobuf', '@bufbuild/protobuf/wkt']), asItIs);
