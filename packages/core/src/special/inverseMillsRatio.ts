export function inverseMillsRatio(x: number): number { return x; }
