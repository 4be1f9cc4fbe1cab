/** The position of an element of row-major data in words: `in row 3, column 0`. */
export function placeInRows(columns: number): (index: number) => string {
  return (index) => `in row ${Math.floor(index / columns)}, column ${index % columns}`;
}
