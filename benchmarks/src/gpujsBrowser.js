import { given, option } from './commandLine.js';
import { measureInPage } from './measureInPage.js';

/**
 * The measurements of `gpujs.js` in a page of Chromium. Options: `--modes webgl2` (with commas: also webgpu, webasm),
 * `--repetitions 4`, `--warmup 1`, `--no-layer`, `--no-step`, `--plans 1,2` (none for `--plans 0`), `--no-memory`. Without a graphics card
 * a processor plays one: a step of workload W then takes many seconds.
 */
const options = {
  repetitions: Number(option('--repetitions', '4')),
  warmup: Number(option('--warmup', '1')),
  layer: !given('--no-layer'),
  step: !given('--no-step'),
  plans: option('--plans', '1,2')
    .split(',')
    .map(Number)
    .filter((count) => count > 0),
  memory: !given('--no-memory'),
};
await measureInPage(
  'gpujs',
  option('--modes', 'webgl2')
    .split(',')
    .map((mode) => [mode, options]),
);
