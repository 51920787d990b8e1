/**
 * A target of one's own: static sites in a folder, a release each, behind the weighted router of serve.mjs. Plain JavaScript, without
 * anything of Slipway's. The same file is a Lambda function (with the folder on EFS) or a module for `slipway up --target`.
 *
 * settings.root       the folder that serve.mjs serves; needed
 * settings.endpoint   where serve.mjs answers, for example http://127.0.0.1:8080; needed
 * settings.artifacts  the folder of Slipway's artifacts (`artifacts` of its data directory); without it a release is one page that names it
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export async function handler(request) {
  switch (request.verb) {
    case 'describe': return describe(request);
    case 'launch': return fenced(request, launch);
    case 'route': return fenced(request, route);
    case 'observe': return { verb: 'observe', services: await Promise.all(request.refs.map(look)) };
    case 'relaunch': return fenced(request, relaunch);
    case 'retire': return fenced(request, retire);
    default: throw refusal('InvalidInput', `There is no verb "${request.verb}".`);
  }
}

/** The name of an error is what Slipway acts on; the message is what people read. */
function refusal(name, message) {
  return Object.assign(new Error(message), { name });
}

function describe({ plan }) {
  const problems = plan === undefined ? [] : missingSettings(plan.candidate.settings);
  return { verb: 'describe', kind: 'site', weights: true, zones: false, scaleToZero: true, instancesMaximum: 1, limits: {}, problems };
}

const missingSettings = (settings) => ['root', 'endpoint'].filter((name) => typeof settings[name] !== 'string').map((name) => `settings.${name} is missing. Say it in slipway.yaml or environments.yaml.`);

/** Names come from Slipway and have letters, digits and hyphens only; nothing else becomes a path. */
function placeOf({ service, environment, settings }) {
  const [missing] = missingSettings(settings);
  if (missing !== undefined) throw refusal('InvalidInput', missing);
  const folder = join(settings.root, `${named(service)}.${named(environment)}`);
  return { folder, releases: join(folder, 'releases'), route: join(folder, 'route.json'), generation: join(folder, 'generation'), lock: join(folder, 'lock') };
}

function named(word) {
  if (!/^[a-z0-9-]{1,63}$/.test(word)) throw refusal('InvalidInput', `"${word}" is no name.`);
  return word;
}

/**
 * A writer with an older generation always loses. This target has no access to Slipway's store, so it keeps the newest generation that
 * it was called with, and one change at a time is made in a place: between the look at it and the change nobody else comes.
 */
async function fenced(request, change) {
  const place = placeOf(request);
  await mkdir(place.releases, { recursive: true });
  return locked(place, async () => {
    const newest = Number((await textOf(place.generation)) ?? '0');
    if (request.generation < newest) throw refusal('StaleGeneration', `Generation ${request.generation} has been overtaken by ${newest}.`);
    if (request.generation > newest) await replace(place.generation, String(request.generation));
    return change(request, place);
  });
}

const LOCK_LOST_MS = 60_000;

/** A folder that is there is a lock that somebody has; one that is older than any change takes was left by somebody who died. */
async function locked({ lock }, change) {
  for (let wait = 5; ; wait = Math.min(200, wait * 2)) {
    try {
      await mkdir(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const age = Date.now() - ((await stat(lock).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > LOCK_LOST_MS) await rm(lock, { recursive: true, force: true });
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  try {
    return await change();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function launch({ spec, count }, place) {
  const there = await isThere(place, spec.revision);
  if (count > 1) throw refusal('NotSupported', 'A release of a site is one folder. Say "instances: 1" in slipway.yaml.');
  if (count === 0) return { verb: 'launch', started: [], stopping: there ? await remove(place, spec.revision) : [] };
  if (!there) await unpack(place, spec);
  return { verb: 'launch', started: there ? [] : [spec.revision], stopping: [] };
}

/** Under another name until it is complete: a release is there as a whole or not at all. */
async function unpack({ folder, releases }, spec) {
  const unfinished = await mkdtemp(join(folder, 'unfinished-'));
  const { artifacts } = spec.settings;
  if (artifacts === undefined) await writeFile(join(unfinished, 'index.html'), `<!doctype html><title>${spec.service}</title><p>${spec.service} ${spec.version}\n`);
  else {
    const digest = /^sha256:([0-9a-f]{64})$/.exec(spec.digest)?.[1] ?? '';
    await run('tar', ['-xzf', join(artifacts, 'sha256', digest.slice(0, 2), digest), '-C', unfinished]).catch((error) => {
      throw refusal('ArtifactRefused', `${spec.digest} cannot be unpacked: ${error.stderr ?? error.message}`);
    });
  }
  await rm(join(releases, named(spec.revision)), { recursive: true, force: true });
  await rename(unfinished, join(releases, named(spec.revision)));
}

const isThere = async ({ releases }, revision) => (await stat(join(releases, named(revision), 'index.html')).catch(() => undefined)) !== undefined;

async function remove({ releases }, revision) {
  await rm(join(releases, named(revision)), { recursive: true, force: true });
  return [revision];
}

async function route({ weights, settings }, place) {
  for (const [revision, weight] of Object.entries(weights)) {
    if (weight > 0 && !(await isThere(place, revision))) throw refusal('InvalidInput', `No traffic was moved: ${revision} is not here. Launch it first.`);
  }
  await replace(place.route, JSON.stringify(weights));
  return { verb: 'route', inForce: await weightsOf(place), endpoint: settings.endpoint };
}

async function look(ref) {
  const place = placeOf(ref);
  const revisions = await readdir(place.releases).catch(() => []);
  const instances = await Promise.all(revisions.sort().map(async (revision) => {
    const { mtimeMs } = await stat(join(place.releases, revision)).catch(() => ({ mtimeMs: 0 }));
    const there = await isThere(place, revision);
    return { instance: revision, revision, zone: 'here', health: there ? 'healthy' : 'stopped', startedAt: Math.round(mtimeMs), relaunches: 0, address: null, problem: there ? null : 'its index.html is gone', quarantined: false };
  }));
  const routed = (await textOf(place.route)) !== undefined;
  return { service: ref.service, environment: ref.environment, weights: await weightsOf(place), instances, endpoint: routed ? ref.settings.endpoint : null };
}

async function relaunch({ instances, specs }, place) {
  const started = [];
  for (const spec of Object.values(specs)) {
    if (!instances.includes(spec.revision) || (await isThere(place, spec.revision))) continue;
    await unpack(place, spec);
    started.push(spec.revision);
  }
  return { verb: 'relaunch', started, quarantined: [], waiting: [] };
}

async function retire({ revision }, place) {
  const weight = (await weightsOf(place))[revision] ?? 0;
  if (weight > 0) throw refusal('InvalidInput', `${revision} was not retired: ${weight} % of the traffic goes to it. Route it elsewhere first.`);
  const there = (await readdir(place.releases)).includes(revision);
  return { verb: 'retire', stopping: there ? await remove(place, revision) : [] };
}

const weightsOf = async ({ route }) => JSON.parse((await textOf(route)) ?? '{}');

async function textOf(path) {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whoever reads sees the old text or the new one. */
async function replace(path, text) {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}
