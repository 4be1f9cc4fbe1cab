import { VardropError } from '@vardrop/core';
import { type BoundProgram, elementCount } from '@vardrop/core/program';
import type { LoweredProgram } from '../lower/lowerProgram.js';
import type { KernelSource } from '../print/kernelSource.js';
import type { Runtime } from '../start/runtime.js';
import { largestTensor } from '../start/supports.js';

/** Throws `VARDROP_LIMITS`, naming limit and tensor, for a program with a tensor too large for exact indices. */
export function checkLimits(name: string, program: BoundProgram): void {
  program.nodes.forEach((node, id) => {
    const size = elementCount(node.shape);
    if (size > largestTensor) refuse(name, program, id, `${size} elements`, `${largestTensor} in one tensor`);
  });
}

/**
 * A quantity that a graphics card limits. `measure` gives it for a tensor of `elements` elements that `output` threads
 * write.
 */
interface Limit {
  readonly most: number;
  readonly of: string;
  measure(output: readonly number[], elements: number): number;
}

/** Threads of a workgroup in x and in y; in z there is one. */
const group = 8;

function limitsOf({ device, textureSide }: Pick<Runtime, 'device' | 'textureSide'>): readonly Limit[] {
  if (device) {
    const { tensorBytes, groups } = device;
    const across = (output: readonly number[]) => (output.length > 1 ? Math.max(output[0], output[1]) : 0);
    return [
      { most: tensorBytes, of: 'bytes in one storage buffer of this device', measure: (_, size) => 4 * size },
      { most: groups * group, of: 'threads in a row on this device', measure: across },
      { most: groups, of: 'threads in depth on this device', measure: ([, , depth = 1]) => depth },
    ];
  }
  if (textureSide) {
    // A plane is a texture of the same width and height. One dimension or three are folded into nearly a square.
    const side = (output: readonly number[], size: number) =>
      output.length === 2 ? Math.max(...output) : foldedSide(output.length === 3 ? elementCount(output) : size);
    return [{ most: textureSide, of: 'texels in width and height of a texture on this device', measure: side }];
  }
  return [];
}

/** The longer side of the texture that gpu.js chooses for `count` numbers. */
function foldedSide(count: number): number {
  let high = Math.ceil(Math.sqrt(count));
  let low = Math.floor(Math.sqrt(count));
  while (high * low < count) {
    high--;
    low = Math.ceil(count / high);
  }
  return Math.max(low, Math.ceil(count / low));
}

/** Throws `VARDROP_LIMITS`, naming limit and tensor, for a program that exceeds a limit of the graphics card. */
export function checkCardLimits(
  name: string,
  runtime: Pick<Runtime, 'device' | 'textureSide' | 'mostTurns'>,
  program: BoundProgram,
  lowered: LoweredProgram,
): void {
  const limits = limitsOf(runtime);
  // A value between two kernels of one node has no node of its own; errors name that of the kernel that reads it.
  const nodeOf = (id: number): number =>
    id < 0 ? nodeOf((lowered.kernels.find(({ inputs }) => inputs.includes(id)) as KernelSource).result) : id;
  const check = (id: number, output: readonly number[], size: number) => {
    for (const { most, of, measure } of limits) {
      const got = measure(output, size);
      if (got > most) refuse(name, program, nodeOf(id), `${got}`, `${most} ${of}`);
    }
  };
  for (const { result, output, size, turns } of lowered.kernels) {
    check(result, output, size);
    if (turns > runtime.mostTurns) {
      refuse(
        name,
        program,
        nodeOf(result),
        `${turns} turns of loops in a thread`,
        `${runtime.mostTurns} on this device`,
      );
    }
  }
  const made = new Set(lowered.kernels.map(({ result }) => result));
  for (const id of lowered.kernels.flatMap(({ inputs }) => inputs)) {
    if (made.has(id)) continue;
    const size = elementCount(program.nodes[id].shape);
    check(id, [size], size);
  }
}

function refuse(name: string, program: BoundProgram, id: number, got: string, most: string): never {
  const { op, label, shape } = program.nodes[id];
  throw new VardropError(
    'VARDROP_LIMITS',
    `[${name}] compile ${program.name}: %${id} (${label ?? op}) [${shape}]: got ${got}, needs at most ${most}. Use a smaller batch.`,
  );
}
