/** The names of a graph's values, each used once. */
export interface Names {
  /** Takes a name, or `name:2`, `name:3`, … where it is taken; the first node with this name gets exactly the result. */
  reserve(name: string): string;
  /** Whether a name is reserved and still waits for its node. */
  isReserved(name: string): boolean;
  /** Takes a name, or `name:2`, `name:3`, … where it is taken. */
  unique(name: string): string;
}

/** The names of a graph. They are also taken in `outer`, if there is one. */
export function createNames(outer?: Pick<Names, 'unique' | 'isReserved'>): Names {
  const taken = new Map<string, number>();
  const reserved = new Set<string>();

  function unique(name: string): string {
    if (reserved.delete(name)) return name;
    if (outer) return outer.unique(name);
    let count = taken.get(name) ?? 0;
    let made = name;
    while (taken.has(made)) {
      count += 1;
      made = `${name}:${count + 1}`;
    }
    taken.set(name, count);
    taken.set(made, 0);
    return made;
  }

  return {
    unique,
    reserve(name) {
      const made = unique(name);
      reserved.add(made);
      return made;
    },
    isReserved: (name) => reserved.has(name) || (outer?.isReserved(name) ?? false),
  };
}
