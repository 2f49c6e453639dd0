import {
  directPackages,
  type EnvironmentName,
  type Extra,
  extraPath,
  pinnedVersions,
  requirementsPath,
} from './environments.ts';
import type {Installed} from './installedPackages.ts';

/** Where installed packages differ from the lock, e.g. `numpy is 1.26.4, not 2.4.6`; empty where they agree. Build tags such as `+cpu` do not count. */
export function differences(
  name: EnvironmentName,
  extras: readonly Extra[],
  {packages, pythonVersion}: Pick<Installed, 'packages' | 'pythonVersion'>,
): string[] {
  const pins = pinnedVersions(Number(pythonVersion.split('.')[1]));
  const wanted = [requirementsPath(name), ...extras.map(extraPath)].flatMap(directPackages);
  const missing = wanted.filter((direct) => packages[direct] === undefined).map((direct) => `${direct} is missing`);
  const other = Object.entries(packages).flatMap(([installed, version]) => {
    const pin = pins.get(installed);
    return pin === undefined || version.split('+')[0] === pin ? [] : [`${installed} is ${version}, not ${pin}`];
  });
  return [...missing, ...other];
}
