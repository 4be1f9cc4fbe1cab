import { runOne } from './runOne.js';

/** The backends that a page can have. */
const factories = {
  'gpujs:webasm': async () => (await import('@vardrop/adapter-gpujs')).createGpujsBackend({ mode: 'webasm' }),
  'gpujs:webgl2': async () => (await import('@vardrop/adapter-gpujs')).createGpujsBackend({ mode: 'webgl2' }),
};

window.runOne = (name, effort) => runOne(name, factories[name], effort);
window.backends = Object.keys(factories);
