import type { DataType, TensorInfo } from '@tensorflow/tfjs';
import { elementCount } from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import { glsl, type Language, wgsl } from './language.js';

/** A kernel of this package. It has one output and one thread per element of it. */
export interface GpuProgram {
  readonly shape: readonly number[];
  /** How many tensors it reads. */
  readonly inputs: number;
  /** Names of the 32-bit words that each launch passes to it. */
  readonly words: readonly string[];
  /** Declarations of functions. */
  readonly functions: string;
  /** Statements of the thread. The last one is `store`. */
  readonly body: readonly string[];
}

/** Runs a program on its input tensors, with the value of each of its words. */
export type Launch = (inputs: readonly TensorInfo[], words?: readonly number[]) => TensorInfo;

/** The element of input `i` at the thread's position in the output. The input is broadcast to the output's shape. */
export const load = (language: Language, i: number) =>
  language.name === 'glsl' ? `getX${i}AtOutCoords()` : `getX${i}ByOutputIndex(index)`;

/** The element of input `i` at coordinates of its own shape. */
export const loadAt = (i: number, ...coordinates: readonly string[]) => `getX${i}(${coordinates.join(', ')})`;

/** Defines the thread's coordinates in an output of two to four axes: `<name>.x` and so on. */
export const defineCoordinates = (language: Language, name: string, axes: 2 | 3 | 4) =>
  language.name === 'glsl'
    ? `ivec${axes} ${name} = getOutputCoords();`
    : `let ${name}: vec${axes}<i32> = getCoordsFromIndex(index);`;

/** Writes the thread's element. */
export const store = (language: Language, value: string) =>
  language.name === 'glsl' ? `setOutput(${value});` : `setOutputAtIndex(index, ${value});`;

/** The thread's position in an output of one axis, unsigned. */
export const place = (language: Language) =>
  language.toUnsigned(language.name === 'glsl' ? 'getOutputCoords()' : 'index');

/** A word that the launch passes, unsigned. */
export const word = (language: Language, name: string) =>
  language.name === 'glsl' ? `uint(${name})` : `uniforms.${name}`;

/** The language of a graphics card's programs. */
export const languageOf = ({ name }: Device): Language => (name === 'webgl' ? glsl : wgsl);

/** What tfjs's GPU backends have beyond the published type of a backend. */
interface WebglHost {
  compileAndRun(
    program: object,
    inputs: readonly TensorInfo[],
    dtype: DataType,
    uniforms?: readonly (readonly number[])[],
  ): TensorInfo;
}

interface WebgpuHost {
  runWebGPUProgram(program: object, inputs: readonly TensorInfo[], dtype: DataType, uniforms?: object[]): TensorInfo;
}

/**
 * Up to this rank, tfjs passes a tensor's shape to a WebGL program. It writes the shape of a higher rank into the
 * source.
 */
const highestRankOfUniformShapes = 4;
const threads = 64;

/** Prepares a program for a GPU device. tfjs compiles it at its first launch and caches it by its source. */
export function prepare(device: Device, program: GpuProgram): Launch {
  const { shape, words, functions, body } = program;
  const variableNames = Array.from({ length: program.inputs }, (_, i) => `X${i}`);
  const outputShape = [...shape];
  if (device.name === 'webgl') {
    const host = device.host as unknown as WebglHost;
    const prepared = {
      variableNames,
      outputShape,
      enableShapeUniforms: shape.length <= highestRankOfUniformShapes,
      ...(words.length > 0 ? { customUniforms: words.map((name) => ({ name, type: 'int' })) } : {}),
      userCode: `${functions}\nvoid main() {\n${body.join('\n')}\n}`,
    };
    return (inputs, values = []) =>
      device.adopt(
        host.compileAndRun(
          prepared,
          inputs,
          'float32',
          values.map((value) => [value | 0]),
        ),
      );
  }
  const host = device.host as unknown as WebgpuHost;
  const size = elementCount(shape);
  const source = `${functions}\nfn main(index: i32) {\nif (index < uniforms.size) {\n${body.join('\n')}\n}\n}`;
  const prepared = {
    variableNames,
    outputShape,
    dispatchLayout: { x: shape.map((_, axis) => axis) },
    workgroupSize: [threads, 1, 1],
    size: true,
    ...(words.length > 0 ? { uniforms: words.map((name) => `${name}: u32,`).join(' ') } : {}),
    getUserCode: () => source,
  };
  return (inputs, values = []) =>
    device.adopt(
      host.runWebGPUProgram(
        // tfjs modifies the program that it gets.
        { ...prepared, dispatch: [Math.ceil(size / threads), 1, 1], shaderKey: source },
        inputs,
        'float32',
        values.map((value) => ({ type: 'uint32', data: [value >>> 0] })),
      ),
    );
}
