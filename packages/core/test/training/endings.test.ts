import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VardropError } from '../../src/errors.js';
import { type FitOptions, fit } from '../../src/network/index.js';
import { sgd } from '../../src/optimizers/index.js';
import { createReferenceBackend } from '../../src/reference/index.js';
import { TrainingError } from '../../src/training/index.js';
import { bitsOf, blobs, float32Backend, smallModel } from './helpers.js';

const model = smallModel();
const thrown = new Error('from the callback');
const own = new VardropError('VARDROP_OWN', 'of the caller');

/** Ways in which what the caller hands in ends training: in step `step`, or with the epoch of it. */
const endings: Readonly<
  Record<string, (step: number, throwIt: () => never) => { options: Partial<FitOptions>; code: string; name: string }>
> = {
  'onStep throws': (step, throwIt) => ({
    options: { onStep: counter(step, throwIt) },
    code: 'VARDROP_CALLBACK',
    name: 'onStep',
  }),
  'onStep rejects': (step, throwIt) => ({
    options: { onStep: counter(step, () => later().then(throwIt)) },
    code: 'VARDROP_CALLBACK',
    name: 'onStep',
  }),
  'onEpoch throws': (_, throwIt) => ({ options: { onEpoch: throwIt }, code: 'VARDROP_CALLBACK', name: 'onEpoch' }),
  'onEpoch rejects': (_, throwIt) => ({
    options: { onEpoch: () => later().then(throwIt) },
    code: 'VARDROP_CALLBACK',
    name: 'onEpoch',
  }),
  'learningRateFactor throws': (step, throwIt) => ({
    options: { learningRateFactor: (now) => (now.step === step ? throwIt() : 1) },
    code: 'VARDROP_SCHEDULE',
    name: 'learningRateFactor',
  }),
  'klWeight throws': (step, throwIt) => ({
    options: { klWeight: (now) => (now.step === step ? throwIt() : 1) },
    code: 'VARDROP_SCHEDULE',
    name: 'klWeight',
  }),
};

const later = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Calls `act` at its nth call. */
function counter(n: number, act: () => unknown) {
  let calls = 0;
  return () => (++calls === n ? act() : undefined);
}

async function failure(options: Partial<FitOptions>): Promise<unknown> {
  const backend = float32Backend();
  const error: unknown = await fit(model, { backend, data: blobs(), epochs: 2, ...options }).then(
    () => undefined,
    (reason) => reason,
  );
  expect(backend.liveTensors()).toBe(0);
  return error;
}

describe('a callback or a schedule that ends training', () => {
  for (const [name, ending] of Object.entries(endings)) {
    it(`${name}: what was learned is in the error, and goes on bit for bit`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 4, max: 12 }), fc.nat(), fc.nat({ max: 99 }), async (batch, at, seed) => {
          const step = 1 + (at % Math.ceil(23 / batch));
          const {
            options,
            code,
            name: who,
          } = ending(step, () => {
            throw thrown;
          });
          const common = { batch, seed, validation: blobs(7, 2) };
          const error = await failure({ ...common, ...options });
          expect(error).toBeInstanceOf(TrainingError);
          if (!(error instanceof TrainingError)) return;
          expect(error).toMatchObject({
            code,
            message: expect.stringContaining(`[fit] ${who}: got Error "from the callback"`),
          });
          // A `VardropError` between, for schedules, or the thing itself.
          expect([error.cause, (error.cause as Error).cause]).toContain(thrown);
          expect(error.state.step).toBe(who === 'onEpoch' ? Math.ceil(23 / batch) : step);
          expect(error.history).toHaveLength(
            who === 'onStep' ? 0 : Math.floor(error.state.step / Math.ceil(23 / batch)),
          );
          const whole = await fit(model, { backend: float32Backend(), data: blobs(), epochs: 2, ...common });
          const rest = await fit(model, {
            backend: float32Backend(),
            data: blobs(),
            epochs: 2,
            ...common,
            state: error.state,
          });
          expect(bitsOf(rest.state)).toEqual(bitsOf(whole.state));
        }),
        { numRuns: 2 },
      );
    });
  }

  it('keeps the code of a VardropError that a callback throws', async () => {
    const error = await failure({ onEpoch: () => Promise.reject(own) });
    expect(error).toBeInstanceOf(TrainingError);
    expect(error).toMatchObject({ code: 'VARDROP_OWN', message: 'of the caller', cause: own });
  });

  it('takes parameters that are not finite back', async () => {
    const spoils = { optimizer: sgd(), learningRateFactor: ({ step }: { step: number }) => (step === 2 ? 1e45 : 1) };
    const onStep = counter(3, () => Promise.reject(thrown));
    const error = await failure({ ...spoils, batch: 5, onStep });
    expect(error).toMatchObject({ code: 'VARDROP_CALLBACK', state: { step: 2, position: { epoch: 0, row: 10 } } });
  });

  it('tells of divergence where onEpoch keeps quiet about it', async () => {
    const error = await failure({
      optimizer: sgd(),
      batch: 5,
      learningRateFactor: ({ step }) => (step === 4 ? 1e45 : 1),
      onEpoch: (_, state) => state().catch(() => undefined),
    });
    expect(error).toMatchObject({ code: 'VARDROP_NON_FINITE_LOSS', state: { step: 4 } });
  });

  it('refuses a schedule that returns a promise, also one that rejects', async () => {
    const schedule = (() => Promise.reject(thrown)) as unknown as () => number;
    const error = await failure({ klWeight: schedule });
    expect(error).toMatchObject({ code: 'VARDROP_SCHEDULE', message: expect.stringContaining('got a promise') });
  });
});

describe('a backend that is closed during', () => {
  for (const at of [1, 3]) {
    it(`training, in step ${at}, is what fit tells of`, async () => {
      const backend = createReferenceBackend();
      const result = fit(model, {
        backend,
        data: blobs(),
        batch: 5,
        epochs: 3,
        validation: blobs(7, 2),
        onStep: counter(at, () => backend.close()),
      });
      await expect(result).rejects.toMatchObject({
        code: 'VARDROP_DISPOSED',
        message: expect.stringMatching(/(run|read|upload): got a closed backend/),
      });
    });
  }
});
