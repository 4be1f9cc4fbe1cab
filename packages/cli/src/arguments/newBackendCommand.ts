import { Command } from 'commander';
import { invalidValue, optionOf, pathName } from '../optionValues.js';
import { adder } from './adder.js';

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
  const command = new Command('new-backend')
    .description('Start a backend of your own: a package that works and passes every law, to be made fast.')
    .helpOption('-h, --help', 'print this help')
    .argument('<name>', 'name of the package, such as my-backend', (text: string) => {
      if (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text)) return text;
      throw invalidValue(
        'VARDROP_INVALID_OPTION',
        optionOf('new-backend', 'name'),
        text,
        'lower-case words joined by hyphens',
        'Write for instance vardrop new-backend my-backend',
      );
    })
    .allowExcessArguments(false);
  adder(command)(
    '--directory <directory>',
    'where to make the folder of the package',
    pathName(optionOf('new-backend', '--directory'), 'a directory'),
    '.',
  );
  adder(command)('--verbose', 'print the stack of errors');
  return command.action((name: string, values: { readonly directory: string; readonly verbose?: boolean }) =>
    take({ verbose: false, ...values, name }),
  );
}
