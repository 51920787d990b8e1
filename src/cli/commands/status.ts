/** `slipway status`: what is asked for and what runs. */
import { ServiceStatus, type PlaceStatus } from '../answers/place.ts';
import { serviceName } from '../arguments.ts';
import { differences } from '../differences.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { table } from '../text/cells.ts';
import { span } from '../text/time.ts';
import { approvalLines } from './approval-lines.ts';

export function addStatus(host: Host): void {
  const command = host.program.command('status').summary('what is asked for and what runs').helpGroup('What runs:')
    .description('Shows every service in every environment: its version, healthy instances, traffic and what is wrong. With a service: its instances too.')
    .argument('[service]', 'only this one', serviceName);
  example(command, 'slipway status', 'slipway status catalog --json');
  runs(host, command, async (session, _options, service) => {
    const client = await session.connect();
    if (service !== undefined && service !== '') {
      const { value, raw } = await client.get(`/v1/services/${encodeURIComponent(service)}`, ServiceStatus);
      return session.answer(raw, () => oneService(session, value));
    }
    const { value, raw } = await client.list('/v1/services', ServiceStatus);
    return session.answer(raw, () => (value.length === 0 ? ['No services yet. Add a repository: slipway service add URL'] : statusTable(session, value)));
  });
}

function statusTable(session: Session, services: readonly ServiceStatus[]): string[] {
  const rows = services.flatMap((status) => {
    const placed = status.places.filter((place) => place.desired !== null);
    const name = status.service.name;
    return placed.length === 0 ? [[name, '-', '-', '-', '-', neverPlaced(status)]] : placed.map((place, index) => [index === 0 ? name : '', place.environment, ...placeCells(session, place, status)]);
  });
  return table([['SERVICE', 'ENVIRONMENT', 'VERSION', 'HEALTHY', 'TRAFFIC', 'NOTES'].map((title) => session.style('quiet', title)), ...rows]);
}

function placeCells(session: Session, place: PlaceStatus, status: ServiceStatus): string[] {
  const { desired, observed } = place;
  if (desired === null) return ['-', '-', '-', ''];
  const stable = desired.stable === null ? undefined : desired.revisions[desired.stable];
  const wanted = Object.values(desired.revisions).reduce((sum, revision) => sum + revision.count, 0);
  const healthy = observed?.instances.filter((instance) => instance.health === 'healthy').length;
  const full = healthy !== undefined && healthy >= wanted;
  return [stable?.spec.version ?? '-', session.style(full ? 'good' : 'bad', `${healthy ?? '?'}/${wanted}`), traffic(place), notes(place, status)];
}

function traffic({ desired, observed }: PlaceStatus): string {
  const weights = Object.entries(observed?.weights ?? {}).filter(([, weight]) => weight > 0);
  if (weights.length === 0) return 'none';
  return weights.map(([revision, weight]) => `${weight} % ${desired?.revisions[revision]?.spec.version ?? revision}`).join(', ');
}

function notes(place: PlaceStatus, status: ServiceStatus): string {
  const { desired } = place;
  if (desired === null) return '';
  const waits = status.waiting.some((approval) => approval.subject.environment === place.environment);
  return [
    ...(desired.deployment === null ? differences(place) : [`${desired.deployment} at work`]),
    ...(desired.paused === null ? [] : [`paused by ${desired.paused.by}${desired.paused.why === '' ? '' : `: ${desired.paused.why}`}`]),
    ...desired.zonesLost.map((zone) => `zone ${zone} lost`),
    ...(desired.deployment === null && desired.stable === null ? ended(status) : []),
    ...(waits ? [`waits for a decision: slipway approve ${desired.service}`] : []),
  ].join('; ');
}

const neverPlaced = (status: ServiceStatus): string => (status.running[0] === undefined ? ['never deployed', ...ended(status)].join('; ') : `${status.running[0].id} at work`);

/** Why a service has no release anywhere. */
function ended({ last }: ServiceStatus): string[] {
  if (last === null || last.status.kind === 'running' || last.status.kind === 'succeeded') return [];
  return [`${last.id} ${last.status.kind === 'failed' ? `failed: ${last.status.error}` : `was ${last.status.kind}`}, see: slipway show ${last.id}`];
}

function oneService(session: Session, status: ServiceStatus): string[] {
  const { service, places } = status;
  const { style, needs } = session;
  return [
    `${style('strong', service.name)}  team ${service.team}${service.repository === null ? '' : `, ${service.repository}`}`,
    ...statusTable(session, [status]),
    ...places.flatMap(({ environment, observed }) => (observed === null || observed.instances.length === 0 ? [] : [
      '', `${style('strong', environment)}  ${observed.endpoint ?? 'no endpoint yet'}`,
      ...table(observed.instances.map((instance) => [`  ${instance.instance}`, instance.revision, `zone ${instance.zone}`, style(instance.health === 'healthy' ? 'good' : 'bad', instance.quarantined ? 'quarantined' : instance.health), instance.address ?? '-', `up ${span((needs.now() - instance.startedAt) / 1000)}`, [instance.relaunches > 0 ? `relaunched ${instance.relaunches === 1 ? 'once' : `${instance.relaunches} times`}` : '', instance.problem ?? ''].filter(Boolean).join('; ')])),
    ])),
    ...status.running.map((pipeline) => `\n${pipeline.id} is at work: ${pipeline.version}, ${pipeline.stage}. Watch it: slipway history ${service.name} --wait`),
    ...status.waiting.flatMap((approval) => ['', ...approvalLines(approval, style, needs.now())]),
  ];
}
