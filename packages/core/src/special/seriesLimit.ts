/**
 * Up to this value of x = s² the special functions sum their convergent series, above it their asymptotic series. The smallest
 * term of that series has a relative size of about exp(−x), which is far below the float64 rounding error there.
 */
export const SERIES_LIMIT = 40;
