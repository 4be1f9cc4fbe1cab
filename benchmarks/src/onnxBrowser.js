import { given, option } from './commandLine.js';
import { measureInPage } from './measureInPage.js';
import { batch, widths } from './workload.js';

/**
 * A training step on ONNX Runtime's WebGPU in a page of Chromium: time, bytes that cross between JavaScript and the GPU with
 * the state on the GPU and through the host, and the GPU's buffers at step 20 and at step 200. Options: `--widths
 * 784,500,500,500,10` (workload W), `--batch 1000`, `--repetitions 4`, `--warmup 1`, `--no-memory`. Without a graphics card a
 * processor plays one: a step of workload W then takes many seconds.
 */
const workload = {
  name: 'in a page',
  widths: option('--widths', widths.join()).split(',').map(Number),
  batch: Number(option('--batch', `${batch}`)),
};
const options = {
  repetitions: Number(option('--repetitions', '4')),
  warmup: Number(option('--warmup', '1')),
  memory: !given('--no-memory'),
};
await measureInPage('onnx', [[workload, options]]);
