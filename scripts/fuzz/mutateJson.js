/** Values that stand where others are expected. `JSON.parse` gives them from text such as `1e999`. */
const odd = () => [
  null,
  true,
  0,
  -1,
  0.5,
  1e308,
  2 ** 53,
  '',
  'text',
  '1',
  '\u001b[31m',
  [],
  [null],
  {},
  { length: 3 },
];

/** JSON with one to three values replaced, left out, repeated or renamed. */
export function mutateJson(value, source) {
  let result = value;
  for (let i = source.pick([1, 1, 2, 3]); i > 0; i--) result = change(result, source);
  return result;
}

function change(value, source) {
  const { below, pick } = source;
  const inside = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!inside || below(6) === 0) return pick(odd());
  if (Array.isArray(value)) {
    const index = below(value.length);
    const others = value.filter((_, i) => i !== index);
    if (below(6) === 0) return pick([others, [...value, ...value], [...value, pick(odd())]]);
    return value.map((entry, i) => (i === index ? change(entry, source) : entry));
  }
  const name = pick(Object.keys(value));
  const { [name]: member, ...others } = value;
  switch (below(8)) {
    case 0:
      return others;
    case 1:
      return { ...others, [pick(['__proto__', 'constructor', 'toString', '', `${name} `])]: member };
    default:
      return { ...value, [name]: change(member, source) };
  }
}
