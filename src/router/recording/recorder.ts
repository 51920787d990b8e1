/** Keeps the newest requests of a route's sample, cleaned of secrets, for a bounded time. */
import type { RevisionId } from '../../domain/ids.ts';
import { RECORDING_BYTES_MAX } from '../../domain/recording/import.ts';
import { recorded, type RecordedRequest } from '../../domain/recording/recorded-request.ts';
import type { RecordingProgress } from '../../domain/recording/recording.ts';
import type { RecordingRule } from '../../domain/recording/rule.ts';
import type { TakeRequest, Tap } from '../tap.ts';

export class Recorder implements Tap {
  private readonly rule: RecordingRule;
  private readonly now: () => number;
  private readonly begunAt: number;
  private readonly methods: ReadonlySet<string>;
  /** Oldest first. */
  private readonly kept: { readonly request: RecordedRequest; readonly bytes: number }[] = [];
  private bytes = 0;
  private taken = 0;
  private leftOut = 0;

  constructor(rule: RecordingRule, now: () => number) {
    this.rule = rule;
    this.now = now;
    this.begunAt = now();
    this.methods = new Set(rule.methods);
  }

  get progress(): RecordingProgress {
    const { rule, begunAt, taken, leftOut, kept } = this;
    return { rule, begunAt, endsAt: begunAt + rule.seconds * 1000, taken, leftOut, kept: kept.length };
  }

  get requests(): RecordedRequest[] {
    return this.kept.map(({ request }) => request);
  }

  wants(_revision: RevisionId, method: string, hasBody: boolean): TakeRequest | undefined {
    if (!this.methods.has(method) || (hasBody && this.rule.bodies === 'none') || Math.random() * 100 >= this.rule.sample) return undefined;
    return this.now() < this.begunAt + this.rule.seconds * 1000 ? this.take : undefined;
  }

  missed(): void {
    this.taken++;
    this.leftOut++;
  }

  private readonly take: TakeRequest = (seen) => {
    this.taken++;
    const request = recorded(seen, this.rule);
    if (request === undefined) return void this.leftOut++;
    const bytes = JSON.stringify(request).length;
    this.kept.push({ request, bytes });
    this.bytes += bytes;
    while (this.kept.length > this.rule.requests || this.bytes > RECORDING_BYTES_MAX) this.bytes -= this.kept.shift()?.bytes ?? 0;
  };
}
