export function logNormalCdf(x: number): number { return x; }
