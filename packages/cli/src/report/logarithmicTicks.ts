/**
 * @returns ticks for a logarithmic axis that a small chart has room for: powers of ten where there are three or more
 * between the two values, else 1, 2 and 5 times those.
 */
export function logarithmicTicks(least: number, most: number): number[] {
  const all = [];
  for (let exponent = Math.floor(Math.log10(least)); exponent <= Math.log10(most); exponent++) {
    // Written as text, since 10 ** -5 is not the number nearest to 0.00001.
    for (const digit of [1, 2, 5]) all.push({ digit, value: Number(`${digit}e${exponent}`) });
  }
  const inRange = all.filter(({ value }) => value >= least && value <= most);
  const decades = inRange.filter(({ digit }) => digit === 1);
  return (decades.length >= 3 ? decades : inRange).map(({ value }) => value);
}
