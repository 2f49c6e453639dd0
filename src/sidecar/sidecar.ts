import type {Arrays, Failure, Hello, Input, OperationName, Output, SidecarEvent} from '../protocol/index.ts';

/** A process that computes, whichever transport it is reached by. One call at a time: a second one waits its turn. */
export interface Sidecar {
  readonly transport: string;
  readonly info: Hello;
  /** Rejects with an ImuError; after the process ended every call rejects at once with SIDECAR_EXITED. */
  call<O extends OperationName>(operation: O, input: Input<O>, options?: CallOptions): Promise<Reply<O>>;
  /** Resolves when the process has ended, with why; null when `close` asked for it. */
  readonly ended: Promise<Failure | null>;
  /** Ends the process: politely, then by force. Never rejects. */
  close(): Promise<void>;
}

export interface CallOptions {
  readonly arrays?: Arrays;
  /** Abort cancels the running call: at its next progress point, else by interrupting it, else by ending the process. */
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole call, from when its turn begins; null, the default, means no limit. */
  readonly deadlineMs?: number | null;
  /** Milliseconds without an event or an answer before the call counts as hung; null, the default, means no limit. */
  readonly silenceMs?: number | null;
  readonly onEvent?: (event: SidecarEvent) => void;
}

export interface Reply<O extends OperationName> {
  readonly output: Output<O>;
  readonly arrays: Arrays;
}

export type Transport = 'pythonia' | 'ws' | 'fake';

export interface SidecarOptions {
  readonly transport: Transport;
  /** Python interpreter; unused by `fake`. */
  readonly interpreter: string;
  /** 'cpu', 'cuda', 'cuda:0', 'mps'. */
  readonly device: string;
  /** Threads of the numerical libraries. Part of a task's key: results may differ in the last digit between counts. */
  readonly numThreads: number;
  /** All that the process prints goes here; appended. */
  readonly logPath: string;
  /** Milliseconds from launch to hello. */
  readonly startupDeadlineMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export type OpenSidecar = (options: SidecarOptions) => Promise<Sidecar>;
