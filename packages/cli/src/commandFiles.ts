import { join } from 'node:path';
import { isModulePath } from './arguments/conformanceCommand.js';
import type { ParsedArguments } from './arguments.js';
import { idxPaths } from './data/idx.js';
import type { CommandFile, CommandFiles } from './files/checkFiles.js';
import { isResultsName } from './reproduce/resultsFile.js';

/** The default report of `vardrop reproduce`. */
export const reproductionReport = 'report.html';

/** Every file that a command reads or writes; `checkFiles` checks them for conflicts. */
export async function commandFiles(
  parsed: Exclude<ParsedArguments, { readonly kind: 'print' }>,
): Promise<Omit<CommandFiles, 'streams'>> {
  switch (parsed.kind) {
    case 'train': {
      const { data, resume, report, json, checkpoint } = parsed.options;
      return {
        files: [
          ...(await dataFiles(data)),
          // A checkpoint may be continued in the same file.
          ...reads('--resume', resume).map((file) => ({ ...file, replacedBy: '--checkpoint' })),
          ...writes('--report', report),
          ...writes('--json', json),
          ...writes('--checkpoint', checkpoint),
        ],
      };
    }
    case 'reproduce': {
      const { data, output, report, json } = parsed.options;
      return {
        files: [
          ...(await dataFiles(data)),
          ...(report === undefined ? writes('--output', join(output, reproductionReport)) : writes('--report', report)),
          ...writes('--json', json),
        ],
        // Results of all experiments, since earlier runs may have kept others there.
        directory: { option: '--output', path: output, owns: isResultsName },
      };
    }
    case 'bench':
      return { files: [...reads('--against', parsed.options.against), ...writes('--json', parsed.options.json)] };
    case 'conformance': {
      const { targets, json } = parsed.options;
      return {
        files: [...targets.filter(isModulePath).flatMap((path) => reads('module', path)), ...writes('--json', json)],
      };
    }
    case 'export': {
      const { checkpoint, output } = parsed.options;
      return { files: [...reads('--checkpoint', checkpoint), ...writes('--output', output)] };
    }
    case 'new-backend':
      // It writes into a folder that is new or empty.
      return { files: [] };
  }
}

async function dataFiles(directory: string | undefined): Promise<CommandFile[]> {
  if (directory === undefined) return [];
  return (await idxPaths(directory)).flatMap((path) => reads('--data', path));
}

function reads(option: string, path: string | undefined): CommandFile[] {
  return path === undefined ? [] : [{ option, path, use: 'read' }];
}

function writes(option: string, path: string | undefined): CommandFile[] {
  return path === undefined ? [] : [{ option, path, use: 'write' }];
}
