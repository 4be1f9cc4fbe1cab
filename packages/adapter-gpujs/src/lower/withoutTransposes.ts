import { type BoundProgram, withoutTransposeFlags } from '@vardrop/core/program';

/**
 * The same program without right operands that a matrix product reads transposed, so that neighbouring threads read
 * neighbouring numbers in the contraction's loop. Left operands are the same for neighbours, and may lie either way.
 */
export const withoutTransposes = (program: BoundProgram): BoundProgram => withoutTransposeFlags(program, 'right');
