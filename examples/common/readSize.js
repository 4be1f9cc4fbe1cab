import { parseArgs } from 'node:util';
import { VardropError } from '@vardrop/core';

/**
 * The settings that the command line asks for: `--size quick` (the default, seconds) or `--size full` (minutes). Throws
 * `VARDROP_OPTION` for other arguments and sizes.
 *
 * @template Settings
 * @param {{ readonly quick: Settings, readonly full: Settings }} sizes
 * @returns {Settings}
 */
export function readSize(sizes) {
  const names = Object.keys(sizes);
  const refuse = (got) => {
    throw new VardropError(
      'VARDROP_OPTION',
      `[example] arguments: got ${got}, needs --size ${names.join(' or --size ')}.`,
    );
  };
  const { values, tokens } = parseArgs({ options: { size: { type: 'string' } }, strict: false, tokens: true });
  const other = tokens.find((token) => token.kind !== 'option' || token.name !== 'size');
  if (other !== undefined) refuse(`'${other.rawName ?? other.value ?? '--'}'`);
  const { size = 'quick' } = values;
  return names.includes(size) ? sizes[size] : refuse(`--size ${size}`);
}
