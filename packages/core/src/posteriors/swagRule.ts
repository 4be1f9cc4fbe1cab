import { allParameters } from '../allParameters.js';
import { elementCount } from '../program/shapes.js';
import { checkSetting } from './checkSetting.js';
import type { PosteriorRule } from './rule.js';

/**
 * `θ + √½ σ ∘ z₁ + D z₂ / √(2 (K − 1))` (Maddox et al. 2019, eq. 1): θ are the network's own parameters, averages of the snapshots,
 * `<name>/deviation` is σ, and `<name>/columns` `[K, …shape]` are the last K snapshots' deviations from the averages, which
 * share z₂.
 */
export const swagRule: PosteriorRule = {
  tensors(model, settings) {
    const rank = checkSetting('swag', settings, 'rank', 2);
    return allParameters(model).flatMap(({ name, shape }) => [
      { name: `${name}/deviation`, shape },
      { name: `${name}/columns`, shape: [rank, ...shape] },
    ]);
  },
  draw(b, { settings, values, tensors, normal }) {
    const rank = settings.rank as number;
    const common = b.mul(normal('common', [1, rank]), 1 / Math.sqrt(2 * (rank - 1)));
    const names = Object.keys(values).filter((name) => `${name}/deviation` in tensors);
    return Object.fromEntries(
      names.map((name) => {
        const { shape } = values[name];
        const own = b.mul(Math.SQRT1_2, b.mul(tensors[`${name}/deviation`], normal(name, shape)));
        const columns = b.reshape(tensors[`${name}/columns`], [rank, elementCount(shape as readonly number[])]);
        const shared = b.reshape(b.matmul(common, columns), shape);
        return [name, b.add(values[name], b.add(own, shared))];
      }),
    );
  },
  centred: true,
};
