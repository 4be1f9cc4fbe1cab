/** Values at which readers of lengths and types go wrong. */
const odd = [0, 1, 2, 7, 8, 0x7f, 0x80, 0xfe, 0xff];

/** Ways to damage bytes: each returns new ones. */
const damages = [
  (bytes, { below }) => at(bytes, below(bytes.length), (byte) => byte ^ (1 << below(8))),
  (bytes, { below, pick }) => at(bytes, below(bytes.length), () => pick(odd)),
  (bytes, { below }) => at(bytes, below(bytes.length), () => below(256)),
  // The beginning holds magic numbers and lengths.
  (bytes, { below, pick }) => at(bytes, below(Math.min(bytes.length, 24)), () => pick(odd)),
  (bytes, { below }) => bytes.slice(0, below(bytes.length)),
  (bytes, { below }) => bytes.slice(below(bytes.length)),
  (bytes, { below }) => splice(bytes, below(bytes.length), below(16), new Uint8Array(0)),
  (bytes, { below }) =>
    splice(
      bytes,
      below(bytes.length),
      0,
      Uint8Array.from({ length: 1 + below(16) }, () => below(256)),
    ),
  // A piece of the file at another place of it.
  (bytes, { below }) => {
    const from = below(bytes.length);
    return splice(bytes, below(bytes.length), below(32), bytes.slice(from, from + below(64)));
  },
  (bytes, { below, pick }) => {
    const from = below(bytes.length);
    return bytes.slice().fill(pick(odd), from, from + below(16));
  },
  // Lengths of 4 and 8 bytes, too large and slightly wrong.
  (bytes, { below, pick }) => {
    const copy = bytes.slice();
    if (copy.length < 8) return copy;
    const view = new DataView(copy.buffer);
    const offset = below(copy.length - 7);
    const little = below(2) === 0;
    const number = view.getUint32(offset, little);
    view.setUint32(offset, pick([number + 1, number - 1, 0x7fffffff, 0xffffffff, 0x10000000]), little);
    return copy;
  },
];

/** Bytes with one to four damages. */
export function mutateBytes(bytes, source) {
  // A copy, and no Buffer: whose slices share memory.
  let result = Uint8Array.from(bytes);
  for (let i = source.pick([1, 1, 1, 2, 4]); i > 0 && result.length > 0; i--)
    result = source.pick(damages)(result, source);
  return result;
}

function at(bytes, index, change) {
  const copy = bytes.slice();
  copy[index] = change(copy[index]);
  return copy;
}

function splice(bytes, index, removed, added) {
  const result = new Uint8Array(bytes.length - Math.min(removed, bytes.length - index) + added.length);
  result.set(bytes.subarray(0, index));
  result.set(added, index);
  result.set(bytes.subarray(index + removed), index + added.length);
  return result;
}
