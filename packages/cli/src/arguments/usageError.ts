import { VardropError } from '@vardrop/core';
import type { Command, CommanderError } from 'commander';

/** The options of a command, or of the program before a command: `one of --backend, --noise, …`. */
function optionsOf(all: readonly Command[], name: string): string {
  const options = all.find((command) => command.name() === name)?.options.map(({ long, flags }) => long ?? flags);
  return `one of ${(options ?? ['--version', '--help']).join(', ')}`;
}

/** Turns an error of commander (`error: unknown option '--epoch'\n(Did you mean --epochs?)`) into a coded error. */
export function usageError(error: CommanderError, words: readonly string[], all: readonly Command[]): VardropError {
  const commands = all.map((command) => command.name());
  const [headline, ...suggestions] = error.message.replace(/^error: /, '').split('\n');
  const who = commands.includes(words[0]) ? `vardrop ${words[0]}` : 'vardrop';
  const known = `one of ${commands.join(', ')}`;
  const suggestion = suggestions.map((line) => line.replace(/^\((.*)\)$/, '$1')).join(' ');
  const remedy = `${suggestion === '' ? '' : `${suggestion} `}See ${who} --help.`;
  const quoted = /'([^']*)'/.exec(headline)?.[1] ?? '';
  const fail = (code: string, what: string, got: string, needs: string): VardropError =>
    new VardropError(code, `[${who}] ${what}: got ${got}, needs ${needs}. ${remedy}`);
  switch (error.code) {
    case 'commander.unknownOption':
      return fail('VARDROP_UNKNOWN_OPTION', quoted, 'an unknown option', optionsOf(all, words[0]));
    case 'commander.unknownCommand':
      return fail('VARDROP_UNKNOWN_COMMAND', 'command', `"${quoted}"`, known);
    // `vardrop help nonsense` prints the general help and asks for a failing exit code.
    case 'commander.help':
      return fail('VARDROP_UNKNOWN_COMMAND', 'help', `"${words.slice(1).join(' ')}"`, known);
    case 'commander.optionMissingArgument':
      return fail('VARDROP_MISSING_VALUE', quoted, 'no value', 'one');
    case 'commander.missingArgument':
      return fail('VARDROP_MISSING_VALUE', quoted, 'no value', 'one');
    case 'commander.excessArguments': {
      const argument = all.find((command) => command.name() === words[0])?.registeredArguments[0]?.name();
      const needs = `${argument === undefined ? '' : `one ${argument}, and beside it `}options and their values only`;
      return fail('VARDROP_EXCESS_ARGUMENT', 'arguments', `"${words.slice(1).join(' ')}"`, needs);
    }
    default:
      return fail('VARDROP_USAGE', 'command line', headline, 'valid usage');
  }
}
