import { type BoundProgram, withoutTransposeFlags } from '@vardrop/core/program';

/**
 * The same program, in which no matrix product reads its right operand transposed, so that neighbouring threads read
 * neighbouring numbers in each turn of the contraction's loop. Of the left operand neighbouring threads read the same
 * number, so it may stay transposed.
 */
export const withoutTransposes = (program: BoundProgram): BoundProgram => withoutTransposeFlags(program, 'right');
