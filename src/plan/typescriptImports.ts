import {dirname, resolve} from 'node:path';

const TYPE_ONLY =
  /\b(?:import|export)\s+type\s+(?:\{[^{}'"]*\}|\*\s+as\s+[\w$]+|(?!from\b)[\w$]+)\s+from\s*(?:'[^'\n]*'|"[^"\n]*")/g;
const RELATIVE_LITERAL = /(['"`])(\.{1,2}\/[^'"`\n]+)\1/g;
const OWN_PACKAGE = /\bfrom\s*['"]imu['"]|\bimport\s*\(?\s*['"]imu['"]/;

/**
 * Files that a TypeScript source may load: every relative path written as a literal (import, export from, import(), new URL), except those of
 * type-only imports. Deliberately too many: a path in a comment counts as well. Candidates: the caller keeps those that exist.
 */
export function importedByTypeScript(text: string, path: string, ownEntry: string): string[] {
  const values = text.replace(TYPE_ONLY, '');
  const literals = [...values.matchAll(RELATIVE_LITERAL)].map((match) => resolve(dirname(path), match[2] ?? ''));
  const sources = literals.map((literal) => literal.replace(/\.js(x?)$/, '.ts$1'));
  return [...new Set([...literals, ...sources, ...(OWN_PACKAGE.test(values) ? [ownEntry] : [])])];
}
