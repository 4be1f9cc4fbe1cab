import * as app from '@vardrop/core';
import * as backend from '@vardrop/core/backend';
import * as extend from '@vardrop/core/extend';
import * as node from '@vardrop/core/node';
import * as program from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import * as reference from '@vardrop/core/reference';

const { evaluate: evaluateProgram, ...ofReference } = reference;

/** All that core exports, whatever the entry point. Programs and models are evaluated by functions of one name. */
export const core = { ...app, ...backend, ...extend, ...node, ...program, ...ofReference, evaluateProgram, random };
