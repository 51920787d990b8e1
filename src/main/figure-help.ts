/** What `GET /metrics` says of each figure. Apart from the figures, as the packaged functions say it nowhere. */
import type { FigureName } from './figures.ts';

export const FIGURE_HELP = {
  RequestMs: 'How long an answered request took, by kind of resource and status class.',
  Failure: "Handlers that threw, by the error's name.",
  PipelinesEnded: 'Pipelines that ended, by how.',
  StageSeconds: 'How long an execution took, by state machine and how it ended.',
  RelayLagSeconds: 'From the newest change of a run to when its subscriber had taken it.',
  RelayRefusals: 'Times that a subscriber did not take what changed.',
  Notices: 'Attempts to send a notice, by outcome.',
  TargetCallMs: "How long a target's verb took, by outcome: ok, or the error's name.",
  TraceSpans: 'Spans by what became of them: sent, dropped, refused.',
  Deliveries: "Webhook deliveries by what was answered: accepted, refused, duplicate, pong, or the error's name.",
} as const satisfies Record<FigureName, string>;
