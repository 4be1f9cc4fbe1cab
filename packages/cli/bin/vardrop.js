#!/usr/bin/env node
import { constants } from 'node:os';
import { main } from '../dist/main.js';

process.exitCode = await main(process.argv.slice(2), {
  loadTrain: async () => (await import('../dist/commands/train.js')).train,
  loadReproduce: async () => (await import('../dist/commands/reproduce.js')).reproduce,
  loadBench: async () => (await import('../dist/commands/bench.js')).bench,
  loadConformance: async () => (await import('../dist/commands/conformance.js')).conformance,
  loadPredict: async () => (await import('../dist/commands/predict.js')).predictRows,
  loadEvaluate: async () => (await import('../dist/commands/evaluate.js')).evaluateRows,
  loadCalibrate: async () => (await import('../dist/commands/calibrate.js')).calibrateNetwork,
  loadExport: async () => (await import('../dist/commands/export.js')).exportNetwork,
  loadNewBackend: async () => (await import('../dist/commands/newBackend.js')).newBackend,
  stdout: process.stdout,
  stderr: process.stderr,
  variables: process.env,
  onInterrupt: (handler) => {
    const listeners = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => [
      name,
      () => handler(128 + constants.signals[name]),
    ]);
    for (const [name, listener] of listeners) process.on(name, listener);
    return () => {
      for (const [name, listener] of listeners) process.off(name, listener);
    };
  },
  exit: (code) => process.exit(code),
});
