import { allTensors } from '../allParameters.js';
import { type BytesSource, bytesOf } from '../backend/bytesOf.js';
import { checkBackend } from '../backend/checkBackend.js';
import type { Backend } from '../backend/contract.js';
import type { CalibrationRule } from '../calibration/index.js';
import { checkChoice } from '../checkChoice.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { type ModelDescription, type ModelFromOptions, modelFrom } from '../description/index.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
import { headsOf } from '../likelihoods/heads.js';
import type { Likelihood, TargetKind } from '../likelihoods/likelihood.js';
import type { ParameterPosterior } from '../posteriors/index.js';
import { below, decodeSafetensors, networkFile } from '../safetensors/index.js';
import type { TensorMap } from '../tensorData.js';
import type { DataDigest } from '../training/index.js';
import { knowledgeNames, networkOf } from './createNetwork.js';
import type { Network, NetworkKnowledge } from './network.js';
import { networkFormat, networkMetadata } from './networkMetadata.js';

/** Options of `deserializeNetwork` and `loadNetwork`. */
export interface ReadNetworkOptions<Targets extends TargetKind = TargetKind> extends ModelFromOptions {
  readonly backend: Backend;
  /** The kind of the targets of the only output. The compiler then knows the type of predictions; another network is refused. */
  readonly targets?: Targets;
}

/**
 * The network of the bytes of a file, as `serializeNetwork` and `saveNetwork` write them. On the same backend its predictions are
 * those of the network that was written, bit for bit. The bytes may come from anywhere: they are checked, and nothing is
 * executed but the functions of the parts that the model names.
 *
 * Throws `VARDROP_NETWORK_FORMAT`, `…_TRUNCATED`, `…_DTYPE` and `…_OFFSETS` for damaged bytes, `…_FOREIGN` for other safetensors
 * files, `…_VERSION` for a file of a later version, `VARDROP_POSTERIOR` for a posterior that is unknown or does not fit, what `modelFrom` and `createNetwork` throw, and `VARDROP_LIKELIHOOD` for
 * targets of another kind than asked for.
 *
 * @param bytes a buffer, or any view of one; the network does not share memory with it
 */
export function deserializeNetwork<Targets extends TargetKind>(
  bytes: BytesSource,
  options: ReadNetworkOptions<Targets> & { readonly targets: Targets },
): Network<Likelihood<Targets>>;
export function deserializeNetwork(bytes: BytesSource, options: ReadNetworkOptions): Network;
export function deserializeNetwork(bytes: BytesSource, options: ReadNetworkOptions): Network {
  checkReadOptions('deserializeNetwork', options);
  const { backend, targets, parts } = options;
  const view = bytesOf(bytes);
  if (view === undefined) {
    throw new VardropError(
      'VARDROP_NETWORK_FORMAT',
      `[network] bytes: got ${formatValue(bytes)}, needs an ArrayBuffer or a view of one. Pass what serializeNetwork returned, or use loadNetwork of @vardrop/core/node for paths and blobs.`,
    );
  }
  const { tensors: all, metadata } = decodeSafetensors(networkFile, view);
  checkFormat(metadata);
  const description = readJson(metadata, networkMetadata.model);
  if (description === undefined) foreign(`metadata '${networkMetadata.model}': got nothing, needs it`);
  const model = modelFrom(description as ModelDescription, { parts });
  if (targets !== undefined) checkTargets(model, targets);
  const posterior = readPosteriorOf(metadata, all);
  const tensors = posterior ? without('posterior/', all) : all;
  const needed = new Set(allTensors(model).map(({ name }) => name));
  const other = Object.keys(tensors).find((name) => !needed.has(name));
  if (other !== undefined) foreign(`tensor '${other}': got one that the model does not have, needs only its own`);
  const knowledge = Object.fromEntries(
    Object.keys(knowledgeNames).map((name) => [
      name,
      readJson(metadata, networkMetadata[name as keyof NetworkKnowledge]),
    ]),
  ) as NetworkKnowledge;
  const calibration = readJson(metadata, networkMetadata.calibration) as readonly CalibrationRule[] | undefined;
  const trainedOn = readJson(metadata, networkMetadata.trainedOn) as DataDigest | undefined;
  return networkOf(
    model,
    { backend, parameters: tensors, posterior, calibration, trainedOn, ...knowledge },
    metadata[networkMetadata.version] ?? 'unknown',
  );
}

/** Checks options before anything is read. Throws `VARDROP_OPTION`, and what `checkBackend` throws. */
export function checkReadOptions(who: string, options: ReadNetworkOptions): void {
  checkOptionNames(who, options, { backend: true, targets: true, parts: true });
  const { backend, targets } = options;
  checkBackend(who, backend);
  if (targets === undefined) return;
  checkChoice('VARDROP_OPTION', `[${who}] targets`, targets, ['labels', 'binary', 'values', 'counts']);
}

function checkFormat(metadata: Readonly<Record<string, string>>): void {
  const format = metadata[networkMetadata.format];
  if (format === String(networkFormat)) return;
  if (format === undefined) {
    const isCheckpoint = metadata['vardrop.format'] !== undefined;
    foreign(
      `metadata '${networkMetadata.format}': got nothing, needs it`,
      isCheckpoint
        ? 'It is a checkpoint: read it with loadCheckpoint, and make a network with createNetwork(model, { parameters })'
        : undefined,
    );
  }
  if (!/^[1-9]\d*$/.test(format))
    foreign(`metadata '${networkMetadata.format}': got ${formatValue(format)}, needs a whole number`);
  throw new VardropError(
    'VARDROP_NETWORK_VERSION',
    `[network] format: got version ${formatValue(format)}, needs ${networkFormat}. Version ${formatValue(metadata[networkMetadata.version])} of @vardrop/core wrote it: install that, or a later one.`,
  );
}

/** The posterior of a file, still to be checked against the model. */
function readPosteriorOf(
  metadata: Readonly<Record<string, string>>,
  tensors: TensorMap,
): ParameterPosterior | undefined {
  const said = readJson(metadata, networkMetadata.posterior);
  if (said === undefined) return undefined;
  const { kind, settings } = (said ?? {}) as ParameterPosterior;
  if (typeof settings === 'object' && settings !== null)
    return { kind, settings, tensors: below('posterior/', tensors) };
  return foreign(`metadata '${networkMetadata.posterior}': got ${formatValue(said)}, needs kind and settings`);
}

function without(prefix: string, tensors: TensorMap): TensorMap {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.startsWith(prefix)));
}

/** A value that is JSON in the metadata; undefined where it is left out. */
function readJson(metadata: Readonly<Record<string, string>>, name: string): unknown {
  const text: string | undefined = metadata[name];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    return foreign(`metadata '${name}': got ${formatValue(text)}, needs JSON`, undefined, cause);
  }
}

function foreign(what: string, remedy = 'Choose a file that saveNetwork has written', cause?: unknown): never {
  throw new VardropError('VARDROP_NETWORK_FOREIGN', `[network] ${what}. ${remedy}.`, { cause });
}

function checkTargets(model: Model, wanted: TargetKind): void {
  const kinds = headsOf('deserializeNetwork', model).map(({ likelihood }) => likelihood.targets);
  if (kinds.length === 1 && kinds[0] === wanted) return;
  throw new VardropError(
    'VARDROP_LIKELIHOOD',
    `[network] targets: got a network with ${kinds.length === 1 ? `targets of kind '${kinds[0]}'` : `${kinds.length} outputs`}, needs one output with targets of kind '${wanted}'. Choose another file, or leave targets out.`,
  );
}
