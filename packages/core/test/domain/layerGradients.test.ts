import { convolutionCases } from './gradientCases.js';
import { oneDivergence, testGradients } from './testGradients.js';

// Tables and attention: gradients.slow.test.ts, and in test/layers the embedding as a dense layer, and a transformer block.
for (const given of convolutionCases) testGradients(given, oneDivergence);
