import type { Command } from 'commander';
import { invalidValue, pathName } from '../optionValues.js';
import { createCommand } from './createCommand.js';

/** What `vardrop new-backend` is asked for. */
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
    'Start a backend of your own: a package that works and passes every law, to be made fast.',
  );
  command.argument('<name>', 'name of the package, such as my-backend', (text: string) => {
    if (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text)) return text;
    throw invalidValue(
      'VARDROP_INVALID_OPTION',
      option('name'),
      text,
      'lower-case words joined by hyphens',
      'Write for instance vardrop new-backend my-backend',
    );
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
