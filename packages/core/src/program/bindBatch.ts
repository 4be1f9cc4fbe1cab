import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { BoundProgram, Program } from './program.js';

/**
 * The same program with its symbolic `batch` axes set to `batch`.
 * Throws `VARDROP_BATCH` unless `batch` is a positive integer.
 */
export function bindBatch(program: Program, batch: number): BoundProgram {
  if (!Number.isInteger(batch) || batch < 1) {
    throw new VardropError(
      'VARDROP_BATCH',
      `[${program.name}] batch: got ${formatValue(batch)}, needs a positive integer.`,
    );
  }
  return {
    ...program,
    nodes: program.nodes.map((node) => ({
      ...node,
      shape: node.shape.map((dimension) => (dimension === 'batch' ? batch : dimension)),
    })),
  };
}
