export function digamma(x: number): number { return x; }
