/** `slipway recording import`: requests of files, cleaned here before they are sent anywhere. */
import { basename, resolve } from 'node:path';
import { Option } from 'commander';
import * as z from 'zod';
import { importedRequests, ImportRule } from '../../domain/recording/import.ts';
import type { RecordedRequest } from '../../domain/recording/recorded-request.ts';
import { Line } from '../answers/text.ts';
import { environmentOption, serviceName, wholeNumber } from '../arguments.ts';
import { CliError, EXIT } from '../exit.ts';
import { requestsInFile } from '../request-file.ts';
import { example, runs, type Host } from '../session.ts';
import { count } from '../text/time.ts';
import { placePath } from './place-path.ts';

const Imported = z.object({ id: Line, requests: z.number(), bytes: z.number() });

interface Options {
  readonly environment: string;
  readonly requests: number;
  readonly methods: string;
  readonly headers: string;
  readonly bodies: 'none' | 'json';
}

export const words = (text: string): string[] => text.split(',').map((word) => word.trim()).filter((word) => word !== '');
export const methodsOption = (): Option => new Option('--methods <names>', 'separated by commas').default('GET,HEAD');
export const headersOption = (): Option => new Option('--headers <names>', 'headers that are kept, separated by commas').default('accept,accept-language,content-type,user-agent');
export const bodiesOption = (): Option => new Option('--bodies <kind>', 'bodies of requests').choices(['none', 'json']).default('none');

export function addImport(host: Host, recording: Host['program']): void {
  const command = recording.command('import').summary('keep requests of files as a recording')
    .description('Keeps requests of files as one recording, by the rules of one: cookies, credentials and other secrets are left out on this machine, before anything is sent. A file is a HAR file (.har), an access log of an Application Load Balancer (as it lies in S3, also .gz), or a list with a request on each line, such as "recording show" prints. Several files are taken in the order that they are named in.')
    .argument('<service>', 'the service', serviceName).argument('<files...>', 'the files').addOption(environmentOption(true))
    .option('--requests <n>', 'the last so many are kept', wholeNumber(1, 10_000), 1000).addOption(methodsOption()).addOption(headersOption()).addOption(bodiesOption());
  example(command, 'slipway recording import catalog shop.har --environment production', 'slipway recording import catalog access-logs/*.log.gz -e production --requests 5000');
  runs<Options>(host, command, async (session, { environment, requests, methods, headers, bodies }, service, ...names) => {
    const rule = ruleOf({ requests, methods: words(methods.toUpperCase()), headers: words(headers.toLowerCase()), bodies });
    const found: RecordedRequest[] = [];
    for (const name of names) found.push(...await requestsInFile(session.needs.files, resolve(session.needs.directory, name)));
    const { kept, leftOut } = importedRequests(found, rule);
    if (kept.length === 0) throw new CliError(EXIT.failed, `None of the ${count(found.length, 'request')} may be kept: methods are ${rule.methods.join(', ')}, bodies ${rule.bodies}. Name their methods with --methods, or --bodies json.`);
    const file = names.map((name) => basename(name)).join(', ').slice(0, 200);
    const { value, raw } = await (await session.connect()).post(`${placePath(service, environment)}/recordings/import`, { file, rule, requests: kept }, Imported);
    session.answer(raw, () => [`${value.id}: ${count(value.requests, 'request')} of ${found.length}${leftOut === 0 ? '' : `, ${leftOut} left out by the rules`}. Look at it: slipway recording show ${service} --environment ${environment}`]);
  });
}

function ruleOf(given: unknown): ImportRule {
  const rule = ImportRule.safeParse(given);
  if (rule.success) return rule.data;
  throw new CliError(EXIT.usage, rule.error.issues.map(({ path, message }) => `--${String(path[0] ?? '')}: ${message}`).join('; '));
}
