/**
 * Up to this value of x = s² the special functions sum their convergent series, and above it their asymptotic series.
 * The smallest term of the asymptotic series has a relative size of about exp(−x). That is far below the float64
 * rounding error from this limit on.
 */
export const SERIES_LIMIT = 40;
