/**
 * How Chromium is started for tests and benchmarks; `CHROMIUM` names another executable. The switches keep it off the
 * network and give it WebGL2 and WebGPU without a GPU.
 *
 * A GPU that is a processor's work may stand still for longer than Chromium's watchdog waits, on a machine that is busy or
 * was itself stopped for a while; and where the GPU process does end, pages may go on using the next one.
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
    '--disable-gpu-watchdog',
    '--disable-gpu-process-crash-limit',
    '--disable-domain-blocking-for-3d-apis',
  ],
};

/** Headers that isolate a page, so that it has shared memory, hence threads. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Switches for pages that collect garbage and measure their memory. */
export const memorySwitches = ['--js-flags=--expose-gc', '--enable-precise-memory-info'];
