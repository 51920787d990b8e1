/**
 * What a platform gives to the handlers: this machine in `slipway up` and in tests, AWS in the packaged functions. Import
 * conditions choose (package.json, `imports`). A function names the parts that it needs, so that its bundle holds no others.
 */
import type { HttpAnswer, HttpEvent } from '../contracts/http.ts';
import type { Builder } from '../ports/builder.ts';
import type { CommandRunner } from '../ports/commands.ts';
import type { Ports } from '../ports/index.ts';
import type { Target } from '../ports/target.ts';
import type { Span } from '../domain/trace/span.ts';
import type { TraceContext } from '../domain/trace/trace-parent.ts';
import type { Figure } from './figures.ts';

/** Ports whose adapter on AWS is large, or whose use takes rights of its own: `#parts/<name>`. */
export const PARTS = ['artifacts', 'sources', 'builder', 'commands', 'metrics', 'judge', 'instanceLogs', 'identities', 'logInProvider', 'webhookSecrets', 'gitHosts', 'slackHandover', 'slackMessages', 'secrets', 'senders', 'subscriberQueues', 'httpChecks', 'jobEvents', 'jobCredentials', 'recordingFiles', 'artifactFiles', 'replays'] as const;
export type PartName = (typeof PARTS)[number];

/** What every function has. Where builds and commands are not a function's part, cancelling them is left to the sweep of the outbox. */
export type CorePorts = Omit<Ports, PartName> & { readonly builder: Pick<Builder, 'cancel'>; readonly commands: Pick<CommandRunner, 'cancel'> };

/** One port, made at first use. */
export type Part<K extends PartName> = () => Promise<Ports[K]>;
export type Parts = { readonly [K in PartName]?: Part<K> };
/** The ports that these parts give. */
export type Given<P> = { readonly [K in keyof P & PartName]: Ports[K] };

/** A target's composition: `#targets/<kind>`. @throws NotSupported for a kind that is not of this platform */
export type TargetPart = (kind: string) => Promise<Target>;

/** Where spans go: to a collector from one machine, to X-Ray on AWS. */
export interface SpanSink {
  /** Whether the spans of state machines are told here too. On AWS Step Functions tells of them itself, under ids that nobody else knows. */
  readonly hasExecutions: boolean;
  /** The trace that this invocation came in; null where a call comes in none. */
  readonly incoming: () => TraceContext | null;
  /** Answers a request of the API, of a git host or of Slack, as a span where it is one. @param operation what it asks for, without names */
  readonly inRequest: (event: HttpEvent, operation: string, run: () => Promise<HttpAnswer>) => Promise<HttpAnswer>;
  /** Takes spans that ended together. Never throws, and nobody waits for it. */
  readonly tell: (spans: readonly Span[]) => void;
  /** When all that was told has left this process: what is called by Lambda stands still after its answer. */
  readonly left: () => Promise<void>;
  /** Whether a request to this host is worth a span. */
  readonly isWanted: (host: string) => boolean;
  /** What is sent with a request, so that the other side goes on in the trace. */
  readonly headersTo: (context: TraceContext, host: string) => readonly (readonly [name: string, value: string])[];
}

/** What every handler writes: lines, figures and spans. Apart from the ports, as a target's handler needs nothing else. */
export interface Telemetry {
  /** One structured line; `details` holds ids, never documents. */
  readonly log: (level: 'info' | 'warn' | 'error', message: string, details: Readonly<Record<string, unknown>>) => void;
  /** One figure of the control plane itself: EMF on AWS, `GET /metrics` on one machine. */
  readonly measure: (figure: Figure) => void;
  /** Null where nothing is traced. */
  readonly spans: () => SpanSink | null;
}

export interface Platform extends Telemetry {
  ports(): Promise<CorePorts>;
}
