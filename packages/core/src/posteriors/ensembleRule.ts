import { allTensors } from '../allParameters.js';
import { elementCount } from '../program/shapes.js';
import { checkSetting } from './checkSetting.js';
import type { PosteriorRule } from './rule.js';

/**
 * Sample k has the tensors of member k mod M. Tensor `<name>` `[M − 1, …shape]` holds those of all members but the first, whose are
 * the network's own.
 */
export const ensembleRule: PosteriorRule = {
  tensors(model, settings) {
    const members = checkSetting('ensemble', settings, 'members', 2);
    return allTensors(model).map(({ name, shape }) => ({ name, shape: [members - 1, ...shape] }));
  },
  draw(b, { settings, values, tensors, number }) {
    const members = settings.members as number;
    // The nearest whole number below the quotient could be one too small, where the backend's division rounds down.
    const round = b.floor(b.div(b.add(number, 0.5), members));
    const member = b.reshape(b.sub(number, b.mul(round, members)), [1]);
    return Object.fromEntries(
      Object.entries(tensors).map(([name, others]) => {
        const { shape } = values[name];
        const row = elementCount(shape as readonly number[]);
        const table = b.concatenate([b.reshape(values[name], [1, row]), b.reshape(others, [members - 1, row])], 0);
        return [name, b.reshape(b.gather(table, member), shape)];
      }),
    );
  },
  period: ({ members }) => members as number,
  centred: false,
};
