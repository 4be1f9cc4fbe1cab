import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { logUniformExact } from '../../src/divergences/logUniformExact.js';
import { dense } from '../../src/layers/dense.js';
import { sequential } from '../../src/layers/model/sequential.js';
import { variationalDropout } from '../../src/noise/variationalDropout.js';
import { sgd } from '../../src/optimizers/sgd.js';
import { simplify } from '../../src/program/simplify.js';
import { trainingProgram } from '../../src/training/trainingProgram.js';

const root = new URL('../../../..', import.meta.url);

describe('the generated parts of the documentation', () => {
  it('are what the code says (npm run docs writes them)', async () => {
    const script = new URL('scripts/generatedDocs.js', root).href;
    const { generatedDocs } = (await import(script)) as { generatedDocs(): { path: string; content: string }[] };
    for (const { path, content } of generatedDocs()) {
      expect(readFileSync(new URL(path, root), 'utf8'), path).toBe(content);
    }
  });
});

describe("the printed training step of architecture.md's dense layer", () => {
  const model = sequential({
    input: [784],
    layers: [
      dense({ units: 10, noise: variationalDropout({ type: 'B', alpha: 'input' }), divergence: logUniformExact() }),
    ],
  });
  const { nodes } = simplify(trainingProgram(model, sgd()));

  it('computes nothing twice', () => {
    const seen = nodes.map(({ label: _, operands, ...rest }) => {
      const commutes = ['add', 'mul', 'max', 'min'].includes(rest.op);
      return JSON.stringify([rest, commutes ? [...operands].sort((a, b) => a - b) : operands]);
    });
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('has two contractions forward and two backward, and none for the gradient in the data', () => {
    expect(nodes.filter((node) => node.op === 'matmul')).toHaveLength(4);
  });
});
