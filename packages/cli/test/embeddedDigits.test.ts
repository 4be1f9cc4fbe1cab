import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadEmbeddedDigits } from '../src/data/embeddedDigits.js';
import type { ImageDataset, ImageSplit } from '../src/data/imageDataset.js';
import { loadData } from '../src/data/loadData.js';

let digits: ImageDataset;
beforeAll(async () => {
  digits = await loadEmbeddedDigits();
});

function countsOf(split: Pick<ImageSplit, 'labels'>): number[] {
  const counts = new Array<number>(digits.classes).fill(0);
  for (const label of split.labels) counts[label]++;
  return counts;
}

function hashesOf(split: ImageSplit): string[] {
  const size = digits.width * digits.height;
  return Array.from({ length: split.count }, (_, row) =>
    createHash('sha256')
      .update(Uint8Array.from(split.images.subarray(row * size, (row + 1) * size), (pixel) => Math.round(pixel * 255)))
      .digest('hex'),
  );
}

describe('the embedded digits', () => {
  test('are 8,000 for training and 2,000 for testing, 28 x 28, one channel', () => {
    const { width, height, channels, classes, train, test: held } = digits;
    expect([width, height, channels, classes]).toEqual([28, 28, 1, 10]);
    expect([train.count, train.labels.length, train.images.length]).toEqual([8000, 8000, 8000 * 784]);
    expect([held.count, held.labels.length, held.images.length]).toEqual([2000, 2000, 2000 * 784]);
  });

  test('give one fifth of each class to the test part', () => {
    const train = countsOf(digits.train);
    const held = countsOf(digits.test);
    for (let label = 0; label < 10; label++) {
      const all = train[label] + held[label];
      expect(Math.abs(held[label] - all / 5)).toBeLessThan(1);
    }
  });

  test('have no digit in both parts, nor one twice', () => {
    const all = [...hashesOf(digits.train), ...hashesOf(digits.test)];
    expect(new Set(all).size).toBe(10000);
  });

  test('have pixels that are k/255', () => {
    for (const pixel of digits.test.images) {
      const level = Math.round(pixel * 255);
      if (pixel !== Math.fround(level / 255) || level < 0 || level > 255) expect.fail(`pixel ${pixel}`);
    }
  });

  test('are interleaved: any stretch of 1,000 has each class within 2 of its share', () => {
    const shares = countsOf(digits.train).map((count) => count / 8);
    for (const start of [0, 3500, 7000]) {
      const counts = countsOf({ labels: digits.train.labels.slice(start, start + 1000) });
      counts.forEach((count, label) => {
        expect(Math.abs(count - shares[label])).toBeLessThanOrEqual(2);
      });
    }
  });

  test('are the same at every load', async () => {
    const again = await loadData();
    expect(Buffer.from(again.train.labels).equals(Buffer.from(digits.train.labels))).toBe(true);
    expect(Buffer.from(again.test.images.buffer).equals(Buffer.from(digits.test.images.buffer))).toBe(true);
  });
});
