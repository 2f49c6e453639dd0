import {z} from 'zod';
import {parse, RunEvent, stringify} from '../protocol/index.ts';
import type {JournalEntry} from '../store/index.ts';

/** Of `watch.json` and of what is said over the stream. A viewer that meets another one asks for the imu that runs the suite. */
export const STREAM_FORMAT = 1;

/** All that a viewer may ever say, once. It gets the entries after `since`, or a snapshot where these are not at hand; 0 always means a snapshot. */
export const Hello = z.strictObject({type: z.literal('hello'), since: z.int().min(0)});
export type Hello = z.infer<typeof Hello>;

const EVENT_TYPES: ReadonlySet<string> = new Set(RunEvent.options.map(({shape}) => shape.type.value));

/** Events of a type that this version does not know pass: the fold counts them and goes on. */
const Event = z
  .looseObject({type: z.string()})
  .superRefine((event, context) => {
    if (!EVENT_TYPES.has(event.type)) return;
    const {error} = RunEvent.safeParse(event);
    for (const {message, path} of error?.issues ?? []) context.addIssue({code: 'custom', message, path});
  })
  .transform((event) => event as unknown as RunEvent);

/** What a viewer hears as text, the first time perhaps nothing new. A binary message is a snapshot: the projection as `encodeProjection` writes it. */
export const Entries = z.strictObject({
  type: z.literal('entries'),
  entries: z.array(z.strictObject({seq: z.int().min(1), at: z.iso.datetime(), event: Event})),
});
export type Entries = z.infer<typeof Entries>;

export const encode = (message: Entries | Hello): string => stringify(message);

export const encodeEntries = (entries: readonly JournalEntry[]): Buffer =>
  Buffer.from(encode({type: 'entries', entries: [...entries]}));

/** Null when the bytes are none of the schema's messages. */
export function decode<T>(schema: z.ZodType<T>, bytes: Buffer): T | null {
  try {
    return schema.safeParse(parse(bytes.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
