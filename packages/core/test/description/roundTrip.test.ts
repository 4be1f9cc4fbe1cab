import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combinations } from '../../src/combinations.js';
import { parts } from '../../src/description/parts.js';
import { type GraphValue, input, type Layer, type Model, model, sequential } from '../../src/index.js';
import { accepted, again, appearance } from './helpers.js';
import { type LayerSample, layerSamples, noiseOptions } from './layerOptions.js';

const make = (name: string, options: object) => parts[name](options as never) as Layer;

describe('a layer is the same after a round through JSON', () => {
  it.each(Object.entries(layerSamples))('%s', (name, { inputs, options, kind }) => {
    let count = 0;
    const each = fc.property(options, (given) => {
      const values = inputs.map((shape) => input({ shape, kind }));
      const made = accepted(() => model({ inputs: values, outputs: make(name, given)(...values) }));
      if (made === undefined) return;
      count++;
      expect(appearance(again(made))).toEqual(appearance(made));
    });
    fc.assert(each, { numRuns: 40 });
    expect(count).toBeGreaterThan(0);
  });
});

describe('noise, estimator and divergence are the same after a round through JSON', () => {
  it.each(combinations().filter(({ refusal }) => refusal === undefined))(
    '$noise.name, $estimator.name, $divergence.name',
    ({ noise, estimator, divergence }) => {
      const own = make('dense', { units: 2, noise, estimator, divergence });
      const ofModel = sequential({
        input: [3],
        layers: [make('dense', { units: 4 }), own],
        noise,
        estimator,
        divergence,
      });
      expect(appearance(again(ofModel))).toEqual(appearance(ofModel));
    },
  );
});

/** A graph of all layers. Layers that do not fit what they are put on are left out. */
function randomGraph(g: fc.GeneratorValue): Model {
  const some = <Value>(values: readonly Value[]) => values[g(fc.nat, { max: values.length - 1 })];
  const inputs: GraphValue[] = [];
  const values: GraphValue[] = [];
  const layers: { readonly layer: Layer; readonly sample: LayerSample }[] = [];
  const another = () => {
    const name = some(Object.keys(layerSamples));
    const sample = layerSamples[name];
    const given = g(() => sample.options);
    const layer = accepted(() => make(name, given));
    return layer && { layer, sample };
  };
  for (let count = g(fc.integer, { min: 2, max: 9 }); count > 0; count--) {
    const reused = layers.length > 0 && g(fc.boolean) ? some(layers) : undefined;
    const used = reused ?? another();
    if (used === undefined) continue;
    const from = used.sample.inputs.map((shape) => {
      if (values.length > 0 && g(fc.boolean)) return some(values);
      const value = input({ shape, kind: used.sample.kind });
      inputs.push(value);
      return value;
    });
    const value = accepted(() => used.layer(...from));
    const fits = value && accepted(() => model({ inputs: inputsOf(value, inputs), outputs: value }));
    if (value === undefined || fits === undefined) continue;
    values.push(value);
    if (reused === undefined) layers.push(used);
  }
  fc.pre(values.length > 0);
  const outputs = Object.fromEntries(
    g(fc.subarray, values, { minLength: 1 }).map((value, i) => [`y${i}`, value as GraphValue]),
  );
  const read = inputs.filter((one) => Object.values(outputs).some((value) => inputsOf(value, inputs).includes(one)));
  const defaults = g(() => noiseOptions);
  const made =
    accepted(() => model({ inputs: read, outputs, ...defaults })) ?? accepted(() => model({ inputs: read, outputs }));
  fc.pre(made !== undefined);
  return made as Model;
}

/** Those inputs that a value depends on. */
function inputsOf(value: GraphValue, inputs: readonly GraphValue[]): readonly GraphValue[] {
  const found = new Set<GraphValue>();
  const visit = (one: GraphValue) => {
    if (found.has(one)) return;
    found.add(one);
    if (one.source === 'layer') one.inputs.forEach(visit);
  };
  visit(value);
  return inputs.filter((one) => found.has(one));
}

it('a graph is the same after a round through JSON', () => {
  let calls = 0;
  let shared = 0;
  const each = fc.property(fc.gen(), (g) => {
    const made = randomGraph(g);
    calls += made.calls.length;
    shared += made.calls.length - made.layers.length;
    expect(appearance(again(made))).toEqual(appearance(made));
  });
  fc.assert(each, { numRuns: 100, endOnFailure: true });
  expect(calls).toBeGreaterThan(100);
  expect(shared).toBeGreaterThan(5);
});
