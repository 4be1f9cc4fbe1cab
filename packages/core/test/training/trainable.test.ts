import { describe, expect, it } from 'vitest';
import { dense, sequential } from '../../src/layers/index.js';
import { fit } from '../../src/network/index.js';
import { sparseVariational } from '../../src/noise/index.js';
import { adam, chain, movingAverage, parameterGroups, sgd } from '../../src/optimizers/index.js';
import { createReferenceBackend } from '../../src/reference/index.js';
import { averagedParameters, gradientProgram, initialState, trainingProgram } from '../../src/training/index.js';
import { blobs, float32Backend, smallModel } from './helpers.js';

const trainable = (name: string) => !name.startsWith('dense1/');
const options = { data: blobs(), batch: 7, seed: 3, epochs: 3 };

describe('parameters that are not trained', () => {
  it('stay as they are, without gradients and slots, while the others are trained as with a rate of 0', async () => {
    const backend = float32Backend();
    const model = smallModel();
    const { state } = await fit(model, { ...options, backend, optimizer: adam(), trainable });
    const start = initialState(model, adam(), 3).parameters;
    const names = Object.keys(start);
    expect(Object.keys(state.parameters)).toEqual(names);
    for (const name of names) {
      expect(
        state.parameters[name].data.some((value, i) => value !== start[name].data[i]),
        name,
      ).toBe(trainable(name));
    }
    expect(Object.keys(state.optimizer.slots).every((slot) => slot.includes(':dense2/'))).toBe(true);
    expect(Object.keys(state.optimizer.slots)).toHaveLength(6);
    const { state: grouped } = await fit(model, {
      ...options,
      backend,
      optimizer: parameterGroups([
        { parameters: trainable, optimizer: adam() },
        { parameters: () => true, optimizer: 'frozen' },
      ]),
    });
    expect(grouped.parameters).toEqual(state.parameters);
    expect(backend.liveTensors()).toBe(0);
  });

  it('are shared inputs of the programs', () => {
    const model = smallModel();
    for (const program of [trainingProgram(model, adam(), trainable), gradientProgram(model, trainable)]) {
      const roles = Object.fromEntries(
        program.nodes.flatMap((node) => (node.op === 'input' ? [[node.name, node.role]] : [])),
      );
      expect(roles['dense1/weights']).toBe('shared');
      expect(Object.keys(roles).filter((name) => name.endsWith(':dense1/weights'))).toEqual([]);
    }
  });

  it('keep what resumes: a state of all, and one of some', async () => {
    const backend = float32Backend();
    const model = smallModel();
    const all = await fit(model, { ...options, backend, optimizer: adam(), epochs: 1 });
    const some = await fit(model, { ...options, backend, optimizer: adam(), trainable, state: all.state, epochs: 2 });
    const straight = await fit(model, {
      ...options,
      backend,
      optimizer: adam(),
      trainable,
      state: all.state,
      epochs: 3,
    });
    const resumed = await fit(model, {
      ...options,
      backend,
      optimizer: adam(),
      trainable,
      state: some.state,
      epochs: 3,
    });
    expect(resumed.state).toEqual(straight.state);
    await expect(fit(model, { ...options, backend, optimizer: adam(), state: some.state })).rejects.toMatchObject({
      code: 'VARDROP_STATE',
      message: expect.stringContaining('firstMoment:dense1/weights'),
    });
  });

  it('are refused for all at once, and for no function', async () => {
    const backend = float32Backend();
    for (const wrong of [() => false, 'dense1' as never])
      await expect(fit(smallModel(), { ...options, backend, trainable: wrong })).rejects.toMatchObject({
        code: 'VARDROP_OPTION',
        message: expect.stringContaining('trainable'),
      });
  });
});

describe('averages of parameters', () => {
  const optimizer = chain(sgd({ learningRate: 0.2 }), movingAverage({ decay: 0.8 }));

  it('are those of the states after each step, frozen ones too, and are what validation sees', async () => {
    const backend = createReferenceBackend();
    const model = sequential({
      input: [2],
      noise: sparseVariational(),
      layers: [dense({ units: 3, activation: 'tanh' }), dense({ units: 2 })],
    });
    const data = blobs(20);
    const one = {
      backend,
      data,
      optimizer,
      batch: 20,
      seed: 2,
      trainable: (name: string) => name !== 'dense1/bias',
    };
    let average: Record<string, Float64Array> = {};
    let nll = Number.NaN;
    const { state, history } = await fit(model, {
      ...one,
      validation: blobs(11, 5),
      epochs: 5,
      async onEpoch({ epoch, validation }, read) {
        const { parameters } = await read();
        // Kingma & Ba 2015, section 7.2: (1 − d) Σ dᵗ⁻ⁱ θᵢ / (1 − dᵗ).
        const share = 0.2 / (1 - 0.8 ** (epoch + 1));
        average = Object.fromEntries(
          Object.entries(parameters).map(([name, { data: values }]) => [
            name,
            Float64Array.from(values, (value, i) => (1 - share) * (average[name]?.[i] ?? 0) + share * value),
          ]),
        );
        nll = validation?.nll ?? Number.NaN;
      },
    });
    const averaged = averagedParameters(state);
    expect(Object.keys(averaged)).toEqual(Object.keys(state.parameters));
    for (const [name, { data: values }] of Object.entries(averaged)) {
      values.forEach((value, i) => {
        // The states that are averaged here are rounded to float32, and so is the average there.
        expect(Math.abs(value - average[name][i]), name).toBeLessThanOrEqual(1.01 * 2 ** -23 * Math.abs(value));
      });
    }
    expect(averaged['dense2/weights'].data).not.toEqual(state.parameters['dense2/weights'].data);
    expect(averaged['dense1/bias']).toBe(state.parameters['dense1/bias']);
    // One epoch of no rate from the averages sees the same validation.
    const again = await fit(model, {
      ...one,
      optimizer: sgd(),
      learningRateFactor: () => 0,
      validation: blobs(11, 5),
      epochs: 1,
      state: { ...initialState(model, sgd(), 2), parameters: averaged },
    });
    expect(again.history[0].validation?.nll).toBeCloseTo(nll, 6);
    expect(history[4].validation?.nll).toBe(nll);
    expect(backend.liveTensors()).toBe(0);
  });

  it('are refused where there are none', () => {
    const model = smallModel();
    for (const state of [
      initialState(model, optimizer, 1),
      { ...initialState(model, adam(), 1), step: 3 },
      undefined as never,
    ])
      expect(() => averagedParameters(state)).toThrow(expect.objectContaining({ code: 'VARDROP_STATE' }));
  });
});
