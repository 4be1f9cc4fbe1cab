import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The parameters of every exported function of the package in a folder, as its declarations have them; overloads one after the other. */
export function declaredParameters(folder: string): ReadonlyMap<string, string> {
  const root = fileURLToPath(new URL(`../../../${folder}`, import.meta.url));
  const found = new Map<string, string>();
  for (const file of readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.d.ts')) continue;
    const text = readFileSync(join(root, 'dist', file), 'utf8');
    for (const { 1: name, index } of text.matchAll(/^export declare (?:function|const) (\w+)/gm)) {
      found.set(name, (found.get(name) ?? '') + parametersAt(text, index));
    }
  }
  return found;
}

/** What stands between the first round brackets from `start` on. */
function parametersAt(text: string, start: number): string {
  const open = text.indexOf('(', start);
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++;
    if (text[i] === ')' && --depth === 0) return text.slice(open + 1, i);
  }
  return '';
}

/** Whether parameters are named or typed as options: by that name, a type that ends so, or an object that may be empty. */
export function takesOptions(parameters: string): boolean {
  return /\b\w*[oO]ptions\b|\w+\?: \{/.test(parameters);
}
