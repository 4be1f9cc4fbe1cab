/**
 * A loop nest over tensors: lengths from the outermost axis to the innermost, and each tensor's step in elements per
 * turn.
 */
export interface Loop {
  readonly lengths: readonly number[];
  /** By tensor, then by axis; 0 if the tensor does not change along the axis. The innermost step is 0 or 1. */
  readonly steps: readonly (readonly number[])[];
  /** Elements of the last block, if the outermost axis is that of blocks of a row and the last one is not full. */
  readonly partial?: number;
}

/** Steps of a tensor that is broadcast to `shape`. */
export function broadcastSteps(tensor: readonly number[], shape: readonly number[]): number[] {
  const offset = shape.length - tensor.length;
  let step = 1;
  const steps = new Array<number>(shape.length).fill(0);
  for (let axis = shape.length - 1; axis >= offset; axis--) {
    if (tensor[axis - offset] === shape[axis]) {
      steps[axis] = step;
      step *= shape[axis];
    }
  }
  return steps;
}

/** Steps of the result of reducing `axes` of `shape`. */
export function reducedSteps(shape: readonly number[], axes: readonly number[]): number[] {
  let step = 1;
  const steps = new Array<number>(shape.length).fill(0);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (!axes.includes(axis)) {
      steps[axis] = step;
      step *= shape[axis];
    }
  }
  return steps;
}

/**
 * The shortest loop nest over `shape`. Axes of length 1 are dropped. Neighbouring axes that are contiguous for every
 * tensor become one.
 */
export function collapse(shape: readonly number[], steps: readonly (readonly number[])[]): Loop {
  const lengths: number[] = [];
  const merged: number[][] = steps.map(() => []);
  shape.forEach((length, axis) => {
    if (length === 1) return;
    const last = lengths.length - 1;
    const joins = last >= 0 && steps.every((step, tensor) => merged[tensor][last] === step[axis] * length);
    if (joins) lengths[last] *= length;
    else lengths.push(length);
    steps.forEach((step, tensor) => {
      if (joins) merged[tensor][last] = step[axis];
      else merged[tensor].push(step[axis]);
    });
  });
  return lengths.length === 0 ? { lengths: [1], steps: steps.map(() => [1]) } : { lengths, steps: merged };
}
