/** Prints the products of one turn, given where operands 0 and 1 are read. */
export type Products = (indexA: string, indexB: string) => readonly string[];
