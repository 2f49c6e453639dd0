import {z} from 'zod';
import {BadInput, parseInput} from '../protocol/index.ts';
import {methods} from './index.ts';
import {PROFILES, type Profile} from './method.ts';

/** A method's parameters after defaults, profile and the user's own, in this order. Throws BadInput on an unknown or impossible one. */
export function paramsOf(
  row: {readonly method: string; readonly profile: Profile; readonly params: Readonly<Record<string, unknown>>},
  who: string,
): Readonly<Record<string, unknown>> {
  const method = methods[row.method];
  if (method === undefined)
    throw new BadInput({who, field: 'method', value: row.method, allowed: Object.keys(methods)});
  if (!PROFILES.includes(row.profile))
    throw new BadInput({who, field: 'profile', value: row.profile, allowed: PROFILES});
  refuseUnknown(method.params, row.params, who);
  const given = {...method.profiles?.[row.profile], ...row.params};
  return parseInput(method.params, given, `${who}.params`);
}

/** zod reports unknown keys last; a misspelt name should be the first thing said. */
function refuseUnknown(schema: z.ZodType, given: Readonly<Record<string, unknown>>, who: string): void {
  if (!(schema instanceof z.ZodObject)) return;
  const known = Object.keys(schema.shape);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new BadInput({
      who,
      field: 'params',
      value: unknown,
      problem: 'is not a parameter of this method',
      allowed: known.length > 0 ? known : 'none: this method has no parameters',
    });
}
