const [width, height] = [960, 360];
const margin = { left: 40, right: 16, top: 36, bottom: 28 };

/**
 * An SVG chart of a monthly series and of forecasts with bands.
 *
 * @param {{
 *   readonly title: string,
 *   readonly firstYear: number,
 *   readonly measured: readonly number[],
 *   readonly from: number,
 *   readonly forecasts: readonly (readonly { month: number, low: number, middle: number, high: number }[])[],
 * }} chart months count from January of `firstYear`; the chart begins with month `from`
 * @returns {string}
 */
export function forecastChart({ title, firstYear, measured, from, forecasts }) {
  const values = [...measured.slice(from), ...forecasts.flat().flatMap(({ low, high }) => [low, high])];
  const [least, most] = [Math.floor(Math.min(...values)), Math.ceil(Math.max(...values))];
  const x = (month) =>
    margin.left + ((month - from) / (measured.length - 1 - from)) * (width - margin.left - margin.right);
  const y = (value) =>
    height - margin.bottom - ((value - least) / (most - least)) * (height - margin.top - margin.bottom);
  const points = (pairs) => pairs.map(([month, value]) => `${x(month).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const line = (pairs, style) => `<polyline points="${points(pairs)}" fill="none" ${style}/>`;
  const parts = [];
  for (let degrees = least; degrees <= most; degrees += 2) {
    const at = y(degrees).toFixed(1);
    parts.push(`<line x1="${margin.left}" x2="${width - margin.right}" y1="${at}" y2="${at}" stroke="#ddd"/>`);
    parts.push(`<text x="${margin.left - 8}" y="${at}" dy="0.35em" text-anchor="end">${degrees}</text>`);
  }
  for (let month = Math.ceil(from / 12) * 12; month < measured.length; month += 12) {
    parts.push(`<text x="${x(month).toFixed(1)}" y="${height - 10}">${firstYear + month / 12}</text>`);
  }
  for (const months of forecasts) {
    const upper = months.map(({ month, high }) => [month, high]);
    const lower = months.map(({ month, low }) => [month, low]).reverse();
    parts.push(`<polygon points="${points([...upper, ...lower])}" fill="#1f77b4" fill-opacity="0.2"/>`);
    parts.push(
      line(
        months.map(({ month, middle }) => [month, middle]),
        'stroke="#1f77b4" stroke-width="2"',
      ),
    );
  }
  const shown = measured.slice(from).map((value, i) => [from + i, value]);
  parts.push(line(shown, 'stroke="#222" stroke-width="1.2"'));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
<text x="${margin.left}" y="20" font-size="14">${title}</text>
${parts.join('\n')}
</svg>
`;
}
