/** The platform of one machine: the control plane hands its parts in once, and every handler in the process uses them. */
import { NotSupported } from '../domain/errors.ts';
import type { Ports } from '../ports/index.ts';
import type { Target } from '../ports/target.ts';
import { subject } from './subject.ts';
import type { Part, PartName, Platform, SpanSink, TargetPart, Telemetry } from './platform.ts';

export interface LocalParts {
  readonly ports: Ports;
  readonly targets: Readonly<Record<string, Target>>;
  readonly log: Platform['log'];
  /** Absent: nobody asks for figures. */
  readonly measure?: Platform['measure'];
  /** Absent: nothing is traced. */
  readonly spans?: SpanSink | undefined;
}

let parts: LocalParts | undefined;

/** Called once by the control plane at its start, and by tests. */
export function useLocalParts(given: LocalParts | undefined): void {
  parts = given;
}

function demand(): LocalParts {
  if (parts === undefined) throw new NotSupported('No control plane runs in this process. Start it: npm start');
  return parts;
}

export const telemetry: Telemetry = { log: (level, message, details) => parts?.log(level, message, { ...subject(), ...details }), measure: (figure) => parts?.measure?.(figure), spans: () => parts?.spans ?? null };
export const platform: Platform = { ports: async () => demand().ports, ...telemetry };

const part = <K extends PartName>(name: K): Part<K> => async () => demand().ports[name];

export const artifacts = part('artifacts');
export const sources = part('sources');
export const builder = part('builder');
export const commands = part('commands');
export const metrics = part('metrics');
export const judge = part('judge');
export const instanceLogs = part('instanceLogs');
export const identities = part('identities');
export const logInProvider = part('logInProvider');
export const webhookSecrets = part('webhookSecrets');
export const gitHosts = part('gitHosts');
export const slackHandover = part('slackHandover');
export const slackMessages = part('slackMessages');
export const secrets = part('secrets');
export const senders = part('senders');
export const subscriberQueues = part('subscriberQueues');
export const httpChecks = part('httpChecks');
export const jobEvents = part('jobEvents');
export const jobCredentials = part('jobCredentials');
export const recordingFiles = part('recordingFiles');
export const artifactFiles = part('artifactFiles');
export const replays = part('replays');

export const target: TargetPart = async (kind) => {
  const found = demand().targets[kind];
  if (found === undefined) throw new NotSupported(`There is no target "${kind}" here. Registered: ${Object.keys(demand().targets).join(', ')}.`);
  return found;
};
