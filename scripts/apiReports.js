// What every package exports, with full signatures, as `api.md` beside its package.json, so that a diff shows each change of
// the surface. It is read from the built declarations, which are what users get. `npm run api` builds and writes the
// reports; `npm run lint` compares them (`--check`).
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Node, Project, ts } from 'ts-morph';

const kinds = {
  Functions: Node.isFunctionDeclaration,
  Classes: Node.isClassDeclaration,
  Values: Node.isVariableDeclaration,
  Types: (node) => Node.isInterfaceDeclaration(node) || Node.isTypeAliasDeclaration(node),
};

const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });

/** The entry points that a package.json lists, and the declarations of each. Entries without code, as of JSON, are none. */
function entryPoints(folder) {
  const { name, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, target]) => typeof target !== 'string')
    .map(([subpath, { types }]) => {
      if (types === undefined || subpath.includes('*')) {
        throw new Error(`[api] ${name}: got the entry point ${subpath}, needs one path of declarations (types)`);
      }
      return { name: `${name}${subpath.slice(1)}`, path: join(folder, types) };
    });
}

/** What stands in the file for a declaration: for a variable the statement. */
const statementOf = (node) => (Node.isVariableDeclaration(node) ? node.getVariableStatementOrThrow() : node);

/** A declaration without comments and without the words that all have. */
function textOf(node) {
  const { compilerNode } = statementOf(node);
  const text = printer.printNode(ts.EmitHint.Unspecified, compilerNode, node.getSourceFile().compilerNode);
  return text.replace(/^(?:export )?(?:declare )?/, '');
}

/** Declarations by kind and name, as Markdown. */
function listed(declarations, heading) {
  const known = declarations.filter(({ node }) => Object.values(kinds).some((isKind) => isKind(node)));
  const other = declarations.find((declaration) => !known.includes(declaration));
  if (other) throw new Error(`[api] ${other.name}: got a ${other.node.getKindName()}, needs ${Object.keys(kinds)}`);
  return Object.entries(kinds).flatMap(([kind, isKind]) => {
    const ofKind = known
      .filter(({ node }) => isKind(node))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    const texts = ofKind.map(({ name, node }) => {
      const text = textOf(node);
      return name === node.getName() ? text : `${text} // exported as ${name}`;
    });
    return texts.length > 0 ? [`${heading} ${kind}`, `\`\`\`ts\n${texts.join('\n')}\n\`\`\``] : [];
  });
}

/** The types and functions of the package at `folder` that a declaration mentions. */
function mentioned(node, folder) {
  return statementOf(node)
    .getDescendantsOfKind(ts.SyntaxKind.Identifier)
    .flatMap((identifier) => {
      const symbol = identifier.getSymbol();
      return (symbol?.getAliasedSymbol() ?? symbol)?.getDeclarations() ?? [];
    })
    .filter((declaration) => Node.isSourceFile(statementOf(declaration).getParent()))
    .filter((declaration) => declaration.getSourceFile().getFilePath().startsWith(join(folder, 'dist')))
    .filter((declaration) => Object.values(kinds).some((isKind) => isKind(declaration)));
}

/** All declarations that those given mention, and so on. */
function reachable(nodes, folder) {
  const found = new Set(nodes);
  // A set that grows is gone through to its end.
  for (const node of found) for (const next of mentioned(node, folder)) found.add(next);
  return found;
}

/** What a namespace or an entry point exports: a name, and each declaration of it. */
const exportsOf = (file) =>
  [...file.getExportedDeclarations()].flatMap(([name, nodes]) => nodes.map((node) => ({ name, node })));

/** The section of one entry point. `places` is where each declaration was listed, and learns of those listed here. */
function section(file, point, places) {
  const all = exportsOf(file);
  const namespaces = all.filter(({ node }) => Node.isSourceFile(node));
  const shared = all.filter(({ node }) => places.has(node));
  const own = all.filter((each) => !namespaces.includes(each) && !shared.includes(each));
  for (const { node } of own) places.set(node, `\`${point}\``);
  return [
    `## \`${point}\``,
    ...listed(own, '###'),
    ...(shared.length > 0 ? ['### Listed elsewhere'] : []),
    ...(shared.length > 0
      ? [
          shared
            .map(({ name, node }) => `- \`${name}\`: ${places.get(node)}`)
            .sort()
            .join('\n'),
        ]
      : []),
    ...namespaces.flatMap(({ name, node }) => {
      const inside = exportsOf(node);
      for (const { node } of inside) places.set(node, `\`${name}\` of \`${point}\``);
      return [`### Namespace \`${name}\``, ...listed(inside, '####')];
    }),
  ];
}

/** The report of the package in a folder. */
function report(project, folder) {
  const points = entryPoints(folder);
  const places = new Map();
  const sections = points.flatMap(({ name, path }) => section(project.getSourceFileOrThrow(path), name, places));
  const hidden = [...reachable(places.keys(), folder)].filter((node) => !places.has(node));
  if (hidden.length > 0) {
    const declarations = hidden.map((node) => ({ name: node.getName(), node }));
    sections.push('## Mentioned above, and not exported', ...listed(declarations, '###'));
  }
  const intro = 'Written by `npm run api` from the built declarations. A change of this page is a change for users.';
  return `${[`# What ${points[0].name} exports`, intro, ...sections].join('\n\n')}\n`;
}

/** The reports of all packages: where each lies below the root, and what it has to contain. */
function apiReports(root) {
  const folders = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
  const project = new Project({
    skipAddingFilesFromTsConfig: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      skipLibCheck: true,
      types: [],
    },
  });
  for (const { path } of folders.flatMap(entryPoints)) project.addSourceFileAtPath(path);
  return folders.map((folder) => ({ path: join(folder, 'api.md'), content: report(project, folder) }));
}

const check = process.argv.includes('--check');
const reports = apiReports(fileURLToPath(new URL('..', import.meta.url)));
const stale = reports.filter(({ path, content }) => !existsSync(path) || readFileSync(path, 'utf8') !== content);
for (const { path, content } of stale) {
  if (check) console.error(`${path}: is not what the package exports. Run npm run api, and look at the diff.`);
  else writeFileSync(path, content);
}
console.log(`${reports.length} reports of what packages export: ${stale.length} ${check ? 'out of date' : 'written'}`);
if (check && stale.length > 0) process.exitCode = 1;
