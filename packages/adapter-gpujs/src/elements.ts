/** How many elements a shape or an output has. */
export const elements = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
