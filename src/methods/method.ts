import type {z} from 'zod';
import type {Kernel} from './kernel.ts';

/** Whose definition is computed: the released code's (flaws included), the paper's text, or sound practice. */
export const PROFILES = ['official', 'paper', 'sound'] as const;
export type Profile = (typeof PROFILES)[number];

export interface Method<Params = Record<string, unknown>> {
  readonly id: string;
  readonly label: string;
  /** Where it is defined. */
  readonly cite: string;
  /** Which model a table row of this method is about. Only `unlearnedModel` has an `unlearn`. */
  readonly yields: 'originalModel' | 'retrainedModel' | 'unlearnedModel';
  /** Parameters with their defaults (profile `sound` where profiles differ). */
  readonly params: z.ZodType<Params>;
  /** Parameters that a profile sets; what the user gives goes over them. Absent: the method is the same in every profile. */
  readonly profiles?: Readonly<Record<Profile, Partial<Params>>>;
  unlearn?(kernel: Kernel, context: {readonly params: Params; readonly seed: number}): Promise<void>;
}

export function defineMethod<Params>(method: Method<Params>): Method<Params> {
  return method;
}
