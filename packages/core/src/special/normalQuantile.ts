export function normalQuantile(x: number): number { return x; }
