/**
 * A loop nest over tensors: lengths from the outermost axis to the innermost, and each tensor's step in elements per
 * turn.
 */
export interface Loop {
  readonly lengths: readonly number[];
  /** By tensor, then by axis; 0 if the tensor does not change along the axis. The innermost step is 0 or 1. */
  readonly steps: readonly (readonly number[])[];
  /** Elements of the last block, if the outermost axis is cut into blocks and the last one is not full. */
  readonly partial?: number;
}

/** Elements of one block. Short sums lose less accuracy, and half of a 32 KiB cache holds four blocks. */
const blockLength = 4096;

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
 * tensor become one. A single long axis that a tensor reduces (`inBlocks`) is cut into blocks.
 */
export function collapse(shape: readonly number[], steps: readonly (readonly number[])[], inBlocks: boolean): Loop {
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
  if (lengths.length === 0) return { lengths: [1], steps: steps.map(() => [1]) };
  const [length] = lengths;
  if (!inBlocks || lengths.length > 1 || length < 2 * blockLength) return { lengths, steps: merged };
  return {
    lengths: [Math.ceil(length / blockLength), blockLength],
    steps: merged.map(([step]) => [step * blockLength, step]),
    ...(length % blockLength === 0 ? {} : { partial: length % blockLength }),
  };
}
