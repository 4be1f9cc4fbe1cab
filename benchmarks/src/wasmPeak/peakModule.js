// A WebAssembly module by hand: functions `registers`, `cached`, and where the engine has relaxed SIMD, `fused`.
// Parameters: the addresses of two panels, and how often they are read.

/** Terms of a panel: 16 KiB and 8 KiB, which stay in the first cache. */
const terms = 500;
const [rows, vectors, inARow] = [4, 2, 8];
/** Floating-point operations of one reading. */
const operations = 2 * terms * rows * vectors * 4;

/** @param {number} value @returns {number[]} LEB128 */
const number = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...number(value >> 7)]);
/** @param {number} value @returns {number[]} signed LEB128 of what is not negative */
const constant = (value) => [0x41, ...(value < 64 ? [value] : signed(value))];
/** @param {number} value @returns {number[]} */
const signed = (value) => (value < 64 ? [value] : [(value & 127) | 128, ...signed(value >> 7)]);
/** @param {number} local */
const get = (local) => [0x20, ...number(local)];
/** @param {number} local */
const set = (local) => [0x21, ...number(local)];
/** @param {number} opcode @param {number[]} rest */
const simd = (opcode, ...rest) => [0xfd, ...number(opcode), ...rest];
/** @param {number} local @param {number} by */
const increase = (local, by) => [...get(local), ...constant(by), 0x6a, ...set(local)];

// Locals: parameters 0 to 2, left 3, right 4, end 5, turn 6, factor 7, loaded columns 8 and 9, sums from 10.
const [left, right, end, turn, factor, loaded, sums] = [3, 4, 5, 6, 7, 8, 10];

/** The products of a term. @param {boolean} loads @param {boolean} fused */
function term(loads, fused) {
  const code = loads
    ? Array.from({ length: vectors }, (_, v) => [...get(right), ...simd(0x00, 2, 16 * v), ...set(loaded + v)])
    : [];
  for (let r = 0; r < rows; r++) {
    if (loads) code.push([...get(left), ...simd(0x09, 2, 4 * r), ...set(factor)]);
    for (let v = 0; v < vectors; v++) {
      const sum = sums + r * vectors + v;
      const factors = [...get(factor), ...get(loaded + v)];
      code.push(
        fused
          ? [...factors, ...get(sum), ...simd(0x105), ...set(sum)]
          : [...get(sum), ...factors, ...simd(0xe6), ...simd(0xe4), ...set(sum)],
      );
    }
  }
  return [...code.flat(), ...increase(left, 4 * rows), ...increase(right, 16 * vectors)];
}

/** @param {boolean} loads Whether each term loads its factors. @param {boolean} fused Whether it multiplies and adds in one. */
function code(loads, fused) {
  const one = term(loads, fused);
  const leave = [...get(right), ...get(end), 0x46, 0x0d, 1]; // br_if out of the block
  const body = [
    ...[0x03, 0x40], // loop over turns
    ...Array.from({ length: rows * vectors }, (_, i) => [...simd(0x0c, ...Array(16).fill(0)), ...set(sums + i)]).flat(),
    ...[...get(0), ...set(left), ...get(1), ...set(right)],
    ...[...get(1), ...constant(16 * vectors * terms), 0x6a, ...set(end)],
    ...[0x02, 0x40, 0x03, 0x40], // block, loop over terms
    ...Array.from({ length: inARow - 1 }, () => [...one, ...leave]).flat(),
    ...[...one, ...get(right), ...get(end), 0x47, 0x0d, 0, 0x0b, 0x0b],
    ...Array.from({ length: rows * vectors }, (_, i) => [
      ...get(0),
      ...get(sums + i),
      ...simd(0x0b, 2, ...number(8192 + 16 * i)),
    ]).flat(),
    ...[...increase(turn, 1), ...get(turn), ...get(2), 0x49, 0x0d, 0, 0x0b],
    0x0b,
  ];
  const entry = [2, 4, 0x7f, ...number(3 + rows * vectors), 0x7b, ...body];
  return [...number(entry.length), ...entry];
}

/** @param {boolean} fused Whether to write `fused` too. */
function write(fused) {
  const codes = [code(false, false), code(true, false), ...(fused ? [code(true, true)] : [])];
  const names = ['registers', 'cached', 'fused'].slice(0, codes.length);
  /** @param {string} text */
  const name = (text) => [text.length, ...Array.from(text, (c) => c.charCodeAt(0))];
  /** @param {number} id @param {number[][]} items */
  const section = (id, items) => {
    const content = [...number(items.length), ...items.flat()];
    return [id, ...number(content.length), ...content];
  };
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, 3, 0x7f, 0x7f, 0x7f, 0]]),
    ...section(
      3,
      codes.map(() => [0]),
    ),
    ...section(5, [[0, 2]]),
    ...section(
      7,
      names.map((each, i) => [...name(each), 0, i]),
    ),
    ...section(10, codes),
  ]);
}

/** Whether the engine has relaxed SIMD. Node 20 has it with `--experimental-wasm-relaxed-simd`. */
export const hasRelaxed = WebAssembly.validate(write(true));

/** Starts the module. @returns {Record<string, (left: number, right: number, turns: number) => void>} */
export function startPeak() {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(write(hasRelaxed)));
  return /** @type {any} */ (exports);
}

/** Runs one of the loops for less than a millisecond, so that other programs rarely interrupt it. @param {ReturnType<typeof startPeak>} peak @param {string} name @returns {number} Operations in a nanosecond. */
export function measurePeak(peak, name) {
  const turns = 500;
  const start = performance.now();
  peak[name](64, 40960, turns);
  return (turns * operations) / (performance.now() - start) / 1e6;
}
