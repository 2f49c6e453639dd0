import {ENVIRONMENTS, type EnvironmentName} from './environments.ts';
import {findComplete} from './record.ts';

export interface ListedEnvironment {
  readonly name: EnvironmentName;
  readonly title: string;
  readonly state: 'made' | 'not made';
  readonly pythonVersion: string | null;
  readonly extras: readonly string[];
  readonly folder: string | null;
}

/** Every environment there is, made or not. */
export function listEnvironments(): ListedEnvironment[] {
  return Object.entries(ENVIRONMENTS).map(([key, {title}]) => {
    const name = key as EnvironmentName;
    const found = findComplete(name);
    return {
      name,
      title,
      state: found === null ? 'not made' : 'made',
      pythonVersion: found?.record.pythonVersion ?? null,
      extras: found?.record.extras ?? [],
      folder: found?.folder ?? null,
    };
  });
}
