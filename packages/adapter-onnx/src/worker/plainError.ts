import { VardropError } from '@vardrop/core';
import type { PlainError } from './protocol.js';

/** An error as plain data: code and message can be sent between threads, classes cannot. */
export function toPlainError(error: unknown): PlainError {
  return {
    code: error instanceof VardropError ? error.code : 'VARDROP_BACKEND',
    message: error instanceof Error ? error.message : String(error),
    stack: error instanceof Error ? error.stack : undefined,
  };
}

/** The error that was thrown in the worker; its cause has the stack there. */
export function fromPlainError({ code, message, stack }: PlainError): VardropError {
  return new VardropError(code, message, { cause: stack });
}
