import { allParameters } from '../../src/allParameters.js';
import type { Backend } from '../../src/backend/contract.js';
import type { TensorMap } from '../../src/index.js';
import type { Model } from '../../src/layers/model/model.js';
import { elementCount } from '../../src/program/index.js';
import { hostGenerator } from '../../src/random/index.js';
import { createReferenceBackend } from '../../src/reference/index.js';

/** The reference with noise from the host's generator. */
export function reference(): Backend {
  return createReferenceBackend({
    noise: (distribution, words, out, offset) => hostGenerator()[distribution](words, out, offset),
  });
}

/** A backend that counts what is compiled, run and freed, and can be told to fail at its nth call. */
export function watched(options: { readonly noise?: 'host' | 'device'; readonly failAt?: number } = {}) {
  const inner = reference();
  const counts = { compiled: 0, freed: 0, runs: 0, calls: 0 };
  const tick = () => {
    counts.calls++;
    if (counts.calls === options.failAt) throw new Error('the device is lost');
  };
  const backend: Backend = {
    ...inner,
    supports: { ...inner.supports, noise: options.noise ?? 'device' },
    upload(data, shape) {
      tick();
      return inner.upload(data, shape);
    },
    async read(tensor) {
      tick();
      return inner.read(tensor);
    },
    async compile(program) {
      tick();
      const executable = await inner.compile(program);
      counts.compiled++;
      return {
        run(shared, iterations) {
          tick();
          counts.runs++;
          return executable.run(shared, iterations);
        },
        dispose() {
          counts.freed++;
          executable.dispose();
        },
      };
    },
  };
  return { backend, counts };
}

/** Parameters with values of a deterministic, uneven pattern; a noise's own parameters keep their start. */
export function patterned(model: Model): TensorMap {
  return Object.fromEntries(
    allParameters(model).map(({ name, shape, initialize }) => {
      const data = new Float32Array(elementCount(shape));
      const own = name.endsWith('/weights') || name.endsWith('/bias');
      const start = initialize.kind === 'constant' ? initialize.value : 0;
      data.forEach((_, i) => {
        data[i] = own ? Math.sin(1 + 3.7 * i + name.length) : start;
      });
      return [name, { shape, data }];
    }),
  );
}

/** `rows` inputs of an uneven pattern. */
export function patternedInputs(rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => Math.cos(2.3 * i));
}
