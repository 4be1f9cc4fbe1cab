import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/backend/compileProgram.js';
import { type Backend, contractVersion } from '../../src/backend/contract.js';
import { createTrainer } from '../../src/extend.js';
import { createPredictor, dense, fit, initialState, predict, sequential, sgd } from '../../src/index.js';
import { createBuilder } from '../../src/program/builder.js';
import { createReferenceBackend } from '../../src/reference/index.js';

/** A backend that states a version, and whose use would be told from its refusal. */
function backendOf(version: unknown): Backend {
  const untouched = () => {
    throw new Error('the backend was used');
  };
  const reference = createReferenceBackend();
  return { ...reference, upload: untouched, compile: untouched, contractVersion: version as typeof contractVersion };
}

const model = sequential({ input: [2], layers: [dense({ units: 3 })] });
const optimizer = sgd();
const state = initialState(model, optimizer, 1);
const [inputs, targets] = [new Float32Array(4), Int32Array.of(0, 1)];
const b = createBuilder('one');
b.output('y', b.input('x', [2]));
const program = b.build();

const doors: Readonly<Record<string, (backend: Backend) => unknown>> = {
  compileProgram: (backend) => compileProgram(backend, program),
  fit: (backend) => fit(model, { backend, data: { inputs, targets } }),
  createTrainer: (backend) => createTrainer(model, { backend, optimizer, state }),
  createPredictor: (backend) => createPredictor(model, { backend }),
  predict: (backend) => predict(model, { backend, parameters: state.parameters, inputs }),
};

const refusalOf = async (door: (backend: Backend) => unknown, version: unknown): Promise<unknown> => {
  try {
    await door(backendOf(version));
  } catch (error) {
    return error;
  }
  return undefined;
};

describe.each(Object.entries(doors))('%s', (_, door) => {
  it('refuses a backend of an earlier contract, and says what to change', async () => {
    const error = await refusalOf(door, contractVersion - 1);
    expect(error).toMatchObject({ code: 'VARDROP_CONTRACT' });
    expect(String(error)).toContain(
      `backend reference:cpu: got version ${contractVersion - 1} of the contract between core and backends, needs version ${contractVersion}.`,
    );
    expect(String(error)).toContain('Install @vardrop/core and the package of the backend in the same version.');
    expect(String(error)).toContain(`"From contract ${contractVersion - 1} to ${contractVersion}"`);
  });

  it('refuses a backend of a later contract, which needs another core', async () => {
    const error = await refusalOf(door, contractVersion + 1);
    expect(error).toMatchObject({ code: 'VARDROP_CONTRACT' });
    expect(String(error)).toMatch(/got version \d+ of .* in the same version\.$/);
  });

  it('takes a backend that states none for one of version 1', async () => {
    expect(String(await refusalOf(door, undefined))).toBe(String(await refusalOf(door, 1)));
  });

  it('refuses what is no version', async () => {
    expect(await refusalOf(door, String(contractVersion))).toMatchObject({ code: 'VARDROP_CONTRACT' });
  });
});
