import { type Command, Option } from 'commander';

/** @returns a function that adds one option to a command: its flags, what it is for, how its text is read, its default. */
export function adder(command: Command) {
  return (flags: string, what: string, read?: (text: string) => unknown, fallback?: unknown): void => {
    const option = new Option(flags, what);
    if (read !== undefined) option.argParser(read);
    if (fallback !== undefined) option.default(fallback, String(fallback));
    command.addOption(option);
  };
}
