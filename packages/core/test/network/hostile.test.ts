import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createNetwork,
  dense,
  deserializeNetwork,
  gaussian,
  sequential,
  sparseVariational,
  VardropError,
} from '../../src/index.js';
import { backend, headerOf, untrained, withHeader, withMetadata } from './helpers.js';

const model = sequential({
  input: [3],
  noise: sparseVariational(),
  layers: [dense({ units: 4, activation: 'relu' }), dense({ units: 2 })],
});
const { parameters } = untrained(model);
const names = { classes: ['left', 'right'], columns: ['a', 'b', 'c'] };
const bytes = createNetwork(model, { backend, parameters, ...names }).toBytes();
const description = JSON.parse(headerOf(bytes).__metadata__['vardrop.model']);
const read = (changed: Uint8Array) => deserializeNetwork(changed, { backend });
const described = (changed: object) =>
  withMetadata(bytes, { 'vardrop.model': JSON.stringify({ ...description, ...changed }) });

describe('the file', () => {
  it('says all that it holds', () => {
    const { __metadata__, ...tensors } = headerOf(bytes);
    expect(__metadata__).toEqual({
      'vardrop.network': '1',
      'vardrop.library': '@vardrop/core',
      'vardrop.version': expect.stringMatching(/^\d+\.\d+\.\d+$/),
      'vardrop.model': expect.any(String),
      'vardrop.classes': '["left","right"]',
      'vardrop.columns': '["a","b","c"]',
    });
    expect(description).toMatchObject({ format: 1, noise: { part: 'sparseVariational', options: {} } });
    expect(Object.keys(tensors).sort()).toEqual(Object.keys(parameters).sort());
  });
});

describe('is refused', () => {
  it.each([
    ['a later version', { 'vardrop.network': '2' }, 'VARDROP_NETWORK_VERSION'],
    ['a version that is no number', { 'vardrop.network': '1.5' }, 'VARDROP_NETWORK_FOREIGN'],
    ['no version', { 'vardrop.network': undefined }, 'VARDROP_NETWORK_FOREIGN'],
    ['no model', { 'vardrop.model': undefined }, 'VARDROP_NETWORK_FOREIGN'],
    ['a model that is no JSON', { 'vardrop.model': '{' }, 'VARDROP_NETWORK_FOREIGN'],
    ['a model that is nothing', { 'vardrop.model': 'null' }, 'VARDROP_DESCRIPTION'],
    ['a model of a later version', { 'vardrop.model': '{"format":2}' }, 'VARDROP_DESCRIPTION'],
    ['a class too few', { 'vardrop.classes': '["left"]' }, 'VARDROP_SHAPE'],
    ['classes that are no texts', { 'vardrop.classes': '[1,2]' }, 'VARDROP_OPTION'],
    ['classes of outputs that there are not', { 'vardrop.classes': '{"__proto__":["a","b"]}' }, 'VARDROP_OPTION'],
    ['columns that are no list', { 'vardrop.columns': '{"length":3}' }, 'VARDROP_OPTION'],
    ['names beside a preprocessing', { 'vardrop.preprocessing': '{}' }, 'VARDROP_OPTION'],
    [
      'a preprocessing that is none',
      { 'vardrop.preprocessing': '{}', 'vardrop.classes': undefined, 'vardrop.columns': undefined },
      'VARDROP_PREPROCESSING',
    ],
  ])('%s', (_, changed, code) => {
    expect(() => read(withMetadata(bytes, changed))).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    ['another part', { layers: [{ name: 'dense1', part: 'constructor', options: {} }] }, 'VARDROP_DESCRIPTION'],
    ['a part of a prototype', { noise: { part: '__proto__', options: {} } }, 'VARDROP_DESCRIPTION'],
    ['options of a part', { noise: { part: 'sparseVariational', options: { no: 1 } } }, 'VARDROP_DESCRIPTION'],
    [
      'another size',
      { layers: description.layers.map((layer: object) => ({ ...layer, options: { units: 2 ** 30 } })) },
      'VARDROP_STATE',
    ],
  ])('a description with %s', (_, changed, code) => {
    expect(() => read(described(changed))).toThrow(expect.objectContaining({ code }));
  });

  it('other tensors, tensors that are missing, and numbers that are not finite', () => {
    const rename = (from: string, to: string) =>
      withHeader(bytes, ({ [from]: tensor, ...header }) => ({ ...header, [to]: tensor }));
    for (const to of ['dense1/other', '__proto__', 'constructor'])
      expect(() => read(rename('dense1/bias', to))).toThrow(VardropError);
    const damaged = bytes.slice();
    // The last number becomes NaN.
    damaged.fill(0xff, damaged.length - 4);
    expect(() => read(damaged)).toThrow(expect.objectContaining({ code: 'VARDROP_NON_FINITE' }));
    expect(() => read(bytes.slice(0, -4))).toThrow(expect.objectContaining({ code: 'VARDROP_NETWORK_TRUNCATED' }));
    expect(() => deserializeNetwork('text' as never, { backend })).toThrow(
      expect.objectContaining({ code: 'VARDROP_NETWORK_FORMAT' }),
    );
    expect(Object.prototype).not.toHaveProperty('shape');
  });

  it('options that are wrong', () => {
    for (const options of [
      undefined,
      {},
      { backend, part: {} },
      { backend, targets: 'classes' },
      { backend, parts: 1 },
    ])
      expect(() => deserializeNetwork(bytes, options as never)).toThrow(
        expect.objectContaining({ code: 'VARDROP_OPTION' }),
      );
  });

  it('targets of another kind than asked for', () => {
    const network = deserializeNetwork(bytes, { backend, targets: 'labels' });
    expect(network.model.likelihood.targets).toBe('labels');
    expect(() => deserializeNetwork(bytes, { backend, targets: 'values' })).toThrow(
      expect.objectContaining({
        code: 'VARDROP_LIKELIHOOD',
        message: expect.stringContaining("got a network with targets of kind 'labels'"),
      }),
    );
    const values = untrained(sequential({ input: [3], layers: [dense({ units: 2 })], likelihood: gaussian() }));
    expect(deserializeNetwork(values.toBytes(), { backend, targets: 'values' }).model.likelihood.name).toBe('gaussian');
  });
});

it('bytes that are damaged anywhere are refused with a code, or read as another network', () => {
  const damage = fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }));
  const each = fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (places) => {
    const changed = bytes.slice();
    for (const [at, value] of places) changed[at] ^= value;
    try {
      expect(read(changed).parameters).toBeDefined();
    } catch (error) {
      expect(error).toBeInstanceOf(VardropError);
    }
  });
  fc.assert(each, { numRuns: 500 });
});
