import { recurrentCases } from './gradientCases.js';
import { oneDivergence, testGradients } from './testGradients.js';

for (const given of recurrentCases) testGradients(given, oneDivergence);
