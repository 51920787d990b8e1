/** Answers compared over HTTP: each request goes to two stable instances and one of the candidate at the same time. */
import { Pool } from 'undici';
import { comparer, type Differences } from '../domain/parallel/compare.ts';
import { emptyReport, type ParallelReport } from '../domain/parallel/report.ts';
import type { ComparisonRule } from '../domain/parallel/rule.ts';
import type { Answer } from '../domain/parallel/answer.ts';
import { askInstance } from './ask-instance.ts';
import { type Ask, compareRequest } from './compare-request.ts';
import type { HttpRequest } from './http-request.ts';

/** Requests compared at the same time; more of them wait. How many may wait is the other thread's limit. */
const AT_ONCE = 16;
const CONNECTIONS = 16;

export class AnswerComparison {
  readonly report: ParallelReport = emptyReport();
  private readonly compare: (one: Answer, other: Answer) => Differences;
  private readonly finished: () => void;
  private stable: readonly string[] = [];
  private candidate: readonly string[] = [];
  private readonly pools = new Map<string, Pool>();
  private readonly queue: HttpRequest[] = [];
  private underWay = 0;
  private turn = 0;

  constructor(rule: ComparisonRule, finished: () => void) {
    this.compare = comparer(rule);
    this.finished = finished;
  }

  /** From the next request on, these instances are asked. */
  use(stable: readonly string[], candidate: readonly string[]): void {
    this.stable = stable;
    this.candidate = candidate;
    const wanted = new Set([...stable, ...candidate]);
    for (const [origin, pool] of this.pools) {
      if (wanted.has(origin)) continue;
      this.pools.delete(origin);
      pool.close().catch(() => undefined);
    }
  }

  add(request: HttpRequest): void {
    this.queue.push(request);
    this.next();
  }

  close(): void {
    for (const waiting of this.queue.splice(0)) if (waiting !== undefined) this.finished();
    for (const pool of this.pools.values()) pool.destroy().catch(() => undefined);
    this.pools.clear();
  }

  private next(): void {
    while (this.underWay < AT_ONCE) {
      const request = this.queue.shift();
      if (request === undefined) return;
      this.underWay++;
      this.run(request)
        // One request that cannot be compared is not the end of the run; it is counted as what it is.
        .catch(() => void this.report.unanswered++)
        .finally(() => {
          this.underWay--;
          this.finished();
          this.next();
        });
    }
  }

  private async run(request: HttpRequest): Promise<void> {
    const turn = this.turn++;
    const at = (origins: readonly string[], offset: number): string | undefined => origins[(turn + offset) % origins.length];
    // A second stable instance where there is one: two answers of one process could share what differs between processes.
    const [one, other, candidate] = [at(this.stable, 0), at(this.stable, 1), at(this.candidate, 0)];
    if (one === undefined || other === undefined || candidate === undefined) return void this.report.unanswered++;
    const ask = (origin: string): Ask => (asked, headers) => askInstance(this.poolOf(origin), asked, headers);
    await compareRequest(this.report, this.compare, request, [ask(one), ask(other), ask(candidate)], turn);
  }

  private poolOf(origin: string): Pool {
    const known = this.pools.get(origin);
    if (known !== undefined) return known;
    const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1, connectTimeout: 2000 });
    this.pools.set(origin, pool);
    return pool;
  }
}
