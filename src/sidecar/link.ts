import {z} from 'zod';
import {type Arrays, Failure} from '../protocol/index.ts';
import type {SidecarOptions} from './sidecar.ts';

/** What a transport does. All else — turns, deadlines, cancelling, parsing — is the same for every one of them (`calls.ts`). */
export interface Link {
  readonly pid: number;
  /** Carries one call, and the next only when this one has settled. Does not settle where the process ends: race it with `ended`. */
  send(call: OutgoingCall, onEvent: (event: unknown) => void): Promise<IncomingReply>;
  /** Asks the running call to stop at its next progress point, and interrupts it if it reaches none. */
  cancel(): void;
  /** Asks the process to leave. */
  shutDown(): void;
  kill(): void;
  readonly ended: Promise<Ending>;
}

/** Starts a process and reaches it; when `signal` aborts, ends it and rejects. */
export type OpenLink = (options: SidecarOptions, signal: AbortSignal) => Promise<Link>;

export interface OutgoingCall {
  readonly operation: string;
  readonly input: unknown;
  readonly arrays: Arrays;
}

export interface IncomingReply {
  readonly answer: Answer;
  readonly arrays: Arrays;
}

/** How a process ended. `detail`: what else the transport saw, for the message. */
export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  readonly detail: string | null;
}

export const Answer = z.discriminatedUnion('type', [
  z.object({type: z.literal('reply'), output: z.unknown()}),
  z.object({type: z.literal('failure'), failure: Failure}),
]);
export type Answer = z.infer<typeof Answer>;
