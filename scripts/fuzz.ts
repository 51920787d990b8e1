/**
 * Drives the API by its own OpenAPI document with schemathesis: npm run test:fuzz -- [--examples 30] [--seconds 300]
 * Against a whole installation of its own on free ports. Exit 0: no answer was 5xx and every answer was as the document says.
 * Needs Python 3.10 or newer with venv, and PyPI at the first run.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openapiDocument } from '../src/contracts/api/openapi.ts';
import { seed } from '../test/bench/api.ts';
import { startInstallation } from '../test/bench/installation.ts';
import { keepResults } from './suite-results.ts';

const SCHEMATHESIS = '4.32.5';
/** 5xx, and answers that the document does not tell: their status, type or fields. */
const CHECKS = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance';
const SERVICES = { services: 5, deploymentsEach: 3, seconds: 0, listeners: 0, floods: 0 };
const ENVIRONMENTS = 'environments:\n  - { name: staging, kind: staging, wave: 1, zones: [a] }\n  - { name: production, kind: production, wave: 2, zones: [a] }\n';
/** Names that are there, beside any that fit: else nearly everything would be answered 404. */
const KNOWN: Readonly<Record<string, readonly string[]>> = { service: ['service-0000', 'service-0001'], environment: ['staging', 'production'], pipeline: ['service-0000-1', 'service-0001-3'], team: ['team-0'], time: [String(Date.now())] };

const { values: options } = parseArgs({ options: { examples: { type: 'string', default: '30' }, seconds: { type: 'string', default: '300' }, venv: { type: 'string', default: join(tmpdir(), `slipway-schemathesis-${SCHEMATHESIS}`) } } });

function program(): string {
  const st = join(options.venv, 'bin', 'st');
  if (existsSync(st)) return st;
  const python = spawnSync('python3', ['-c', 'import sys, venv; sys.exit(0 if sys.version_info >= (3, 10) else 1)'], { stdio: 'ignore' });
  if (python.status !== 0) {
    console.error('The fuzz run needs Python 3.10 or newer with its module venv, as the program "python3". It is not there, so nothing was tested. Install it (Debian: apt-get install python3-venv), then run again.');
    process.exit(2);
  }
  console.error(`Installing schemathesis ${SCHEMATHESIS} into ${options.venv}`);
  execFileSync('python3', ['-m', 'venv', options.venv], { stdio: 'inherit' });
  execFileSync(join(options.venv, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', `schemathesis==${SCHEMATHESIS}`], { stdio: 'inherit' });
  return st;
}

interface Parameter { name: string; in: string; schema: unknown }

function documentWithNames(): object {
  const document = structuredClone(openapiDocument()) as { paths: Record<string, Record<string, { parameters: Parameter[] }>> };
  for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
    for (const parameter of operation.parameters) {
      const known = parameter.in === 'path' ? KNOWN[parameter.name] : undefined;
      if (known !== undefined) parameter.schema = { anyOf: [{ type: 'string', enum: known }, parameter.schema] };
    }
  }
  return document;
}

const st = program();
const installation = await startInstallation(ENVIRONMENTS, (home) => seed(home, SERVICES));
try {
  const file = join(installation.home.root, 'openapi.json');
  writeFileSync(file, JSON.stringify(documentWithNames()));
  const token = readFileSync(installation.home.token, 'utf8').trim();
  const run = spawnSync(st, [
    'run', file, '--url', installation.address, '--header', `Authorization: Bearer ${token}`, '--checks', CHECKS, '--max-examples', options.examples, '--max-time', options.seconds, '--seed', '1',
    '--phases', 'examples,coverage,fuzzing', '--request-timeout', '20', '--continue-on-failure', '--generation-database', 'none', '--suppress-health-check', 'all', '--no-color', '--warnings', 'off',
  ], { stdio: 'inherit', cwd: installation.home.root });
  const failed = readFileSync(join(installation.home.logs, 'control-plane.log'), 'utf8').split('\n').filter((line) => line.includes('"level":"error"'));
  for (const line of failed.slice(0, 10)) console.error(line.slice(0, 1000));
  keepResults(run.status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
  process.exitCode = run.status === 0 ? 0 : 1;
} finally {
  await installation.stop();
}
