/** `/slipway promote`, `rollback`, `pause`, `resume`: the same use cases and roles as in the API. */
import { code, escaped } from '../../contracts/slack/blocks.ts';
import type { EnvironmentName, Identity } from '../../domain/ids.ts';
import type { Action } from '../../domain/roles.ts';
import type { Service } from '../../domain/service.ts';
import type { Ports } from '../../ports/index.ts';
import type { SlackMessage } from '../../ports/slack-messages.ts';
import { authorize, placeOf } from '../authorize.ts';
import { pause, resume } from '../change-desired.ts';
import { rollback } from '../deploy.ts';
import { reconcile, type ReconcileNeeds } from '../reconcile.ts';
import type { StartNeeds } from '../start-pipeline.ts';
import { promote } from '../steer.ts';
import { nothingMore, type SlackVerb } from './commands.ts';
import { environmentNeeded, serviceNamed } from './member.ts';

export type SteerNeeds = StartNeeds & ReconcileNeeds & Pick<Ports, 'environments'>;

const ACTIONS = { promote: 'promote', rollback: 'rollback', pause: 'pause', resume: 'pause' } as const satisfies Partial<Record<SlackVerb, Action>>;
export type SteeringVerb = keyof typeof ACTIONS;

export async function steerAnswer(needs: SteerNeeds, by: Identity, verb: SteeringVerb, words: readonly string[]): Promise<SlackMessage> {
  const [word, ...others] = words;
  const service = await serviceNamed(needs, by, word);
  const { environment, rest } = await environmentNeeded(needs, others);
  await authorize(needs)(by, ACTIONS[verb], await placeOf(needs, service.name, [environment]));
  return { text: await STEER[verb](needs, { service, environment, by, verb }, rest) };
}

interface Place {
  readonly service: Service;
  readonly environment: EnvironmentName;
  readonly by: Identity;
  readonly verb: SteeringVerb;
}

/** Each answers a sentence. */
const STEER: Readonly<Record<SteeringVerb, (needs: SteerNeeds, place: Place, rest: readonly string[]) => Promise<string>>> = {
  promote: async (needs, { service, environment, by, verb }, rest) => {
    nothingMore(verb, rest);
    const { id } = await promote(needs)({ service: service.name, environment, by });
    return `${by} asked to promote ${code(id)}: it goes on as soon as the evidence is enough.`;
  },
  rollback: async (needs, { service, environment, by, verb }, [version, ...more]) => {
    nothingMore(verb, more);
    const pipeline = await rollback(needs)({ service: service.name, environment, version, by });
    return pipeline.cause === 'rollback'
      ? `${by} takes ${service.name} in ${environment} back to ${escaped(pipeline.version)}: ${code(pipeline.id)}.`
      : `${by} stopped ${code(pipeline.id)}: what it changed in ${environment} is taken back.`;
  },
  pause: async (needs, { service, environment, by }, rest) => {
    const why = reasonOf(rest);
    await pause(needs)({ service: service.name, environment, by, why });
    return `${by} paused repair of ${service.name} in ${environment}${said(why)}.`;
  },
  resume: async (needs, { service, environment, by }, rest) => {
    const why = reasonOf(rest);
    await resume(needs)({ service: service.name, environment, by, why });
    await reconcile(needs)({ places: [{ service: service.name, environment }] });
    return `${by} resumed repair of ${service.name} in ${environment}${said(why)}.`;
  },
};

const reasonOf = (words: readonly string[]): string => words.join(' ').slice(0, 1000);
const said = (why: string): string => (why === '' ? '' : `: ${escaped(why)}`);
