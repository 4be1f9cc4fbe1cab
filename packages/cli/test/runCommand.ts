import { calibrateNetwork } from '../src/commands/calibrate.js';
import { evaluateRows } from '../src/commands/evaluate.js';
import { exportNetwork } from '../src/commands/export.js';
import { predictRows } from '../src/commands/predict.js';
import { train } from '../src/commands/train.js';
import { main } from '../src/main.js';

/** What a command line has printed, and its exit code. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Runs a command line in this process. `onNote` is given all that goes to the standard error, and may interrupt as Ctrl-C does. */
export async function runCommand(
  line: string,
  onNote: (text: string, interrupt: () => void) => void = () => {},
): Promise<Ran> {
  const result = { stdout: '', stderr: '', code: -1 };
  let interrupt: () => void = () => {};
  const unwanted = async () => {
    throw new Error('not this command');
  };
  result.code = await main(line.split(' '), {
    loadTrain: async () => train,
    loadPredict: async () => predictRows,
    loadEvaluate: async () => evaluateRows,
    loadCalibrate: async () => calibrateNetwork,
    loadExport: async () => exportNetwork,
    loadReproduce: unwanted,
    loadBench: unwanted,
    loadConformance: unwanted,
    loadNewBackend: unwanted,
    stdout: { write: (text) => (result.stdout += text) },
    stderr: {
      write: (text) => {
        result.stderr += text;
        onNote(text, interrupt);
      },
    },
    variables: {},
    onInterrupt: (handler) => {
      interrupt = () => handler(130);
      return () => {};
    },
    exit: () => {},
  });
  return result;
}
