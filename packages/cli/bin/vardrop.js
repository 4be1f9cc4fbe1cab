#!/usr/bin/env node
import { main } from '../dist/main.js';

process.exitCode = await main(process.argv.slice(2), {
  loadTrain: async () => (await import('../dist/commands/train.js')).train,
  stdout: process.stdout,
  stderr: process.stderr,
  variables: process.env,
  onInterrupt: (handler) => {
    process.on('SIGINT', handler);
    return () => process.off('SIGINT', handler);
  },
  exit: (code) => process.exit(code),
});
