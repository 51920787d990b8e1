/** `slipway approve` and `slipway reject`: shows what is asked, then decides exactly that. */
import { Approval, Approvals } from '../answers/approval.ts';
import { environmentName, serviceName } from '../arguments.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { approvalLines } from './approval-lines.ts';

interface Options {
  readonly environment?: string;
  readonly comment: string;
  readonly request?: string;
  readonly yes?: boolean;
}

export function addDecisions(host: Host): void {
  add(host, 'approve', 'Lets a release go on. Shows what waits (artifact, plan, evidence) and asks; the decision is for exactly what was shown.', 'slipway approve catalog --comment "looks good"');
  add(host, 'reject', 'Takes a release back. Shows what waits and asks; the decision is for exactly what was shown.', 'slipway reject catalog --environment production --comment "prices are wrong"');
}

function add(host: Host, decision: 'approve' | 'reject', description: string, line: string): void {
  const command = host.program.command(decision).summary(decision === 'approve' ? 'let a release go on' : 'take a release back').helpGroup('A running pipeline:').description(description)
    .argument('<service>', 'the service', serviceName)
    .option('-e, --environment <environment>', 'where, when requests wait in more than one', environmentName)
    .option('-m, --comment <text>', 'kept with the decision', '')
    .option('--request <binding>', 'decide only if this is still what waits: 16 hexadecimal digits')
    .option('-y, --yes', 'do not ask; needed, or --request, where there is no terminal');
  example(command, line);
  runs<Options>(host, command, (session, options, service) => decide(session, decision, service ?? '', options));
}

async function decide(session: Session, decision: 'approve' | 'reject', service: string, options: Options): Promise<ExitCode> {
  const client = await session.connect();
  const { value } = await client.get('/v1/approvals', Approvals);
  const chosen = choose(value, service, options);
  const shown = approvalLines(chosen, session.style, session.needs.now());
  if (session.json) session.remark(...shown);
  else session.say(...shown);
  if (!(await agreed(session, decision, chosen, options))) {
    session.remark('Nothing was decided.');
    return EXIT.failed;
  }
  const { value: after, raw } = await client.post('/v1/decisions', { service, environment: chosen.subject.environment, decision, comment: options.comment, binding: chosen.binding }, Approval);
  session.answer(raw, () => [outcome(after, decision)]);
  return EXIT.ok;
}

/** Whoever names the request has seen it. Where nobody can be asked, nobody's yes is taken for granted: the output may only be piped to be read. */
async function agreed({ needs }: Session, decision: 'approve' | 'reject', { binding, subject: { service } }: Approval, { yes, request }: Options): Promise<boolean> {
  if (yes === true || (request !== undefined && !needs.isTerminal)) return true;
  if (needs.isTerminal) return needs.ask.confirm(`${decision === 'approve' ? 'Approve' : 'Reject'} this?`);
  throw new CliError(EXIT.usage, `This is no terminal on which you could be asked, so nothing was decided. For exactly what is shown: slipway ${decision} ${service} --request ${binding}. For whatever waits: --yes.`);
}

function choose(approvals: readonly Approval[], service: string, { environment, request }: Options): Approval {
  const waiting = approvals.filter(({ subject }) => subject.service === service && (environment === undefined || subject.environment === environment));
  const [only, ...more] = request === undefined ? waiting : waiting.filter(({ binding }) => binding === request);
  if (only === undefined) {
    const where = environment === undefined ? '' : ` in ${environment}`;
    throw new CliError(EXIT.failed, request === undefined || waiting.length === 0
      ? `Nothing of ${service} waits for a decision${where}. See: slipway history ${service}`
      : `What ${request} showed does not wait any more; ${waiting.map(({ binding }) => binding).join(', ')} does. Look at it again: slipway show ${waiting[0]?.subject.deployment.replace(/^(.*-\d+)-.*$/, '$1') ?? service}`);
  }
  if (more.length > 0) throw new CliError(EXIT.usage, `${more.length + 1} requests of ${service} wait. Say which:`, { details: [only, ...more].map(({ subject, binding }) => `  --environment ${subject.environment} --request ${binding}  (${subject.version}: ${subject.question})`) });
  return only;
}

function outcome({ subject, status, decisions, rule }: Approval, decision: string): string {
  if (status.kind === 'waiting') return `Taken: ${decisions.length} of ${rule.count} have said yes. ${subject.service} ${subject.version} waits for the others.`;
  return `${decision === 'approve' ? 'Approved' : 'Rejected'}: ${subject.service} ${subject.version} in ${subject.environment}.`;
}
