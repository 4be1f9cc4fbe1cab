import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resize } from '../src/images/resize.js';
import { fromImages } from '../src/index.js';
import { failureOf, fixture, readJson } from './fixture.js';

const { files, resized } = readJson<{
  readonly files: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly pixels: readonly number[]; readonly exact: boolean }>
  >;
  readonly resized: readonly {
    readonly shape: readonly [number, number, number];
    readonly pixels: readonly number[];
    readonly size: readonly [number, number];
    readonly expected: readonly number[];
  }[];
}>('images.json');

describe.each(Object.entries(files))("Pillow's file %s", (name, { shape, pixels, exact }) => {
  it('has the pixels that Pillow reads', async () => {
    const bytes = new Uint8Array(await readFile(fixture(`images/${name}`)));
    for (const image of [bytes, new Blob([bytes])]) {
      const source = await fromImages([{ image }]);
      expect(source.shape).toEqual(shape);
      const { inputs } = await source.dataset();
      // Decoders of JPEG round the cosine transform and the change of colours, each by up to one level.
      const bound = exact ? 2 ** -23 : 3 / 255;
      pixels.forEach((value, i) => {
        expect(Math.abs(inputs[i] - value)).toBeLessThanOrEqual(bound);
      });
    }
  });
});

it.each(resized)('are resized as by PyTorch: $shape to $size', ({ shape, pixels, size, expected }) => {
  const [height, width, channels] = shape;
  const image = { height, width, channels: channels as 1 | 3, data: Float32Array.from(pixels) };
  const { data } = resize(image, ...size);
  expect(data.length).toBe(expected.length);
  expected.forEach((value, i) => {
    // Pixels are rounded to float32 before and after.
    expect(Math.abs(data[i] - value)).toBeLessThan(2 ** -22);
  });
});

describe('a folder of images', () => {
  it('has a class for each subfolder', async () => {
    const source = await fromImages(fixture('images').pathname, { channels: 3 });
    expect(source.classes).toEqual(['cats', 'dogs']);
    expect(source.names).toEqual(Object.keys(files).sort());
    expect(source.shape).toEqual([7, 11, 3]);
    expect(source.labels).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect(source.notes).toEqual([]);
    const { inputs, targets } = await source.dataset();
    expect([...targets]).toEqual(source.labels);
    expect(inputs.length).toBe(9 * 7 * 11 * 3);
  });

  it('is the same as a stream, in blocks of any size, and in other orders', async () => {
    const whole = await (await fromImages(fixture('images'), { channels: 1, size: [4, 5] })).dataset();
    for (const block of [1, 2, 9, 100]) {
      const source = await fromImages(fixture('images'), { channels: 1, size: [4, 5], block });
      const inputs: number[] = [];
      for await (const rows of source.batches(0)) inputs.push(...rows.inputs);
      expect(inputs).toEqual([...whole.inputs]);
    }
    const source = await fromImages(fixture('images'), { channels: 1, size: [4, 5] });
    const chosen = source.select([5, 0]);
    expect([chosen.rows, chosen.labels, chosen.names]).toEqual([2, [1, 0], [source.names[5], source.names[0]]]);
    expect([...(await chosen.dataset()).inputs]).toEqual([
      ...whole.inputs.subarray(5 * 20, 6 * 20),
      ...whole.inputs.subarray(0, 20),
    ]);
  });

  it('without subfolders has no classes', async () => {
    const source = await fromImages(fixture('images/cats'), { channels: 3, classes: ['cats', 'dogs'] });
    expect([source.rows, source.labels]).toEqual([4, []]);
    expect((await source.dataset()).targets).toHaveLength(0);
  });
});

describe('pixels of pages', () => {
  const pixels = fc.uint8Array({ minLength: 4 * 6, maxLength: 4 * 6 });

  it('are read from ImageData and canvases', async () => {
    await fc.assert(
      fc.asyncProperty(pixels, async (data) => {
        const image = { width: 3, height: 2, data };
        const canvas = { width: 3, height: 2, getContext: () => ({ getImageData: () => image }) };
        const source = await fromImages([
          { image, label: 'b' },
          { image: canvas, label: 'a' },
        ]);
        expect([source.classes, source.shape]).toEqual([
          ['a', 'b'],
          [2, 3, 3],
        ]);
        const { inputs, targets } = await source.dataset();
        expect([...targets]).toEqual([1, 0]);
        expect([...inputs.subarray(18)]).toEqual([...inputs.subarray(0, 18)]);
        for (let i = 0; i < 18; i++) {
          const pixel = Math.floor(i / 3);
          const opacity = data[4 * pixel + 3] / 255;
          expect(inputs[i]).toBeCloseTo((data[4 * pixel + (i % 3)] / 255) * opacity + 1 - opacity, 6);
        }
      }),
    );
  });
});

describe('images', () => {
  const square = (width: number, label?: string) => ({
    image: { width, height: 2, data: new Uint8Array(8 * width) },
    ...(label === undefined ? {} : { label }),
  });
  const grey = fixture('images/dogs/grey.png');
  it.each([
    ['no such folder', () => fromImages('nowhere'), 'VARDROP_FILE', /nowhere: got ENOENT/],
    ['none', () => fromImages([]), 'VARDROP_EMPTY', /got none/],
    ['another input', () => fromImages(7 as never), 'VARDROP_TYPE', /input: got 7/],
    ['no image', () => fromImages([{ image: null as never }]), 'VARDROP_TYPE', /image 1: got null/],
    ['a label missing', () => fromImages([square(2, 'a'), square(2)]), 'VARDROP_CATEGORY', /image 2: got no label/],
    [
      'another class',
      () => fromImages([square(2, 'a')], { classes: ['b', 'c'] }),
      'VARDROP_CATEGORY',
      /image 1: got the class 'a', needs one of 'b', 'c'/,
    ],
    [
      'another size',
      async () => (await fromImages([square(2), square(3)])).dataset(),
      'VARDROP_SHAPE',
      /image 2: got 2 × 3 pixels, needs 2 × 2, as image 1\. Say size: \[2, 2\]/,
    ],
    [
      'colours among grey',
      async () => (await fromImages([{ image: await readFile(grey) }, square(11)], { size: [2, 2] })).dataset(),
      'VARDROP_SHAPE',
      /image 2: got colours, needs grey/,
    ],
    [
      'too few values',
      () => fromImages([{ image: { width: 2, height: 2, data: [1, 2] } }]),
      'VARDROP_IMAGE',
      /image 1: got 2 values for 2 × 2 pixels/,
    ],
    [
      'another file',
      () => fromImages([{ image: Uint8Array.of(1, 2, 3), name: 'x.png' }]),
      'VARDROP_IMAGE',
      /x\.png: got a file of another kind/,
    ],
  ])('%s: refused', async (_name, act, code, message) => {
    expect(await failureOf(act)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each(['cats/colours.png', 'cats/photo.jpg'])(
    'damaged, such as %s, give coded errors, or other pixels',
    async (name) => {
      const bytes = await readFile(fixture(`images/${name}`));
      const place = fc.nat(bytes.length - 1);
      await fc.assert(
        fc.asyncProperty(place, fc.nat(255), fc.boolean(), async (at, byte, cut) => {
          const damaged = Uint8Array.from(cut ? bytes.subarray(0, at) : bytes);
          if (!cut) damaged[at] = byte;
          const failure = await failureOf(() => fromImages([{ image: damaged }]));
          if (failure !== undefined) expect(failure).toMatchObject({ code: 'VARDROP_IMAGE' });
        }),
        { numRuns: 200 },
      );
    },
  );
});
