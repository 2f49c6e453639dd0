import {readFileSync} from 'node:fs';
import path from 'node:path';
import {projectRoot} from '../../envs/projectRoot.ts';

/** Version of this toolkit, as package.json says. */
export function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(path.join(projectRoot(), 'package.json'), 'utf8'));
  return String(Reflect.get(Object(manifest), 'version'));
}
