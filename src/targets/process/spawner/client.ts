/** Has processes started by a spawner, and starts them here where none serves. */
import { connect, type Socket } from 'node:net';
import type { ExitPoll } from '../exit-poll.ts';
import { type Spawned, type Start, startProcess } from '../spawn.ts';
import { lineOf, lines, monotonicMs, SpawnReport } from './messages.ts';

/** Answers once the process is there or could not be started; never rejects. */
export type StartProcess = (start: Start) => Promise<Spawned>;

export interface SpawnerOptions {
  /** Path of the socket that the spawner listens at. */
  readonly socket: string;
  /** Of a process whose spawner has ended nobody tells any more. */
  readonly exits: Pick<ExitPoll, 'over'>;
  readonly closing: AbortSignal;
}

/** A spawner answers within 2 ms; this one is suspended, or the machine is. */
const ANSWER_WITHIN_MS = 2000;
/** Longer than what lies between the spawner's look at its clock and the start. */
const MARGIN_MS = 1000;
/** So long nothing is asked of a spawner that did not answer. */
const AVOID_MS = 30_000;

interface Asked {
  readonly answer: (spawned: Spawned | 'not started') => void;
  readonly ended: PromiseWithResolvers<Awaited<Spawned['ended']>>;
  pid: number | undefined;
}

interface Connection {
  readonly socket: Socket;
  readonly asked: Map<number, Asked>;
}

/** The spawner went away before it answered: whether the process was started cannot be known, so what carries its marker is to be ended. */
const UNKNOWN: Spawned = { pid: undefined, ended: Promise.resolve({ began: false, how: 'It could not start: the supervisor, which starts processes, did not answer. It is started again.', isFinal: false }), release: () => undefined };

export function createSpawner(options: SpawnerOptions): StartProcess {
  let open: Promise<Connection | undefined> | undefined;
  let avoidUntilMs = 0;
  let nextId = 0;
  const connected = (): Promise<Connection | undefined> => {
    open ??= connectTo(options, () => (open = undefined)).then((connection) => {
      if (connection === undefined) open = undefined;
      return connection;
    });
    return open;
  };
  return async (start) => {
    const connection = monotonicMs() < avoidUntilMs ? undefined : await connected();
    if (connection === undefined) return startProcess(start);
    nextId += 1;
    const answer = await ask(connection, nextId, start);
    if (answer === 'not started') return startProcess(start);
    if (answer === UNKNOWN) avoidUntilMs = monotonicMs() + AVOID_MS;
    return answer;
  };
}

function ask({ socket, asked }: Connection, id: number, start: Start): Promise<Spawned | 'not started'> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve('not started');
    // The connection's end answers all that is open.
    const timer = setTimeout(() => socket.destroy(), ANSWER_WITHIN_MS + MARGIN_MS);
    const answer: Asked['answer'] = (spawned) => {
      clearTimeout(timer);
      resolve(spawned);
    };
    asked.set(id, { answer, ended: Promise.withResolvers(), pid: undefined });
    socket.write(lineOf({ id, notAfterMs: monotonicMs() + ANSWER_WITHIN_MS, start }));
  });
}

function connectTo(options: SpawnerOptions, onGone: () => void): Promise<Connection | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path: options.socket });
    const asked: Connection['asked'] = new Map();
    const take = lines((line) => heard(asked, line, socket));
    const close = () => socket.destroy();
    options.closing.addEventListener('abort', close, { once: true });
    socket.setEncoding('utf8');
    socket.on('data', (piece: string) => {
      if (!take(piece)) socket.destroy();
    });
    socket.once('connect', () => {
      // Instances run on when the control plane ends, so the wait for their end must not keep it.
      socket.unref();
      resolve({ socket, asked });
    });
    socket.on('error', () => resolve(undefined));
    socket.once('close', () => {
      options.closing.removeEventListener('abort', close);
      onGone();
      resolve(undefined);
      for (const one of asked.values()) leftAlone(one, options);
    });
  });
}

function heard(asked: Connection['asked'], line: string, socket: Socket): void {
  const report = reportIn(line);
  const one = report === undefined ? undefined : asked.get(report.id);
  if (report === undefined) return void socket.destroy();
  if (one === undefined) return;
  if (report.kind === 'started') {
    one.pid = report.pid;
    return one.answer({ pid: report.pid, ended: one.ended.promise, release: () => undefined });
  }
  asked.delete(report.id);
  if (report.kind === 'late') one.answer('not started');
  else if (report.kind === 'failed') one.answer({ pid: undefined, ended: Promise.resolve({ began: false, how: report.why, isFinal: report.isFinal }), release: () => undefined });
  else one.ended.resolve({ began: true, how: report.how, isFinal: false });
}

function reportIn(line: string): SpawnReport | undefined {
  try {
    return SpawnReport.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** The spawner has ended: its processes go on, and their ends are found by looking. */
function leftAlone({ pid, answer, ended }: Asked, { exits }: SpawnerOptions): void {
  if (pid === undefined) return answer(UNKNOWN);
  void exits.over({ pid }).then(() => ended.resolve({ began: true, how: 'Its process has ended. Its log says more.', isFinal: false }));
}
