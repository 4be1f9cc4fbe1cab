import { describe, expect, it } from 'vitest';
import { createHandleTable } from '../../src/backend/index.js';

const code = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return 'nothing thrown';
};

describe('a handle table', () => {
  it('frees each entry once, and tells dead handles from foreign ones', () => {
    const freed: string[] = [];
    const table = createHandleTable<string>({ name: 'mine', free: (entry) => void freed.push(entry) });
    const [a, b] = [table.add('a', [2]), table.add('b', [])];
    expect([a.shape, b.shape, table.count()]).toEqual([[2], [], 2]);
    expect(table.get(a, 'read')).toBe('a');
    table.dispose(a);
    expect(code(() => table.dispose(a))).toBe('VARDROP_DISPOSED');
    expect(() => table.get(a, 'read')).toThrow('[mine] read: got a tensor of shape [2] that has been disposed of');
    expect(code(() => table.get({ shape: [2] }, 'read'))).toBe('VARDROP_INPUT');
    table.disposeAll();
    expect(freed).toEqual(['a', 'b']);
    expect(table.count()).toBe(0);
    expect(code(() => table.get(b, 'read'))).toBe('VARDROP_DISPOSED');
  });

  it('takes what the framework has freed for disposed of', () => {
    const table = createHandleTable<{ gone: boolean }>({ name: 'mine', isGone: ({ gone }) => gone });
    const entry = { gone: false };
    const tensor = table.add(entry, [1]);
    expect(table.get(tensor, 'read')).toBe(entry);
    entry.gone = true;
    expect(code(() => table.get(tensor, 'read'))).toBe('VARDROP_DISPOSED');
  });
});

it('says after disposeAll that the backend is closed, of handles that were alive and that were not', () => {
  const table = createHandleTable<number>({ name: 'mine' });
  const [before, until] = [table.add(1, [2]), table.add(2, [2])];
  table.dispose(before);
  table.disposeAll();
  for (const tensor of [before, until]) {
    expect(() => table.get(tensor, 'read')).toThrow('[mine] read: got a closed backend');
    expect(code(() => table.dispose(tensor))).toBe('VARDROP_DISPOSED');
  }
});
