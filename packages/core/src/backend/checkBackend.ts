import { checkObject } from '../checkObject.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { type Backend, contractVersion } from './contract.js';

/**
 * Checks a backend that a user passes in. Throws `VARDROP_OPTION` if it is not a backend, and `VARDROP_CONTRACT` if it
 * is written for another version of the contract than core's. `who` is the function that received it.
 */
export function checkBackend(who: string, backend: Backend): void {
  checkObject('VARDROP_OPTION', `[${who}] backend`, backend, 'compile', 'createTfjsBackend()');
  // Early backends of version 1 did not state their version.
  const { name, contractVersion: own = 1 }: { readonly name: string; readonly contractVersion?: number } = backend;
  if (own === contractVersion) return;
  const change =
    own < contractVersion
      ? ` If it is your own, change what docs/add-a-backend.md lists under "From contract ${own} to ${contractVersion}".`
      : '';
  throw new VardropError(
    'VARDROP_CONTRACT',
    `[${who}] backend ${name}: got version ${formatValue(own)} of the contract between core and backends, needs version ${contractVersion}. Install @vardrop/core and the package of the backend in the same version.${change}`,
  );
}
