/**
 * How Chromium is started for tests and benchmarks; `CHROMIUM` names another executable. The switches keep it off the
 * network and give it WebGL2 and WebGPU without a GPU.
 */
export const launchOptions = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--use-gl=angle',
    '--use-angle=gl-egl',
    '--ignore-gpu-blocklist',
    '--enable-unsafe-webgpu',
  ],
};

/** Headers that isolate a page, so that it has shared memory, hence threads. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
