/** Parts that a function is typed to have and does not use: the API's routes are handed all ports. Whoever calls one is told. */
import { builderLeftToSweep, commandsLeftToSweep } from '../../../adapters/aws/left-to-sweep.ts';
import { NotSupported } from '../../../domain/errors.ts';
import type { Part } from '../../platform.ts';

const absent = (what: string) => new NotSupported(`This function was packaged without ${what}. Give it that part in functions/, and its rights in infrastructure/function-roles.yml.`, { part: what });
const refuse = (what: string) => (): Promise<never> => Promise.reject(absent(what));
const refuseNow = (what: string) => (): never => { throw absent(what); };

const keeps = refuse('the store of artifacts');
export const artifacts: Part<'artifacts'> = async () => ({ put: keeps, has: keeps, unpack: keeps, tail: keeps });
export const identities: Part<'identities'> = async () => ({ byToken: refuse('identities'), add: refuse('identities'), list: refuse('identities'), revoke: refuse('identities') });
export const instanceLogs: Part<'instanceLogs'> = async () => ({ tail: refuse('the output of instances') });
export const logInProvider: Part<'logInProvider'> = async () => ({ authorizationEndpoint: refuse('logging in'), take: refuse('logging in') });
const reads = refuse('reading repositories');
export const sources: Part<'sources'> = async () => ({ fetch: reads, manifests: reads, file: reads, changedPaths: reads, heads: reads, checkout: reads });
export const builder: Part<'builder'> = async () => ({ start: refuse('builds'), ...builderLeftToSweep });
export const commands: Part<'commands'> = async () => ({ start: refuse('commands'), ...commandsLeftToSweep });
export const jobEvents: Part<'jobEvents'> = async () => ({ ended: refuse('the ends of builds'), sweep: refuse('the ends of builds') });
export const jobCredentials: Part<'jobCredentials'> = async () => ({ lend: refuse('lending credentials') });
export const metrics: Part<'metrics'> = async () => ({ read: refuse('metrics') });
export const judge: Part<'judge'> = async () => ({ start: refuseNow('the judge'), tick: refuseNow('the judge') });
export const secrets: Part<'secrets'> = async () => ({ resolve: refuse('secrets') });
export const senders: Part<'senders'> = async () => ({ post: refuse('what sends notifications'), mail: refuse('what sends notifications'), publish: refuse('what sends notifications') });
export const subscriberQueues: Part<'subscriberQueues'> = async () => ({ ring: refuse('the queues of subscribers') });
export const httpChecks: Part<'httpChecks'> = async () => ({ run: refuse('checks over HTTP') });
export const slackHandover: Part<'slackHandover'> = async () => ({ begin: refuse('handing over') });
const says = refuse('messages to Slack');
export const slackMessages: Part<'slackMessages'> = async () => ({ connection: says, post: says, update: says, whisper: says, find: says, openView: says });
export const gitHosts: Part<'gitHosts'> = async () => ({ api: refuseNow('git hosts') });
export const webhookSecrets: Part<'webhookSecrets'> = async () => ({ gitHost: refuse('the keys of webhooks'), slack: refuse('the keys of webhooks') });
export const artifactFiles: Part<'artifactFiles'> = async () => ({ text: refuse('what unpacks artifacts') });
const records = refuse('recordings');
export const recordingFiles: Part<'recordingFiles'> = async () => ({ save: records, read: records });
export const replays: Part<'replays'> = async () => ({ send: refuse('what replays requests'), wait: refuse('what replays requests') });
