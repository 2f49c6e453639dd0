/**
 * One text for one value: keys sorted by UTF-16 code unit, shortest round-trip numbers, −0 as 0, no spaces. What has no such text
 * (undefined, NaN, infinities, functions, class instances, cycles) is refused with its place, because two of them could hash alike.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$', []);
}

function write(value: unknown, place: string, ancestors: readonly object[]): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return writeNumber(value, place);
  if (typeof value !== 'object') throw new TypeError(`${place} is ${typeof value}, which has no canonical form`);
  if (ancestors.includes(value)) throw new TypeError(`${place} contains itself`);
  const within = [...ancestors, value];
  if (Array.isArray(value))
    return `[${Array.from(value, (item, i) => write(item, `${place}[${i}]`, within)).join(',')}]`;
  return writeObject(value, place, within);
}

function writeNumber(value: number, place: string): string {
  if (!Number.isFinite(value)) throw new TypeError(`${place} is ${value}, which has no canonical form`);
  return JSON.stringify(value);
}

function writeObject(value: object, place: string, within: readonly object[]): string {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new TypeError(
      `${place} is a ${value.constructor?.name ?? 'class instance'}; only plain data has a canonical form`,
    );
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${write(item, `${place}.${key}`, within)}`).join(',')}}`;
}
