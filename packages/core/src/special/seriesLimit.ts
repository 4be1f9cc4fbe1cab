/**
 * Up to this value of x = s² the special functions sum their convergent series, above it their asymptotic one, whose
 * smallest term, of relative size about exp(−x), is there far below the float64 rounding error.
 */
export const SERIES_LIMIT = 40;
