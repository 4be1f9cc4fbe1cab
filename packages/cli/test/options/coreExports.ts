import * as app from '@vardrop/core';
import * as backend from '@vardrop/core/backend';
import * as extend from '@vardrop/core/extend';
import * as node from '@vardrop/core/node';
import * as program from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import * as reference from '@vardrop/core/reference';

/** All that core exports, whatever the entry point. */
export const core = { ...app, ...backend, ...extend, ...node, ...program, ...reference, random };
