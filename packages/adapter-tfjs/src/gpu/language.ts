/** How one shading language writes the parts of the functions and kernels in this folder. */
export interface Language {
  readonly name: 'glsl' | 'wgsl';
  /** A float32 literal. */
  number(value: number): string;
  /** An unsigned literal. */
  unsigned(value: number): string;
  /** A statement that names a value. */
  define(type: ValueType, name: string, expression: string): string;
  /** A statement that declares a variable that is assigned to later. */
  variable(type: ValueType, name: string, expression: string): string;
  /** A function of floats or unsigned integers. */
  declare(
    result: ValueType,
    name: string,
    parameters: Readonly<Record<string, ValueType>>,
    body: readonly string[],
  ): string;
  /** Selects one of two values. Both are computed. */
  select(condition: string, yes: string, no: string): string;
  /** Conversions. Float to int rounds towards zero; int and unsigned have the same bits. */
  toFloat(expression: string): string;
  toInt(expression: string): string;
  toUnsigned(expression: string): string;
  /** The nearest whole number, and in ties the even one. */
  round(expression: string): string;
  /** The bits of a float, and the float of given bits. */
  bitsOf(expression: string): string;
  fromBits(expression: string): string;
  /** A loop of `count` turns. */
  repeat(index: string, count: number, body: readonly string[]): string;
  readonly infinity: string;
  readonly nan: string;
}

/** Scalar types of both languages. */
type ValueType = 'float' | 'int' | 'unsigned';

/** Nine significant digits distinguish all float32 numbers. */
function literal(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`no literal for ${value}`);
  return Math.fround(value).toExponential(8);
}

const parameterList = (
  parameters: Readonly<Record<string, ValueType>>,
  print: (name: string, type: ValueType) => string,
) =>
  Object.entries(parameters)
    .map(([name, type]) => print(name, type))
    .join(', ');

const glslTypes = { float: 'float', int: 'int', unsigned: 'uint' } as const;
const wgslTypes = { float: 'f32', int: 'i32', unsigned: 'u32' } as const;

/** GLSL ES 3.0, of WebGL 2. Programs also use the definitions that tfjs puts before them. */
export const glsl: Language = {
  name: 'glsl',
  number: (value) => `(${literal(value)})`,
  unsigned: (value) => `${value >>> 0}u`,
  define: (type, name, expression) => `${glslTypes[type]} ${name} = ${expression};`,
  variable: (type, name, expression) => `${glslTypes[type]} ${name} = ${expression};`,
  declare: (result, name, parameters, body) =>
    `${glslTypes[result]} ${name}(${parameterList(parameters, (each, type) => `${glslTypes[type]} ${each}`)}) {\n${body.join('\n')}\n}`,
  select: (condition, yes, no) => `((${condition}) ? (${yes}) : (${no}))`,
  toFloat: (expression) => `float(${expression})`,
  toInt: (expression) => `int(${expression})`,
  toUnsigned: (expression) => `uint(${expression})`,
  round: (expression) => `roundEven(${expression})`,
  bitsOf: (expression) => `floatBitsToUint(${expression})`,
  fromBits: (expression) => `uintBitsToFloat(${expression})`,
  repeat: (index, count, body) => `for (int ${index} = 0; ${index} < ${count}; ${index}++) {\n${body.join('\n')}\n}`,
  infinity: 'uintBitsToFloat(0x7f800000u)',
  nan: 'uintBitsToFloat(0x7fc00000u)',
};

/** WGSL, of WebGPU. Programs also use the definitions that tfjs puts before them. */
export const wgsl: Language = {
  name: 'wgsl',
  number: (value) => `(${literal(value)}f)`,
  unsigned: (value) => `${value >>> 0}u`,
  define: (type, name, expression) => `let ${name}: ${wgslTypes[type]} = ${expression};`,
  variable: (type, name, expression) => `var ${name}: ${wgslTypes[type]} = ${expression};`,
  declare: (result, name, parameters, body) =>
    `fn ${name}(${parameterList(parameters, (each, type) => `${each}: ${wgslTypes[type]}`)}) -> ${wgslTypes[result]} {\n${body.join('\n')}\n}`,
  select: (condition, yes, no) => `select(${no}, ${yes}, ${condition})`,
  toFloat: (expression) => `f32(${expression})`,
  toInt: (expression) => `i32(${expression})`,
  toUnsigned: (expression) => `u32(${expression})`,
  round: (expression) => `round(${expression})`,
  bitsOf: (expression) => `bitcast<u32>(${expression})`,
  fromBits: (expression) => `bitcast<f32>(${expression})`,
  repeat: (index, count, body) =>
    `for (var ${index}: i32 = 0; ${index} < ${count}; ${index}++) {\n${body.join('\n')}\n}`,
  // WGSL has no expression for these. tfjs passes them to every program.
  infinity: 'uniforms.INFINITY',
  nan: 'uniforms.NAN',
};

/** Σ coefficients[i] xⁱ by Horner's rule, lowest power first. */
export function polynomial({ number }: Language, x: string, coefficients: readonly number[]): string {
  return coefficients.reduceRight(
    (inner, each) => (inner === '' ? number(each) : `(${inner} * ${x} + ${number(each)})`),
    '',
  );
}
