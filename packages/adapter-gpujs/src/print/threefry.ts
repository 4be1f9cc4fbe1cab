import * as random from '@vardrop/core/random';
import type { GpujsMode } from '../gpujs/mode.js';

/** A function that a kernel calls: one of gpu.js, or (native) one in the language of the graphics card. */
export interface KernelFunction {
  readonly name: string;
  readonly source: string;
  readonly native: boolean;
  readonly argumentTypes: readonly string[];
  readonly returnType: 'Integer' | 'Number';
}

/** Halves of 32-bit words that describe a stream of noise: its key, and the number of its first element. */
const halves = 8;

const { groups, rotations, parity } = random.threefryConstants;

/**
 * After a group of rounds: which words of the key are added to the two words of the state, and which count to the
 * second.
 */
const injected = (group: number) => [(group + 1) % 3, (group + 2) % 3, group + 1] as const;

/**
 * Threefry-2x32-20 as functions that a kernel calls. `threefry` takes the halves of a stream and the number of an
 * element after its first one, and returns u, the upper 23 bits of that element's random word. `threefryRest` takes u
 * and returns 2²⁵ − 1 − 4u, rounded.
 */
export const threefryFunctions = (mode: GpujsMode): readonly KernelFunction[] => (mode === 'webgl2' ? native : integer);

/**
 * In gpu.js's JavaScript. It computes with 32-bit integers only between parameters and results of that type, so each
 * variable is a parameter of the function that makes the next step.
 */
const integer: readonly KernelFunction[] = (() => {
  const functions: KernelFunction[] = [];
  const define = (name: string, parameters: readonly string[], expression: string) => {
    functions.push({
      name,
      source: `function ${name}(${parameters.join(', ')}) { return ${expression}; }`,
      native: false,
      argumentTypes: parameters.map(() => 'Integer'),
      returnType: 'Integer',
    });
  };
  const state = ['k0', 'k1', 'k2', 'a', 'b'];
  for (let group = groups - 1; group >= 0; group--) {
    const [first, second, count] = injected(group);
    const [a, b] = [`a + k${first}`, `b + k${second} + ${count}`];
    define(
      `threefryKey${group}`,
      state,
      group === groups - 1 ? `((${a}) ^ (${b})) >>> 9` : `threefryRound${group + 1}x0(k0, k1, k2, ${a}, ${b})`,
    );
    const own = rotations[group % 2];
    for (let round = own.length - 1; round >= 0; round--) {
      const next = round === own.length - 1 ? `threefryKey${group}` : `threefryRound${group}x${round + 1}`;
      const rotated = `((b << ${own[round]}) | (b >>> ${32 - own[round]}))`;
      define(`threefryRound${group}x${round}`, state, `${next}(k0, k1, k2, a + b, ${rotated} ^ (a + b))`);
    }
  }
  define('threefryStart', state, 'threefryRound0x0(k0, k1, k2, a + k0, b + k1)');
  define('threefryWord', ['high', 'low'], '(high << 16) | low');
  // The carry: both numbers have the top bit, or one has it and the sum does not.
  define('threefryCarry', ['low', 'index'], '((low & index) | ((low | index) & (~(low + index)))) >>> 31');
  define('threefryCount', [
    'k0',
    'k1',
    'high',
    'low',
    'index',
  ], `threefryStart(k0, k1, (k0 ^ k1) ^ ${parity}, high + threefryCarry(low, index), low + index)`);
  const given = Array.from({ length: halves }, (_, i) => `h${i}`);
  const words = [0, 2, 4, 6].map((i) => `threefryWord(h${i}, h${i + 1})`);
  define('threefryRest', ['upper'], `${2 ** 25 - 1} - upper * 4`);
  define('threefry', [...given, 'index'], `threefryCount(${words.join(', ')}, index)`);
  return functions;
})();

/** In GLSL, which has unsigned integers. */
const native: readonly KernelFunction[] = (() => {
  const given = Array.from({ length: halves }, (_, i) => `h${i}`);
  const word = (i: number) => `((uint(h${i}) << 16u) | uint(h${i + 1}))`;
  const lines = [
    `uint k0 = ${word(0)};`,
    `uint k1 = ${word(2)};`,
    `uint k2 = (k0 ^ k1) ^ ${parity}u;`,
    `uint b = ${word(6)} + uint(index);`,
    `uint a = ${word(4)} + (b < uint(index) ? 1u : 0u) + k0;`,
    'b = b + k1;',
  ];
  for (let group = 0; group < groups; group++) {
    for (const bits of rotations[group % 2]) {
      lines.push('a = a + b;', `b = ((b << ${bits}u) | (b >> ${32 - bits}u)) ^ a;`);
    }
    const [first, second, count] = injected(group);
    lines.push(`a = a + k${first};`, `b = b + k${second} + ${count}u;`);
  }
  lines.push('return float((a ^ b) >> 9u);');
  const define = (name: string, parameters: readonly string[], body: string): KernelFunction => ({
    name,
    source: `float ${name}(${parameters.map((each) => `float ${each}`).join(', ')}) {\n${body}\n}`,
    native: true,
    argumentTypes: parameters.map(() => 'Number'),
    returnType: 'Number',
  });
  return [
    define('threefry', [...given, 'index'], lines.join('\n')),
    define('threefryRest', ['upper'], `return float(${2 ** 25 - 1} - int(upper) * 4);`),
  ];
})();

/**
 * The numbers by which {@link threefryFunctions} are given a stream of noise that begins with element number `first`.
 */
export function encodeStream(words: readonly [number, number], first: number): Float32Array {
  const all = [...words, Math.floor(first / 2 ** 32), first % 2 ** 32];
  return Float32Array.from(all.flatMap((word) => [word >>> 16, word & 0xffff]));
}
