import {
  type BoundProgram,
  type Builder,
  boundProgram,
  createBuilder,
  elementCount,
  type Value,
} from '@vardrop/core/program';
import fc from 'fast-check';
import type { ProgramData } from '../execute.js';
import { tensorValues } from './values.js';

/** A program of one operation, and its input data. */
export interface OperationCase {
  readonly program: BoundProgram;
  readonly data: ProgramData;
}

/** Builds the operation from values of the operands' shapes. */
export type Build = (b: Builder, operands: readonly Value[]) => Value;

/** Cases of an operation on operands of these shapes. Operands with an entry in `values` take their numbers from it. */
export type CaseOf = (
  operandShapes: readonly (readonly number[])[],
  build: Build,
  values?: readonly (fc.Arbitrary<Float32Array> | undefined)[],
) => fc.Arbitrary<OperationCase>;

/** Makes one-operation programs named `op`, over generated values. */
export function casesOf(op: string, nonFinite: boolean): CaseOf {
  return (operandShapes, build, values = []) => {
    const b = createBuilder(op);
    const inputs = operandShapes.map((shape, i) => b.input(`operand${i}`, shape, i === 0 ? 'iteration' : 'shared'));
    b.output('result', build(b, inputs));
    const program = boundProgram(b.build());
    const tensors = operandShapes.map((shape, i) => values[i] ?? tensorValues(elementCount(shape), { nonFinite }));
    return fc.tuple(...tensors).map((each) => ({
      program,
      data: { inputs: Object.fromEntries(each.map((value, i) => [`operand${i}`, value])) },
    }));
  };
}
