import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ParsedArguments } from './arguments.js';
import { isForeign, isModulePath } from './backends/backendTarget.js';
import { idxPaths } from './data/idx.js';
import type { CommandFile, CommandFiles } from './files/checkFiles.js';
import { isLayerFile } from './layers/layerPlan.js';
import { isResultsName } from './reproduce/resultsFile.js';
import { defaultTrialsFile } from './trainOptions.js';

/** The default report of `vardrop reproduce`. */
export const reproductionReport = 'report.html';

type Parsed = Exclude<ParsedArguments, { readonly kind: 'print' }>;

/** The backends that a command was given. */
function backendsOf(parsed: Parsed): readonly string[] {
  switch (parsed.kind) {
    case 'train':
    case 'predict':
    case 'evaluate':
    case 'calibrate':
    case 'reproduce':
      return [parsed.options.backend];
    case 'bench':
      return parsed.options.backends ?? [];
    case 'conformance':
      return parsed.options.targets;
    case 'export':
    case 'new-backend':
      return [];
  }
}

/** Whether a command runs a backend of the user's own. */
export function runsForeignCode(parsed: Parsed): boolean {
  return backendsOf(parsed).some(isForeign);
}

/** Every file that a command reads or writes; `checkFiles` checks them for conflicts. */
export async function commandFiles(parsed: Parsed): Promise<Omit<CommandFiles, 'streams'>> {
  const named = await namedFiles(parsed);
  const modules = backendsOf(parsed).filter((target) => isForeign(target) && isModulePath(target));
  const option = parsed.kind === 'conformance' ? 'module' : parsed.kind === 'bench' ? '--backends' : '--backend';
  return { ...named, files: [...modules.flatMap((path) => reads(option, path)), ...named.files] };
}

/** The files that options for files name. */
async function namedFiles(parsed: Parsed): Promise<Omit<CommandFiles, 'streams'>> {
  switch (parsed.kind) {
    case 'train': {
      const { data, layers, resume, report, json, checkpoint, network, log, trials, trialsFile } = parsed.options;
      return {
        files: [
          ...(await dataFiles(data)),
          ...(isLayerFile(layers) ? reads('--layers', layers) : []),
          // A checkpoint may be continued in the same file.
          ...reads('--resume', resume).map((file) => ({ ...file, replacedBy: '--checkpoint' })),
          ...writes('--report', report),
          ...writes('--json', json),
          ...writes('--checkpoint', checkpoint),
          ...writes('--network', network),
          // Results that are there are those of an earlier run, and are read.
          ...(trials === undefined
            ? []
            : writes('--trials-file', trialsFile ?? defaultTrialsFile).map(
                (file) => ({ ...file, grows: 'any' }) as const,
              )),
          // A training that is continued adds to its log.
          ...writes('--log', log).map((file) => ({ ...file, grows: resume === undefined ? 'empty' : 'any' }) as const),
        ],
      };
    }
    case 'calibrate':
    case 'predict': {
      const { network, data, output } = parsed.options;
      return { files: [...reads('network', network), ...(await dataFiles(data)), ...writes('--output', output)] };
    }
    case 'evaluate': {
      const { network, data, json } = parsed.options;
      return { files: [...reads('network', network), ...(await dataFiles(data)), ...writes('--json', json)] };
    }
    case 'reproduce': {
      const { data, foreign, output, report, json } = parsed.options;
      return {
        files: [
          ...(await dataFiles(data)),
          ...(await dataFiles(foreign)),
          ...(report === undefined ? writes('--output', join(output, reproductionReport)) : writes('--report', report)),
          ...writes('--json', json),
        ],
        // Results of all experiments, since earlier runs may have kept others there.
        directory: { option: '--output', path: output, owns: isResultsName },
      };
    }
    case 'bench':
      return { files: [...reads('--against', parsed.options.against), ...writes('--json', parsed.options.json)] };
    case 'conformance':
      return { files: writes('--json', parsed.options.json) };
    case 'export': {
      const { checkpoint, output } = parsed.options;
      return { files: [...reads('--checkpoint', checkpoint), ...writes('--output', output)] };
    }
    case 'new-backend':
      // It writes into a folder that is new or empty.
      return { files: [] };
  }
}

/** The table, or the IDX files of a folder. Images are too many. */
async function dataFiles(path: string | undefined): Promise<CommandFile[]> {
  if (path === undefined) return [];
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return reads('--data', path);
  return (await idxPaths(path)).flatMap((each) => reads('--data', each));
}

function reads(option: string, path: string | undefined): CommandFile[] {
  return path === undefined ? [] : [{ option, path, use: 'read' }];
}

function writes(option: string, path: string | undefined): CommandFile[] {
  return path === undefined ? [] : [{ option, path, use: 'write' }];
}
