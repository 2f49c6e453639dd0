import {z} from 'zod';
import {Failure, Hello, ImuError, PROTOCOL_VERSION, SCHEMA_HASH} from '../protocol/index.ts';
import {Calls} from './calls.ts';
import {openFake} from './fake/openFake.ts';
import {CONTRACT_FILE} from './launch.ts';
import type {Ending, Link, OpenLink} from './link.ts';
import {type LogTail, openLogTail} from './log.ts';
import {openPythonia} from './pythonia.ts';
import type {OpenSidecar, Sidecar, SidecarOptions, Transport} from './sidecar.ts';
import {openWs} from './ws.ts';

const LINKS: Readonly<Record<Transport, OpenLink>> = {
  pythonia: openPythonia,
  ws: openWs,
  fake: openFake,
};

const STARTUP_DEADLINE_MS = 60_000;
/** A process that was asked to leave gets this long. */
const KILL_AFTER_MS = 2000;
/** Lines of the log that go with the news that a sidecar ended. */
const NUM_LOG_LINES = 20;

/** Starts a sidecar and compares contracts. Rejects with an ImuError, and leaves no process behind. */
export const openSidecar: OpenSidecar = async (options) => {
  const log = openLogTail(options.logPath);
  const startedAt = Date.now();
  const deadlineMs = options.startupDeadlineMs ?? STARTUP_DEADLINE_MS;
  const link = await openLink(options, deadlineMs, log);
  const sidecar = new OpenedSidecar(link, options, log);
  try {
    await sidecar.greet(Math.max(1, deadlineMs - (Date.now() - startedAt)));
    return sidecar;
  } catch (error) {
    await sidecar.close();
    throw error;
  }
};

class OpenedSidecar implements Sidecar {
  readonly transport: Transport;
  readonly ended: Promise<Failure | null>;
  readonly call: Sidecar['call'];
  readonly #link: Link;
  readonly #calls: Calls;
  #info: Sidecar['info'] | undefined;
  #isClosing = false;

  constructor(link: Link, options: SidecarOptions, log: LogTail) {
    this.transport = options.transport;
    this.#link = link;
    const death = link.ended.then((ending) => explainEnding(ending, link.pid, options, log));
    this.ended = death.then((failure) => (this.#isClosing ? null : failure));
    this.#calls = new Calls(link, death);
    this.call = (operation, input, callOptions) => this.#calls.call(operation, input, callOptions);
  }

  get info(): Sidecar['info'] {
    if (this.#info === undefined) throw new ImuError('INTERNAL', 'The sidecar was used before it said hello.');
    return this.#info;
  }

  /** Compares versions before anything else is read: of another contract nothing else can be trusted. */
  async greet(deadlineMs: number): Promise<void> {
    const {answer} = await this.#calls.callUnparsed('hello', {}, {deadlineMs});
    if (answer.type === 'failure') throw ImuError.from(answer.failure);
    const {protocolVersion, schemaHash} = Versions.parse(answer.output);
    if (protocolVersion !== PROTOCOL_VERSION || schemaHash !== SCHEMA_HASH) throw differs(protocolVersion, schemaHash);
    this.#info = Hello.parse(answer.output);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    const timer = setTimeout(() => this.#link.kill(), KILL_AFTER_MS);
    this.#link.shutDown();
    await this.ended;
    clearTimeout(timer);
  }
}

async function openLink(options: SidecarOptions, deadlineMs: number, log: LogTail): Promise<Link> {
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    return await LINKS[options.transport](options, deadline);
  } catch (error) {
    if (deadline.aborted)
      throw new ImuError(
        'DEADLINE',
        `The ${options.transport} sidecar did not start within ${deadlineMs} ms.`,
        printed(options, log),
      );
    throw explainStart(error, options, log);
  }
}

/** A sidecar that could not start leaves its reason as the last line of its log (`STARTUP_FAILURE_MARK` in serve_ws.py). */
const STARTUP_FAILURE_MARK = 'imu-sidecar-failure: ';

function explainStart(error: unknown, options: SidecarOptions, log: LogTail): unknown {
  if (!(error instanceof ImuError) || error.failure.code !== 'SIDECAR_EXITED') return error;
  const lines = log.lastLines(NUM_LOG_LINES);
  const told = lines.findLast((line) => line.startsWith(STARTUP_FAILURE_MARK));
  if (told) return ImuError.from(Failure.parse(JSON.parse(told.slice(STARTUP_FAILURE_MARK.length))));
  return ImuError.from({...error.failure, ...printed(options, log)});
}

function explainEnding({code, signal, detail}: Ending, pid: number, options: SidecarOptions, log: LogTail): Failure {
  const how = signal ? `signal ${signal}` : code === null ? 'no exit code' : `exit code ${code}`;
  const memory = signal === 'SIGKILL' ? 'Did the system run out of memory? ' : '';
  const {hint, cause} = printed(options, log);
  return new ImuError(
    'SIDECAR_EXITED',
    `The ${options.transport} sidecar (pid ${pid}) ended: ${[how, detail].filter(Boolean).join(', ')}.`,
    {hint: `${memory}${hint}`, cause},
  ).failure;
}

/** What a process that can no longer be asked has left: its last lines, and where all of them are. */
function printed({logPath}: SidecarOptions, log: LogTail): Pick<Failure, 'hint' | 'cause'> {
  return {hint: `All it printed is in ${logPath}.`, cause: log.lastLines(NUM_LOG_LINES).join('\n') || null};
}

const Versions = z.looseObject({protocolVersion: z.unknown(), schemaHash: z.unknown()});

function differs(protocolVersion: unknown, schemaHash: unknown): ImuError {
  return new ImuError(
    'PROTOCOL_MISMATCH',
    `The sidecar speaks protocol ${protocolVersion}, schema ${schemaHash}; imu speaks protocol ${PROTOCOL_VERSION}, schema ${SCHEMA_HASH}.`,
    {hint: `Run \`npm run gen\`, and see that Python imports ${CONTRACT_FILE}.`},
  );
}
