/** Where a function with one maximum between `low` and `high` has it, by golden sections, to an interval of `within`. */
export async function goldenSection(
  valueAt: (x: number) => number | Promise<number>,
  about: { readonly low: number; readonly high: number; readonly within: number },
): Promise<number> {
  const golden = (Math.sqrt(5) - 1) / 2;
  let { low, high } = about;
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [ofLeft, ofRight] = [await valueAt(left), await valueAt(right)];
  while (high - low > about.within) {
    if (ofLeft > ofRight) {
      [high, right, ofRight] = [right, left, ofLeft];
      left = high - golden * (high - low);
      ofLeft = await valueAt(left);
    } else {
      [low, left, ofLeft] = [left, right, ofRight];
      right = low + golden * (high - low);
      ofRight = await valueAt(right);
    }
  }
  return (low + high) / 2;
}
