import { isBuiltin } from 'node:module';
import type { Command } from 'commander';
import { invalidValue, pathName } from '../optionValues.js';
import { createCommand } from './createCommand.js';

const longestName = 214;

/** Names that Windows reserves for devices. */
const deviceNames = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/** Options of `vardrop new-backend`. */
export interface NewBackendOptions {
  /** Name of the package and of the backend: lower case, such as `my-backend`. */
  readonly name: string;
  /** Where the package's folder goes. */
  readonly directory: string;
  readonly verbose: boolean;
}

/** The options of `vardrop new-backend`; `take` gets them. */
export function newBackendCommand(take: (options: NewBackendOptions) => void): Command {
  const { command, option, add, addVerbose } = createCommand(
    'new-backend',
    'Create a package with a backend that works and keeps every law, as a start for your own.',
  );
  command.argument('<name>', 'name of the package, such as my-backend', (text: string) => {
    const refuse = (needs: string) =>
      invalidValue(
        'VARDROP_INVALID_OPTION',
        option('name'),
        text,
        needs,
        'Write for instance vardrop new-backend my-backend',
      );
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text)) throw refuse('lower-case words joined by hyphens');
    if (text.length > longestName) throw refuse(`at most ${longestName} characters, as npm requires`);
    if (isBuiltin(text)) throw refuse('a name that is not a module of Node');
    if (deviceNames.test(text)) throw refuse('a name that a folder can have on Windows too');
    return text;
  });
  add(
    '--directory <directory>',
    'where to make the folder of the package',
    pathName(option('--directory'), 'a directory'),
    '.',
  );
  addVerbose();
  return command.action((name: string, values: { readonly directory: string; readonly verbose?: boolean }) =>
    take({ verbose: false, ...values, name }),
  );
}
