import { foldIn } from '../random/foldIn.js';
import { uniform } from '../random/uniform.js';
import { stream } from '../streams.js';

/** Where rows are, and the seed of their noise. */
export interface RowsAt {
  readonly seed?: number;
  /** The index of the first row. */
  readonly row?: number;
  /** Calibration rows have noise of their own, so that it does not repeat in new rows. */
  readonly calibration?: boolean;
}

/** Noise for scores of rows, uniform in [0, 1). It depends on the seed and the row's index only. */
export function rowNoise(rows: number, { seed = 0, row = 0, calibration = false }: RowsAt): Float32Array {
  return uniform(foldIn(stream(seed, 'conformal'), calibration ? 1 : 0), rows, row);
}
