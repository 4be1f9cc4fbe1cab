import { describe, expect, it } from 'vitest';
import { bindBatch } from '../../src/program/bindBatch.js';
import { boundProgram } from '../../src/program/boundProgram.js';
import { createBuilder } from '../../src/program/builder.js';

describe('boundProgram', () => {
  const b = createBuilder('rows');
  b.output('y', b.neg(b.input('x', ['batch', 2], 'iteration')));
  const symbolic = b.build();

  it('hands a program of numbers back as it is', () => {
    const bound = bindBatch(symbolic, 3);
    expect(boundProgram(bound)).toBe(bound);
    expect(bound.nodes.map(({ shape }) => shape)).toEqual([
      [3, 2],
      [3, 2],
    ]);
  });

  it('refuses a symbolic axis, and says where it is', () => {
    expect(() => boundProgram(symbolic)).toThrow(
      expect.objectContaining({
        code: 'VARDROP_SHAPE',
        message: expect.stringContaining('[rows %0 input] shape: got [batch, 2], needs every axis to be a number.'),
      }),
    );
  });
});
