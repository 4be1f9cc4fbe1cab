import { VardropError } from '@vardrop/core';
import type { IKernelRunShortcut } from 'gpu.js';
import { kernelBehind } from './internals.js';
import type { GpujsMode } from './mode.js';

/** Throws `VARDROP_DEGRADED` if gpu.js has silently run another mode than the one asked for. */
export function checkMode({ mode }: { readonly mode: GpujsMode }, who: string, shortcut: IKernelRunShortcut): void {
  const kernel = kernelBehind(shortcut);
  const ran = modeNamed(kernel.constructor.mode) ?? mode;
  if (ran === mode) return;
  throw degraded(mode, who, ran, kernel.fallbackReason);
}

/** The error for a program that did not run as it was asked to. */
export function degraded(mode: string, who: string, ran: string, reason?: string | null): VardropError {
  return new VardropError(
    'VARDROP_DEGRADED',
    `${who}: got a kernel that gpu.js runs as ${ran}${reason ? ` (${reason})` : ''}, needs ${mode}. Create the backend with another mode.`,
  );
}

/** gpu.js's own name for `webgl2` is `gpu`. */
export const modeNamed = <Name extends string | null | undefined>(name: Name): Name | 'webgl2' =>
  name === 'gpu' ? 'webgl2' : name;
