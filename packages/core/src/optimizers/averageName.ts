/** The slot that holds the average of a parameter: `average:dense1/weights`. */
export function averageName(parameter: string): string {
  return `average:${parameter}`;
}
