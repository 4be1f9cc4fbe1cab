import type { GpujsMode } from '../gpujs/mode.js';
import type { KernelSource, ValueId } from './kernelSource.js';
import type { KernelFunction } from './threefry.js';

/** Collects the text of one kernel. */
export interface Writer {
  /** The mode that the kernel is for. */
  readonly mode: GpujsMode;
  /** Adds a line of source. */
  line(text: string): void;
  /** Prints a loop that counts from `from` (0 if left out) up to `to`; `body` prints a turn, given the counter's name. */
  repeat(to: number, body: (i: string) => void, from?: number): void;
  /** The name of a number; numbers are constants of the kernel, since gpu.js takes whole literals for integers. */
  number(value: number): string;
  /** An element of a tensor, by the index in its row-major values. */
  read(value: ValueId, index: string): string;
  /** Adds a function to those that the source may call. */
  call(function_: KernelFunction): void;
  /**
   * On webasm: declares an integer variable that starts as an expression. gpu.js keeps other variables as floats, and
   * converts an index made of them at each access. It keeps a variable as an integer if it starts as a size of the
   * output and is counted up somewhere.
   */
  counter(start: string): string;
  /** A name that the kernel does not use yet. */
  fresh(prefix: string): string;
  /** Declares a name for an expression, and returns it. */
  define(expression: string): string;
  finish(
    result: ValueId,
    threads: Pick<KernelSource, 'output' | 'size'>,
    returned: string,
    blocks?: KernelSource['blocks'],
  ): KernelSource;
}

/** A writer with nothing in it. */
export function createWriter(mode: GpujsMode): Writer {
  const lines: string[] = [];
  const inputs: ValueId[] = [];
  const numbers: number[] = [];
  const functions = new Set<KernelFunction>();
  let names = 0;
  let turns = 0;

  const writer: Writer = {
    mode,
    line: (text) => {
      lines.push(text);
    },
    repeat(to, body, from = 0) {
      const i = writer.fresh('i');
      const before = turns;
      turns = 0;
      writer.line(`for (let ${i} = ${from}; ${i} < ${to}; ${i}++) {`);
      body(i);
      writer.line('}');
      turns = before + (to - from) * (1 + turns) + 1;
    },
    number(given) {
      const value = Math.fround(given);
      let at = numbers.findIndex((known) => Object.is(known, value));
      if (at < 0) at = numbers.push(value) - 1;
      return `this.constants.c${at}`;
    },
    read(value, index) {
      let at = inputs.indexOf(value);
      if (at < 0) at = inputs.push(value) - 1;
      return `a${at}[${index}]`;
    },
    call: (function_) => {
      functions.add(function_);
    },
    counter(start) {
      const name = writer.fresh('n');
      for (const text of [`let ${name} = this.output.x;`, `${name}++;`, `${name} = ${start};`]) writer.line(text);
      return name;
    },
    fresh: (prefix) => `${prefix}${names++}`,
    define(expression) {
      const name = writer.fresh('v');
      writer.line(`const ${name} = ${expression};`);
      return name;
    },
    finish(result, { output, size }, returned, blocks) {
      const parameters = inputs.map((_, i) => `a${i}`).join(', ');
      return {
        source: `function kernel(${parameters}) {\n${lines.join('\n')}\nreturn ${returned};\n}`,
        constants: Object.fromEntries(numbers.map((value, i) => [`c${i}`, value])),
        functions: [...functions],
        output,
        size,
        inputs,
        turns,
        result,
        ...(blocks ? { blocks } : {}),
      };
    },
  };
  return writer;
}
