import * as tf from '@tensorflow/tfjs';
import { workloadW } from '@vardrop/experiments';
import { createHandWrittenStep as create } from '../../packages/cli/dist/bench/peers/handWrittenStep.js';

/**
 * Workload W as one writes it with tfjs alone, on the active backend; `vardrop bench` times the same.
 *
 * @param {import('@vardrop/core/extend').Minibatch} minibatch
 */
export const createHandWrittenStep = (minibatch) => create(tf, workloadW, minibatch);
