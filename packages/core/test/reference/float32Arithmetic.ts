import type { ProgramNode, Shape } from '../../src/program/index.js';
import { type Arithmetic, createReferenceBackend, errorBound, evaluateNode } from '../../src/reference/index.js';
import { count } from './helpers.js';

/** Half a unit for every function, as where each is rounded once. */
export const ulps = Object.fromEntries(
  Object.keys(createReferenceBackend().supports.ulps).map((name) => [name, 0.5]),
) as Arithmetic['ulps'];
export const ieee: Arithmetic = { precision: 'float32', nonFinite: true, subnormals: true, ulps };
export const flushing: Arithmetic = { ...ieee, subnormals: false };

/** A float32 of either sign, its exponent drawn from a range. */
export function spread(random: () => number, least = -10, most = 10): number {
  return Math.fround((random() < 0.5 ? -1 : 1) * (1 + random()) * 2 ** Math.floor(least + random() * (most - least)));
}

export const values = (shape: Shape, draw: () => number) => Float64Array.from({ length: count(shape) }, draw);
export const flush = (x: number) => (Math.abs(x) < 2 ** -126 ? 0 : x);

/** Rounds to a half-precision significand (11 bits). */
export function toHalf(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const step = 2 ** (Math.floor(Math.log2(Math.abs(x))) - 10);
  return Math.round(x / step) * step;
}

export function shuffled(terms: readonly number[], random: () => number): number[] {
  const result = [...terms];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

/** Sum in float32, one after the other. */
export const sequential = (terms: readonly number[], round = Math.fround) =>
  terms.reduce((sum, x) => round(sum + round(x)), 0);

/** Sum in float32, by halves. */
export function pairwise(terms: readonly number[]): number {
  if (terms.length < 2) return Math.fround(terms[0] ?? 0);
  const half = terms.length >> 1;
  return Math.fround(pairwise(terms.slice(0, half)) + pairwise(terms.slice(half)));
}

export function check(node: ProgramNode, operands: Float64Array[], shapes: readonly Shape[], arithmetic = ieee) {
  const result = evaluateNode(node, operands, shapes);
  return { result, bounds: errorBound(node, operands, shapes, result, arithmetic) };
}

/**
 * The terms of each element of a sum: what it gets from each element of operand `which` alone. Every element of that
 * operand enters each sum at most once.
 */
export function termsOf(
  node: ProgramNode,
  operands: readonly Float64Array[],
  shapes: readonly Shape[],
  which: number,
): number[][] {
  const terms: number[][] = Array.from({ length: count(node.shape) }, () => []);
  operands[which].forEach((value, j) => {
    const alone = operands.map((own, i) => (i === which ? new Float64Array(own.length) : own));
    alone[which][j] = value;
    evaluateNode(node, alone, shapes).forEach((term, i) => {
      if (term !== 0) terms[i].push(term);
    });
  });
  return terms;
}
