import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, createHeap } from '../src/memory/heap.js';
import { planArena } from '../src/memory/planArena.js';

const overlap = (a: Block, b: Block) => a.address < b.address + b.bytes && b.address < a.address + a.bytes;

describe('heap', () => {
  it('gives memory that nobody else has, and to a caller who writes at once none that a run may still use', () => {
    const action = fc.record({
      kind: fc.constantFrom('allocate', 'allocateNow', 'release', 'share', 'start', 'finish'),
      elements: fc.integer({ min: 1, max: 3000 }),
      pick: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const order = { started: 0, done: 0 };
        const memory = new WebAssembly.Memory({ initial: 1, maximum: 2048 });
        const heap = createHeap('test', memory, 256, { started: () => order.started, done: () => order.done });
        const live: Block[] = [];
        /** What was freed, and the run after which it may be written to. */
        const freed: { readonly block: Block; readonly after: number }[] = [];
        for (const { kind, elements, pick } of actions) {
          const chosen = live[pick % Math.max(1, live.length)];
          if (kind === 'start') order.started++;
          else if (kind === 'finish') order.done = Math.min(order.started, order.done + 1);
          else if (kind === 'release' && chosen) {
            const block = { ...chosen };
            heap.release(chosen);
            if (chosen.owners === 0) {
              live.splice(live.indexOf(chosen), 1);
              freed.push({ block, after: order.started });
            }
          } else if (kind === 'share' && chosen) heap.share(chosen);
          else if (kind === 'allocate' || kind === 'allocateNow') {
            const block = heap[kind](elements);
            expect(block.address % 64).toBe(0);
            expect(block.address).toBeGreaterThanOrEqual(256);
            expect(block.bytes).toBeGreaterThanOrEqual(4 * elements + 16);
            expect(block.address + block.bytes).toBeLessThanOrEqual(memory.buffer.byteLength);
            for (const other of live) expect(overlap(block, other)).toBe(false);
            for (const { block: old, after } of freed) {
              if (kind === 'allocateNow' && after > order.done) expect(overlap(block, old)).toBe(false);
            }
            live.push(block);
          }
          expect(heap.count()).toBe(live.length);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('takes back all memory, and says where there is no room', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 16 });
    const heap = createHeap('test', memory, 256, { started: () => 0, done: () => 0 });
    const size = memory.buffer.byteLength;
    for (let i = 0; i < 100; i++) {
      const blocks = [1000, 5000, 3000].map((elements) => heap.allocate(elements));
      for (const block of blocks.reverse()) heap.release(block);
    }
    expect(memory.buffer.byteLength).toBeLessThanOrEqual(size + 65536);
    expect(() => heap.allocate(1 << 20)).toThrow(expect.objectContaining({ code: 'VARDROP_BACKEND' }));
    expect(heap.count()).toBe(0);
    heap.release(heap.allocate(100_000));
  });
});

describe('planArena', () => {
  it('gives values that live at the same time different places, in little more than the most that live at once', () => {
    const lifetime = fc
      .record({ bytes: fc.integer({ min: 1, max: 50 }), from: fc.nat(30), length: fc.nat(10) })
      .map(({ bytes, from, length }) => ({ bytes: 64 * bytes, from, to: from + length }));
    fc.assert(
      fc.property(fc.array(lifetime, { maxLength: 40 }), (lifetimes) => {
        const { offsets, bytes } = planArena(lifetimes);
        lifetimes.forEach((a, i) => {
          expect(offsets[i] + a.bytes).toBeLessThanOrEqual(bytes);
          lifetimes.slice(i + 1).forEach((b, k) => {
            const j = i + 1 + k;
            if (a.from > b.to || b.from > a.to) return;
            expect(offsets[i] >= offsets[j] + b.bytes || offsets[j] >= offsets[i] + a.bytes).toBe(true);
          });
        });
        const atOnce = Array.from({ length: 41 }, (_, step) =>
          lifetimes.filter(({ from, to }) => from <= step && step <= to).reduce((sum, each) => sum + each.bytes, 0),
        );
        expect(bytes).toBeLessThanOrEqual(2 * Math.max(0, ...atOnce));
      }),
    );
  });
});
