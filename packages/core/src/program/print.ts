import { checkBoolean } from '../checkBoolean.js';
import { checkOptionNames } from '../checkOptionNames.js';
import type { NodeId, NodeOf, Program, ProgramNode } from './program.js';
import { formatShape } from './shapes.js';

/** What a printout shows. */
export interface PrintOptions {
  /** Whether to show labels as comments at the ends of lines; true by default. */
  readonly labels?: boolean;
  /** Whether to show single numbers on lines of their own (true) or in the places where they are used (default). */
  readonly constants?: boolean;
}

/** Longest line whose comment is aligned with the others. */
const widest = 64;

/** How many values of a constant are shown. */
const shownValues = 4;

/**
 * A program as text, for readers. Each node is one line. Inputs (with roles) and keys come first, outputs last. Equal
 * programs print equally. Node numbers are the ones that error messages use.
 *
 * ```text
 * program dense
 *
 * inputs
 *   %0  [batch, 784]  x      iteration
 *   %1  [784, 500]    theta  carried
 *
 * nodes
 *   %2  [batch, 500] = matmul %0 %1   // dense1/gamma
 *   %4  [batch, 500] = max %2 0       // dense1
 * ```
 */
export function print(program: Program, options: PrintOptions = {}): string {
  checkOptionNames('print', options, { labels: true, constants: true });
  const { labels = true, constants = false } = options;
  checkBoolean('[print] labels', labels);
  checkBoolean('[print] constants', constants);
  const ids = program.nodes.map((_, id) => id);
  const inputs = ids.filter((id) => program.nodes[id].op === 'input');
  const noise = ids.filter((id) => program.nodes[id].op === 'noise');
  const inlined = (id: NodeId) => {
    const node = program.nodes[id];
    return !constants && node.op === 'constant' && typeof node.value === 'number' && node.shape.length === 0;
  };
  const computed = ids.filter((id) => program.nodes[id].op !== 'input' && !inlined(id));
  const name = (id: NodeId) => {
    const node = program.nodes[id];
    return inlined(id) && node.op === 'constant' ? values(node.value) : `%${id}`;
  };

  const sections: string[][] = [[`program ${program.name}`]];
  if (inputs.length > 0) {
    const rows = inputs.map((id) => {
      const node = program.nodes[id] as NodeOf<'input'>;
      return [`%${id}`, formatShape(node.shape), node.name, node.role];
    });
    sections.push(['inputs', ...table(rows)]);
  }
  if (noise.length > 0) {
    const rows = noise.map((id) => [(program.nodes[id] as NodeOf<'noise'>).key, `read by %${id}`]);
    sections.push(['keys', ...table(rows)]);
  }
  if (computed.length > 0) {
    const rows = computed.map((id) => [`%${id}`, formatShape(program.nodes[id].shape)]);
    const lines = table(rows, ' ').map((line, row) => `${line} = ${describe(program.nodes[computed[row]], name)}`);
    const comments = computed.map((id) => (labels ? program.nodes[id].label : undefined));
    sections.push(['nodes', ...withComments(lines, comments)]);
  }
  const rows = Object.entries(program.outputs).map(([output, id]) => [output, `= ${name(id)}`]);
  sections.push(['outputs', ...table(rows)]);
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** The text to the right of the equals sign. */
function describe(node: ProgramNode, name: (id: NodeId) => string): string {
  const operands = node.operands.map(name);
  switch (node.op) {
    case 'constant':
      return `constant ${values(node.value)}`;
    case 'noise':
      return `noise ${node.distribution} of ${node.key}`;
    case 'special':
      return `${node.function} ${operands[0]}`;
    case 'selectGreater':
      return `selectGreater ${operands[0]} > ${operands[1]} ? ${operands[2]} : ${operands[3]}`;
    case 'reduceSum':
    case 'reduceMax':
      return `${node.op} ${operands[0]} over [${node.axes.join(', ')}]${node.keepAxes ? ' kept' : ''}`;
    case 'matmul':
      return `matmul ${operands[0]}${node.transposeA ? 'ᵀ' : ''} ${operands[1]}${node.transposeB ? 'ᵀ' : ''}`;
    case 'concatenate':
      return `concatenate ${operands.join(' ')} along ${node.axis}`;
    case 'slice':
      return `slice ${operands[0]} from [${node.starts.join(', ')}] in steps of [${node.steps.join(', ')}]`;
    case 'pad': {
      const between = node.interior.some((n) => n > 0) ? `, [${node.interior.join(', ')}] between` : '';
      return `pad ${operands[0]} with ${number(node.value)}, [${node.before.join(', ')}] before, [${node.after.join(', ')}] after${between}`;
    }
    case 'transpose':
      return `transpose ${operands[0]} to [${node.permutation.join(', ')}]`;
    case 'withDerivative': {
      if (operands.length === 1) return `stopGradient ${operands[0]}`;
      const pairs: string[] = [];
      for (let i = 1; i + 1 < operands.length; i += 2) pairs.push(`d/d${operands[i]} = ${operands[i + 1]}`);
      return `withDerivative ${operands[0]} (${pairs.join(', ')})`;
    }
    default: {
      const size = 'size' in node ? [`size [${node.size.join(', ')}]`] : [];
      const window =
        'strides' in node ? [`strides [${node.strides.join(', ')}]`, `padding [${node.padding.join(', ')}]`] : [];
      // Attributes with their default values are not printed.
      const dilations =
        'dilations' in node && node.dilations.some((n) => n > 1) ? [`dilations [${node.dilations.join(', ')}]`] : [];
      const groups = 'groups' in node && node.groups > 1 ? [`in ${node.groups} groups`] : [];
      return [node.op, ...operands, ...size, ...window, ...dilations, ...groups].join(' ');
    }
  }
}

function values(value: number | readonly number[]): string {
  if (typeof value === 'number') return number(value);
  const shown = value.slice(0, shownValues).map(number).join(', ');
  return `[${shown}${value.length > shownValues ? ', …' : ''}]`;
}

/** The shortest decimal that stands for a number; `-0` and infinities are symbols. */
function number(value: number): string {
  if (Object.is(value, -0)) return '-0';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '∞' : value < 0 ? '-∞' : 'NaN';
}

/** Rows as indented lines with their columns aligned. */
function table(rows: readonly (readonly string[])[], gap = '  '): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, length(cell));
    });
  }
  return rows.map((row) => {
    const cells = row.map((cell, column) => pad(cell, widths[column]));
    return `  ${cells.join(gap)}`.replace(/ +$/, gap === ' ' ? '$&' : '');
  });
}

/** Lines with comments, aligned unless a line is very long. */
function withComments(lines: readonly string[], comments: readonly (string | undefined)[]): string[] {
  const column = lines.reduce((most, line) => Math.min(Math.max(most, length(line)), widest), 0);
  return lines.map((line, i) => (comments[i] === undefined ? line : `${pad(line, column)}   // ${comments[i]}`));
}

const length = (text: string) => [...text].length;
const pad = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - length(text)));
