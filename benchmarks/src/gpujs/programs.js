import { createBuilder } from '@vardrop/core/program';
import { contractions } from '../workload.js';

/** The layer that is measured: activations `[m, k]`, weights `[k, n]`. */
export const [m, k, n] = [1000, 784, 500];

/** One matrix product. */
export function product() {
  const b = createBuilder('product');
  b.output('y', b.matmul(b.input('a', [m, k]), b.input('w', [k, n])));
  return b.build();
}

/**
 * A layer by local reparametrization: as one kernel (inference), with δ kept too (training), as separate kernels.
 *
 * @param {'inference' | 'training' | 'separate'} form
 */
export function layer(form) {
  const b = createBuilder(form);
  const a = b.input('a', [m, k]);
  const gamma = b.matmul(a, b.input('mean', [k, n]));
  const square = b.mul(a, a);
  const delta = b.matmul(square, b.input('variance', [k, n]));
  const y = b.max(b.add(b.add(gamma, b.mul(b.sqrt(b.abs(delta)), b.input('noise', [m, n]))), b.input('bias', [n])), 0);
  b.output('y', y);
  if (form !== 'inference') b.output('delta', delta);
  // Outputs have a kernel of their own each.
  if (form === 'separate') {
    b.output('square', square);
    b.output('gamma', gamma);
  }
  return b.build();
}

/** Every contraction of a step of workload W, no two of the same operands. @param {boolean} noise */
export function products(noise) {
  const b = createBuilder('contractions');
  /** @type {Map<string, import('@vardrop/core/program').Value>} */
  const inputs = new Map();
  const tensor = (/** @type {number} */ rows, /** @type {number} */ columns, /** @type {number} */ copy) => {
    const name = `${rows}x${columns} ${copy}`;
    inputs.set(name, inputs.get(name) ?? b.input(name, [rows, columns]));
    return /** @type {import('@vardrop/core/program').Value} */ (inputs.get(name));
  };
  contractions(noise).forEach((each, i) => {
    for (let copy = 0; copy < each.count; copy++) {
      b.output(`${i} ${copy}`, b.matmul(tensor(each.m, each.k, 0), tensor(each.k, each.n, 1 + 2 * i + copy)));
    }
  });
  return b.build();
}

/**
 * A program that does what `count` iterations of another do, one after the other: what one carries, the next starts from.
 * Inputs and outputs of an iteration have its number after their names.
 *
 * @param {import('@vardrop/core/program').Program} program
 * @param {number} count
 * @returns {import('@vardrop/core/program').Program}
 */
export function unrolled(program, count) {
  /** @type {import('@vardrop/core/program').ProgramNode[]} */
  const nodes = [];
  /** @type {Record<string, number>} */
  const outputs = {};
  /** @type {Map<string, number>} */
  const known = new Map();
  const carried = new Set(
    program.nodes.flatMap((node) => (node.op === 'input' && node.role === 'carried' ? [node.name] : [])),
  );
  for (let iteration = 0; iteration < count; iteration++) {
    /** @type {number[]} */
    const moved = [];
    for (const node of program.nodes) {
      if (node.op === 'input') {
        const name = node.role === 'iteration' ? `${node.name} ${iteration}` : node.name;
        if (!known.has(name)) known.set(name, nodes.push({ ...node, name }) - 1);
        moved.push(/** @type {number} */ (known.get(name)));
      } else {
        moved.push(nodes.push({ ...node, operands: node.operands.map((id) => moved[id]) }) - 1);
      }
    }
    for (const [name, id] of Object.entries(program.outputs)) {
      if (carried.has(name)) known.set(name, moved[id]);
      outputs[carried.has(name) ? name : `${name} ${iteration}`] = moved[id];
    }
  }
  return { name: `${program.name} ${count} times`, nodes, outputs };
}
