import { checkOptionNames } from '../../checkOptionNames.js';
import { checkString } from '../../checkString.js';
import { defineLayer } from '../defineLayer.js';
import type { Layer } from '../layer.js';
import { sequenceShape } from '../window.js';

/** The longest wavelength is 2π times this many steps. */
const base = 10_000;

/**
 * Adds waves to the units of a sequence `[batch, steps, units]`, from which later layers can read positions and distances: at step
 * t the units 2i and 2i + 1 get sin and cos of `t / 10000^(2i/units)` (Vaswani et al. 2017, section 3.5). It learns nothing.
 * Throws `VARDROP_OPTION` for unknown options, and when built `VARDROP_SHAPE` for other inputs than sequences.
 */
export function sinusoidalPositions(options: { readonly name?: string } = {}): Layer {
  checkOptionNames('sinusoidalPositions', options, { name: true });
  if (options.name !== undefined) checkString('[sinusoidalPositions] name', options.name);
  return defineLayer({
    kind: 'sinusoidalPositions',
    name: options.name,
    recipe: { part: 'sinusoidalPositions', options },
    build(name, [inputShape]) {
      const [, steps, units] = sequenceShape(name, inputShape);
      const waves = Array.from({ length: steps * units }, (_, i) => wave(Math.floor(i / units), i % units, units));
      return {
        name,
        kind: 'sinusoidalPositions',
        inputShapes: [inputShape],
        outputShape: inputShape,
        parameters: [],
        apply: (b, [x]) => b.label(b.add(x, b.constant(waves, [steps, units])), 'output'),
        moments: (b, [{ mean, variance }]) => ({ mean: b.add(mean, b.constant(waves, [steps, units])), variance }),
      };
    },
  });
}

function wave(step: number, unit: number, units: number): number {
  const angle = step / base ** ((unit - (unit % 2)) / units);
  return unit % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
}
