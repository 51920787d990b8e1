/** `slipway env`, `slipway deliveries`, `slipway alerts`: the installation's lists. */
import { Alerts, Deliveries, Environments } from '../answers/installation.ts';
import { PlaceThen } from '../../contracts/api/audit.ts';
import { shown } from '../answers/text.ts';
import { environmentName, limitOption } from '../arguments.ts';
import { example, runs, type Host } from '../session.ts';
import { table } from '../text/cells.ts';
import { ago, clockTime } from '../text/time.ts';

const GROUP = 'The installation:';
const amount = (value: number | { percent: number }): string => (typeof value === 'number' ? String(value) : `${value.percent} %`);

const byDefault = (approvers: readonly string[]): string => (approvers.length === 0 ? '-' : `${approvers.join(', ')} (default)`);

export function addEnv(host: Host): void {
  const env = host.program.command('env').summary('the environments').helpGroup(GROUP).description('Lists the environments in the order a release goes through them.');
  const list = env.command('list', { isDefault: true }).description('Lists the environments in the order a release goes through them.');
  example(env, 'slipway env');
  example(list, 'slipway env list --json');
  addThen(host, env);
  runs(host, list, async (session) => {
    const { value, raw } = await (await session.connect()).get('/v1/environments', Environments);
    session.answer(raw, () => table([
      ['WAVE', 'ENVIRONMENT', 'KIND', 'INSTANCES', 'HEALTHY AT LEAST', 'ZONES', 'APPROVERS'].map((title) => session.style('quiet', title)),
      ...[...value.environments].sort((one, other) => one.wave - other.wave).map((entry) => [String(entry.wave), entry.name, entry.kind, amount(entry.instances), amount(entry.minimumHealthy), entry.zones.join(', '), entry.approvers.join(', ') || byDefault(value.defaults.approvers)]),
    ]));
  });
}

export function addThen(host: Host, env: Host['program']): void {
  const command = env.command('at').description('Shows what was asked for of each service in an environment at a given time, and who had last changed it.')
    .argument('<environment>', 'the environment', environmentName).argument('<time>', 'for example 2026-11-20T10:00:00Z');
  example(command, 'slipway env at production 2026-11-20T10:00:00Z');
  runs(host, command, async (session, _options, environment, time) => {
    const { value, raw } = await (await session.connect()).list(`/v1/environments/${encodeURIComponent(environment ?? '')}/at/${encodeURIComponent(time ?? '')}`, shown(PlaceThen));
    session.answer(raw, () => (value.length === 0 ? ['Nothing was asked for there at that time.'] : table([
      ['SERVICE', 'VERSION', 'INSTANCES', 'CHANGED', 'BY', 'WHY'].map((title) => session.style('quiet', title)),
      ...value.map(({ service, desired, changedAt, changedBy, why }) => {
        const stable = desired.stable === null ? undefined : desired.revisions[desired.stable];
        return [service, stable?.spec.version ?? '-', String(stable?.count ?? 0), clockTime(changedAt), changedBy, why];
      }),
    ])));
  });
}

export function addDeliveries(host: Host): void {
  const command = host.program.command('deliveries').summary('what pushes became').helpGroup(GROUP).description('Lists the pushes that Slipway knows of, newest first: which pipelines each of them started, or why it started none. "slipway delivery" has more of one.').addOption(limitOption());
  example(command, 'slipway deliveries --limit 5');
  runs<{ limit: number }>(host, command, async (session, { limit }) => {
    const { value, raw } = await (await session.connect()).get(`/v1/deliveries?limit=${limit}`, Deliveries);
    session.answer(raw, () => (value.length === 0 ? ['No push has come in yet. Set up the webhook: slipway service add URL'] : table(value.flatMap(({ outcome, ...push }) => {
      const from = [ago(push.receivedAt, session.needs.now()), push.id, push.repository, push.ref, push.after.slice(0, 10), push.pusher ?? '-'];
      if (outcome.kind === 'pending') return [[...from, 'not decided yet']];
      return outcome.admissions.map((admission) => [...from, admission.kind === 'admitted' ? session.style('good', admission.pipeline) : `${session.style('warn', 'refused')}${admission.service === null ? '' : ` ${admission.service}`}: ${admission.reason}`]);
    }))));
  });
}

export function addAlerts(host: Host): void {
  const command = host.program.command('alerts').summary('what was told to people').helpGroup(GROUP).description('Lists the alerts that were sent, newest first.').addOption(limitOption());
  example(command, 'slipway alerts');
  runs<{ limit: number }>(host, command, async (session, { limit }) => {
    const { value, raw } = await (await session.connect()).get(`/v1/alerts?limit=${limit}`, Alerts);
    const tones = { info: 'quiet', warning: 'warn', critical: 'bad' } as const;
    session.answer(raw, () => (value.length === 0 ? ['No alerts.'] : table(value.map((alert) => [ago(alert.at, session.needs.now()), session.style(tones[alert.severity], alert.severity), [alert.service, alert.environment].filter(Boolean).join('/') || '-', alert.kind, alert.text]))));
  });
}
