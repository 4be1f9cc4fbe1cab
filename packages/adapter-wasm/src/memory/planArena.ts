/** A value that a run keeps for itself: its size, and the first and the last step that use it. */
export interface Lifetime {
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

/** Places in a common memory, and its size. */
export interface ArenaPlan {
  /** By value: its distance from the start of the memory, in bytes. */
  readonly offsets: readonly number[];
  readonly bytes: number;
}

/**
 * Finds places for values such that no two overlap that live at the same time. The largest are placed first, each as low as
 * possible.
 */
export function planArena(lifetimes: readonly Lifetime[]): ArenaPlan {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const placed: number[] = [];
  let size = 0;
  const bySize = lifetimes.map((_, i) => i).sort((a, b) => lifetimes[b].bytes - lifetimes[a].bytes || a - b);
  for (const value of bySize) {
    const { bytes, from, to } = lifetimes[value];
    let offset = 0;
    for (const other of placed) {
      const { bytes: otherBytes, from: otherFrom, to: otherTo } = lifetimes[other];
      if (otherFrom > to || from > otherTo) continue;
      if (offsets[other] >= offset + bytes) break;
      offset = Math.max(offset, offsets[other] + otherBytes);
    }
    offsets[value] = offset;
    size = Math.max(size, offset + bytes);
    insert(placed, value, offsets);
  }
  return { offsets, bytes: size };
}

/** Inserts a value into a list in the order of offsets. */
function insert(placed: number[], value: number, offsets: readonly number[]): void {
  let [low, high] = [0, placed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[placed[middle]] <= offsets[value]) low = middle + 1;
    else high = middle;
  }
  placed.splice(low, 0, value);
}
