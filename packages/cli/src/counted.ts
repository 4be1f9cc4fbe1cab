/** @returns a number with its noun: `1 epoch`, `2 epochs`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
