// Lists functions of the packages that are longer than 80 lines, from their first to their last, and fails for those without
// a reason below. Only two reasons count: a flat table, and a function that makes an object whose methods share state.
// `npm run functions` runs it.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Node, Project } from 'ts-morph';

const longest = 80;
const table = 'a flat table';
const state = 'makes an object whose methods share state';

/** Functions that may be longer, by file in `packages` and name. */
const allowed = {
  'cli/src/arguments/trainCommand.ts trainCommand': table,
  'conformance/src/arbitraries/movementCases.ts movementCases': table,
  'core/src/program/builder.ts createBuilder': table,
  'core/src/program/derivatives.ts derivative': table,
  'core/src/program/infer.ts inferShape': table,
  'core/src/reference/evaluateNode.ts evaluateNode': table,
  'core/src/training/trainer.ts createTrainer': state,
  'experiments/src/speed/chunkedTrainer.ts createChunkedTrainer': state,
};

const packages = fileURLToPath(new URL('../packages', import.meta.url));
const project = new Project({ skipAddingFilesFromTsConfig: true, skipFileDependencyResolution: true });
project.addSourceFilesAtPaths(`${packages}/*/src/**/*.ts`);

const nameOf = (node) => node.getName?.() ?? node.getParent().getName?.() ?? 'unnamed';
const long = project.getSourceFiles().flatMap((file) =>
  file
    .getDescendants()
    .filter((node) => Node.isFunctionLikeDeclaration(node) || Node.isFunctionExpression(node))
    .map((node) => ({
      name: `${relative(packages, file.getFilePath())} ${nameOf(node)}`,
      lines: node.getEndLineNumber() - node.getStartLineNumber() + 1,
    }))
    .filter(({ lines }) => lines > longest),
);
const names = new Set(long.map(({ name }) => name));
const faults = [
  ...long
    .filter(({ name }) => !Object.hasOwn(allowed, name))
    .map(({ name, lines }) => `${name}: got ${lines} lines, needs at most ${longest}. Split it.`),
  ...Object.keys(allowed)
    .filter((name) => !names.has(name))
    .map((name) => `${name}: got a reason in scripts/longFunctions.js, needs none any more. Remove it.`),
];
for (const { name, lines } of long) {
  if (Object.hasOwn(allowed, name)) console.log(`${name}: ${lines} lines, ${allowed[name]}`);
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
