/** A number with a sign, thousands apart, decimals, an exponent, ± error, per cent or a multiple, and a remark; or nothing. */
const numeric =
  /^[−+–-]?[\d.,]*(e[−-]?\d+)?(\s?[×·]\s?10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?(\s?±\s?[\d.,]+)?(\s?(%|×|s|ms|h|min|MB|kB))?(\s\([^)]*\))?(\sn=\d+)?$/;

/** @returns for each column, whether all of its cells are numbers, which are read best when aligned to the right. */
export function numericColumns(columns: readonly string[], rows: readonly (readonly string[])[]): readonly boolean[] {
  return columns.map((_, column) => rows.length > 0 && rows.every((row) => numeric.test(row[column] ?? '')));
}
