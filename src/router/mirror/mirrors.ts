/** The router's side of mirroring: samples requests, hands them to the thread, and counts what it has to leave out. */
import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { RouterParallelRun } from '../../contracts/router.ts';
import { ProviderUnavailable } from '../../domain/errors.ts';
import type { RevisionId } from '../../domain/ids.ts';
import type { Mirror } from '../../domain/parallel/mirror.ts';
import type { ParallelReport } from '../../domain/parallel/report.ts';
import type { RouterLog } from '../log.ts';
import type { HttpRequest } from '../../comparison/http-request.ts';
import { SAFE_METHODS, type TakeRequest, type Tap } from '../tap.ts';
import type { FromThread, ToThread } from './messages.ts';

/** Requests at the thread, of all routes: about a second's worth where instances answer in 100 ms. More are dropped, and counted. */
const UNDER_WAY_MAX = 256;
const READ_WITHIN_MS = 3000;

/** Beside this file in the source, beside the bundle in the packaged program. */
const THREAD = new URL(import.meta.url.endsWith('.ts') ? './mirror-thread.ts' : './mirror-thread.mjs', import.meta.url);

export interface MirrorOrigins {
  readonly stable: readonly string[];
  readonly candidate: readonly string[];
}

/** All mirrors of a router. The thread starts with the first one and ends with the last. */
export class Mirrors {
  private readonly log: RouterLog;
  private readonly open = new Map<string, RouteMirror>();
  private readonly questions = new Map<number, (report: ParallelReport | undefined) => void>();
  private thread: Worker | undefined;
  private question = 0;
  private underWay = 0;

  constructor(log: RouterLog) {
    this.log = log;
  }

  begin(mirror: Mirror, origins: MirrorOrigins): RouteMirror {
    const begun = new RouteMirror(this, mirror, origins);
    this.open.set(begun.epoch, begun);
    this.say(begun.opening());
    return begun;
  }

  end(mirror: RouteMirror): void {
    if (!this.open.delete(mirror.epoch)) return;
    if (this.open.size > 0) return this.say({ kind: 'close', id: mirror.epoch });
    const { thread } = this;
    this.forgetThread();
    thread?.terminate().catch(() => undefined);
  }

  /** @returns false: too many are under way. */
  send(id: string, request: HttpRequest): boolean {
    if (this.underWay >= UNDER_WAY_MAX || this.thread === undefined) return false;
    this.underWay++;
    this.say({ kind: 'request', id, request });
    return true;
  }

  say(message: ToThread): void {
    this.thread ??= this.start();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin; that is a window's.
    this.thread.postMessage(message);
  }

  /** @throws ProviderUnavailable */
  ask(id: string): Promise<ParallelReport> {
    const question = ++this.question;
    return new Promise((resolve, reject) => {
      const unavailable = () => reject(new ProviderUnavailable('the thread that compares answers has not answered: ask again'));
      const timer = setTimeout(() => this.questions.get(question)?.(undefined), READ_WITHIN_MS);
      this.questions.set(question, (report) => {
        clearTimeout(timer);
        this.questions.delete(question);
        if (report === undefined) unavailable();
        else resolve(report);
      });
      this.say({ kind: 'read', id, question });
    });
  }

  close(): void {
    for (const mirror of this.open.values()) this.end(mirror);
  }

  private start(): Worker {
    const thread = new Worker(THREAD, { name: 'mirror', resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 6 } });
    // The thread is no reason for the process to go on.
    thread.unref();
    thread.on('message', (message: FromThread) => this.hear(message));
    thread.on('error', (error) => this.lost(thread, error.message));
    thread.on('exit', (code) => this.lost(thread, `exit code ${code}`));
    return thread;
  }

  private hear(message: FromThread): void {
    if (message.kind === 'done') this.underWay = Math.max(0, this.underWay - message.count);
    else this.questions.get(message.question)?.(message.report);
  }

  /** What was counted is gone: every mirror begins again under another epoch, on a new thread. */
  private lost(thread: Worker, reason: string): void {
    if (this.thread !== thread) return;
    this.forgetThread();
    this.log({ level: 'error', message: 'the thread that compares answers has ended; it is started again, and users notice nothing', reason });
    const mirrors = [...this.open.values()];
    this.open.clear();
    for (const mirror of mirrors) {
      mirror.restart();
      this.open.set(mirror.epoch, mirror);
      this.say(mirror.opening());
    }
  }

  private forgetThread(): void {
    this.thread = undefined;
    this.underWay = 0;
    for (const answer of this.questions.values()) answer(undefined);
  }
}

/** One route's mirror. */
export class RouteMirror implements Tap {
  readonly mirror: Mirror;
  epoch: string = randomUUID();
  private readonly mirrors: Mirrors;
  private readonly share: number;
  private origins: MirrorOrigins;
  private dropped = 0;

  constructor(mirrors: Mirrors, mirror: Mirror, origins: MirrorOrigins) {
    this.mirrors = mirrors;
    this.mirror = mirror;
    this.origins = origins;
    this.share = mirror.rule.sample / 100;
  }

  wants(revision: RevisionId, method: string, hasBody: boolean): TakeRequest | undefined {
    if (revision !== this.mirror.stable || Math.random() >= this.share) return undefined;
    const { unsafeMethods } = this.mirror.rule;
    return (SAFE_METHODS.has(method) && !hasBody) || unsafeMethods ? this.take : undefined;
  }

  missed(): void {
    this.dropped++;
  }

  use(origins: MirrorOrigins): void {
    this.origins = origins;
    this.mirrors.say(this.opening());
  }

  async read(): Promise<RouterParallelRun> {
    const { epoch, dropped } = this;
    const report = await this.mirrors.ask(epoch);
    return { epoch, report: { ...report, dropped } };
  }

  end(): void {
    this.mirrors.end(this);
  }

  restart(): void {
    this.epoch = randomUUID();
    this.dropped = 0;
  }

  opening(): ToThread {
    return { kind: 'open', id: this.epoch, rule: this.mirror.rule, ...this.origins };
  }

  private readonly take = (request: HttpRequest): void => {
    if (!this.mirrors.send(this.epoch, request)) this.dropped++;
  };
}
