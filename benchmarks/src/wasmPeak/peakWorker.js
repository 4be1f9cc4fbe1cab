import { parentPort } from 'node:worker_threads';
import { measurePeak, startPeak } from './peakModule.js';

const peak = startPeak();
parentPort?.on('message', (name) => parentPort?.postMessage(measurePeak(peak, name)));
