/** Free memory, and the last run that may still use it. */
export interface Gap {
  address: number;
  bytes: number;
  lastUse: number;
}

/** The free memory below the end of a heap. */
export interface Gaps {
  /** Takes memory from the smallest gap that has room and that `isFree` accepts. Returns its address. */
  take(bytes: number, isFree: (gap: Gap) => boolean): number | undefined;
  /** Takes the gap that ends at `end`, if there is one and `isFree` accepts it. Returns its address. */
  takeLast(end: number, isFree: (gap: Gap) => boolean): number | undefined;
  /** Adds free memory, and joins it with its neighbours. */
  add(gap: Gap): void;
}

/** A list of gaps, in the order of their addresses. */
export function createGaps(): Gaps {
  const gaps: Gap[] = [];
  return {
    take(bytes, isFree) {
      let best = -1;
      gaps.forEach((gap, i) => {
        if (gap.bytes >= bytes && isFree(gap) && (best < 0 || gap.bytes < gaps[best].bytes)) best = i;
      });
      if (best < 0) return undefined;
      const gap = gaps[best];
      const { address } = gap;
      gap.address += bytes;
      gap.bytes -= bytes;
      if (gap.bytes === 0) gaps.splice(best, 1);
      return address;
    },
    takeLast(end, isFree) {
      const last = gaps.at(-1);
      if (last === undefined || last.address + last.bytes !== end || !isFree(last)) return undefined;
      gaps.pop();
      return last.address;
    },
    add(gap) {
      const next = gaps.findIndex(({ address }) => address > gap.address);
      const at = next < 0 ? gaps.length : next;
      gaps.splice(at, 0, gap);
      for (const i of [at, at - 1]) {
        const [low, high] = [gaps[i], gaps[i + 1]];
        if (low === undefined || high === undefined || low.address + low.bytes !== high.address) continue;
        low.bytes += high.bytes;
        low.lastUse = Math.max(low.lastUse, high.lastUse);
        gaps.splice(i + 1, 1);
      }
    },
  };
}
