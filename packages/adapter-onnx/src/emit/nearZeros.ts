import type { ValueName } from '../model/graph.js';
import type { Emission } from './emission.js';

type Where = Pick<Emission, 'graph' | 'name'>;

/**
 * log x for a runtime whose Log has an absolute error, as on GPUs, so that a result near 0 has no correct digits.
 * Within a quarter of 1 it is `2 artanh(t / (2 + t))` with `t = x − 1`, which is exact there; the series ends where the
 * next term, 2 s¹¹/11 with |s| ≤ 1/7, is less than 2⁻³¹ of the first.
 */
export function logarithm(x: ValueName, { graph, name }: Where): ValueName {
  const one = graph.constant([1], []);
  const t = graph.node('Sub', [x, one], `${name}/above1`);
  const s = graph.node('Div', [t, graph.node('Add', [x, one], `${name}/plus1`)], `${name}/ratio`);
  const series = polynomial(graph.node('Mul', [s, s], `${name}/square`), [2, 2 / 3, 2 / 5, 2 / 7, 2 / 9], {
    graph,
    name,
  });
  const near = graph.node('Mul', [s, series], `${name}/near1`);
  return choose(t, 1 / 4, near, graph.node('Log', [x], `${name}/far`), { graph, name });
}

/**
 * tanh x for such a runtime: near 0 the continued fraction x/(1 + x²/(3 + x²/(5 + x²/(7 + x²/9)))) (Lambert), whose next part
 * changes less than x¹⁰ / (3·15·35·63·99) of it.
 */
export function hyperbolicTangent(x: ValueName, { graph, name }: Where): ValueName {
  const square = graph.node('Mul', [x, x], `${name}/square`);
  const above = polynomial(square, [1, 105 / 945, 1 / 945], { graph, name });
  const below = polynomial(square, [1, 420 / 945, 15 / 945], { graph, name });
  const quotient = graph.node('Div', [above, below], `${name}/fraction`);
  const near = graph.node('Mul', [x, quotient], `${name}/near0`);
  return choose(x, 0.625, near, graph.node('Tanh', [x], `${name}/far`), { graph, name });
}

/** Coefficients from the constant one on. */
function polynomial(x: ValueName, coefficients: readonly number[], { graph, name }: Where): ValueName {
  const [last, ...rest] = coefficients.map((each) => graph.constant([each], [])).reverse();
  return rest.reduce(
    (sum, each) => graph.node('Add', [graph.node('Mul', [sum, x], `${name}/product`), each], `${name}/sum`),
    last,
  );
}

/** `|x| < bound ? near : far`. */
function choose(x: ValueName, bound: number, near: ValueName, far: ValueName, { graph, name }: Where): ValueName {
  const size = graph.node('Abs', [x], `${name}/size`);
  const isNear = graph.node('Greater', [graph.constant([bound], []), size], `${name}/isNear`);
  return graph.node('Where', [isNear, near, far], name);
}
