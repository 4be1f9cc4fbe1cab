/** Sets of whole numbers, which are united step by step. */
export interface UnionFind {
  /** Unites the sets of two numbers. */
  unite(a: number, b: number): void;
  /** The least number of the set. */
  find(a: number): number;
}

/** The numbers from 0 to below `count`, each in a set of its own. */
export function createUnionFind(count: number): UnionFind {
  const parents = Int32Array.from({ length: count }, (_, i) => i);
  const find = (a: number): number => {
    let root = a;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root]];
      root = parents[root];
    }
    return root;
  };
  return {
    find,
    unite(a, b) {
      const [left, right] = [find(a), find(b)];
      parents[Math.max(left, right)] = Math.min(left, right);
    },
  };
}
