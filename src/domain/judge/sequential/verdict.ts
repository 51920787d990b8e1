/** A verdict with its sentence, from the evidence of a tick. */
import { type Evidence, type MetricEvidence, NO_END_SECONDS, type TickInput, type Verdict } from '../judge.ts';
import { eValue, percent, rates } from '../wording.ts';
import { isGoodEnough } from './points.ts';

export function verdictOf(evidence: Evidence, input: TickInput): Verdict {
  const say = (kind: Verdict['kind'], reason: string): Verdict => ({ kind, reason, evidence });
  if (evidence.logE >= evidence.boundary) return say('abort', worse(evidence));
  const good = isGoodEnough(evidence);
  if (good && input.rule.promoteEarly) return say('promote', goodEnough(evidence));
  const over = input.elapsedSeconds >= input.holdSeconds;
  if (!over && input.promoteRequested !== true) return say('continue', `${soFar(evidence)}${input.holdSeconds >= NO_END_SECONDS ? '' : `; ${Math.ceil(input.holdSeconds - input.elapsedSeconds)} s left`}`);
  if (good) return say('promote', `${goodEnough(evidence)}${over ? '' : ', and a person asked to go on'}`);
  return over ? say('inconclusive', doubt(evidence)) : say('continue', `a person asked to go on, but ${doubt(evidence)}`);
}

/** The metric that says the most. */
const strongest = ({ metrics }: Evidence): MetricEvidence | undefined =>
  metrics.filter(({ weight }) => weight > 0).toSorted((one, other) => Math.log(other.weight) + other.logE - Math.log(one.weight) - one.logE)[0];

function worse(evidence: Evidence): string {
  const metric = strongest(evidence);
  const said = metric === undefined ? soFar(evidence) : rates(metric, evidence.stableFrom);
  return `${said}. The evidence that it is worse is ${eValue(evidence.logE)} to 1, and ${eValue(evidence.boundary)} to 1 is enough`;
}

function goodEnough(evidence: Evidence): string {
  return `${soFar(evidence)}: ${evidence.stable === null ? 'nothing speaks against it, and there was nothing to compare with' : `it is not ${evidence.thresholds.badRatio} times worse than what is tolerated`}`;
}

function soFar({ candidate }: Evidence): string {
  return `the candidate failed ${candidate.failures} of ${candidate.requests} requests`;
}

function doubt(evidence: Evidence): string {
  const { candidate, thresholds, ticks, metrics, silence } = evidence;
  if (silence !== null && candidate.requests >= thresholds.minimumRequests) return `what was seen is too long ago: ${silence}`;
  if (candidate.requests < thresholds.minimumRequests) {
    const lost = ticks.withoutData + ticks.reset;
    return `the candidate had ${candidate.requests} of the ${thresholds.minimumRequests} requests that make evidence${lost === 0 ? '' : ` (${lost} of ${lost + ticks.used} ticks could not be used)`}`;
  }
  const open = metrics.filter((metric) => metric.needed && !metric.goodEnough);
  const pace = evidence.secondsToAbort === null ? '' : `; at this pace it would be known to be worse in ${Math.ceil(evidence.secondsToAbort)} s`;
  return `there is too little evidence either way: ${open.map((metric) => rates(metric, evidence.stableFrom)).join(', and ') || `nothing was counted that could be compared (${percent(candidate.failureRate)} failed)`}${pace}`;
}
