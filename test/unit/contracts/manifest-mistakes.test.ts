import { describe, expect, it } from '@jest/globals';
import { parseEnvironments, parseManifest, renderIssue, type Issue } from '../../../src/contracts/manifest-file.ts';

const HEAD = 'service: catalog\nteam: shop\nstart: [node, server.js]\n';

function issuesOf(text: string): readonly Issue[] {
  const result = parseManifest(text, 'slipway.yaml');
  return result.ok ? result.warnings : result.issues;
}

interface Mistake {
  readonly yaml: string;
  /** `line:column` in `yaml`, where three correct lines stand before it unless it is `whole`. */
  readonly at: string;
  readonly path: string;
  readonly says: RegExp;
  readonly meant?: string;
  readonly allowed?: string;
  readonly severity?: 'warning';
  readonly whole?: true;
}

const MISTAKES: Record<string, Mistake> = {
  'a word that is not known': { yaml: 'strategy: canery', at: '1:11', path: 'strategy', says: /"canery" is not known/, meant: 'canary', allowed: 'canary, rolling, blue-green, all-at-once' },
  'a branch that looks like an option': { yaml: 'branch: --upload-pack=x', at: '1:9', path: 'branch', says: /cannot be the name of a branch/ },
  'a pattern of branches': { yaml: 'branch: release/*', at: '1:9', path: 'branch', says: /without patterns/ },
  'a branch with a bell in it': { yaml: 'branch: "a\\u0007b"', at: '1:9', path: 'branch', says: /cannot be the name of a branch/ },
  'a word of another field': { yaml: 'onNewerPush: supercede', at: '1:14', path: 'onNewerPush', says: /not known/, meant: 'supersede' },
  'a number in quotes': { yaml: 'instances: "2"', at: '1:12', path: 'instances', says: /is "2" \(text\), but must be a number/, meant: '2' },
  'a number for text': { yaml: 'branch: 1.0', at: '1:9', path: 'branch', says: /is 1\.0 \(a number\), but must be text/, meant: '"1.0"' },
  'a truth of YAML 1.1': { yaml: 'approval:\n  required: yes', at: '2:13', path: 'approval.required', says: /"yes" \(text\), but must be true or false/, meant: 'true' },
  'half an instance': { yaml: 'instances: 1.5', at: '1:12', path: 'instances', says: /must be a whole number/ },
  'a number too small': { yaml: 'instances: -1', at: '1:12', path: 'instances', says: /at least 0/ },
  'a number too big': { yaml: 'approval: {count: 11}', at: '1:19', path: 'approval.count', says: /at most 10/ },
  'a field spelt wrong': { yaml: 'healt:\n  path: /', at: '1:1', path: 'healt', says: /no such field/, meant: 'health' },
  'a field from another tool': { yaml: 'replicas: 3', at: '1:1', path: 'replicas', says: /no such field/, meant: 'instances' },
  'a field in the wrong place': { yaml: 'batches: [50, 100]', at: '1:1', path: 'batches', says: /no such field/, meant: 'rollout.batches' },
  'a field deep inside spelt wrong': { yaml: 'canary:\n  judge:\n    minimumRequest: 5', at: '3:5', path: 'canary.judge.minimumRequest', says: /no such field/, meant: 'minimumRequests' },
  'the constructor as a field': { yaml: 'constructor: 1', at: '1:1', path: 'constructor', says: /no such field/ },
  'a name in capitals': { yaml: 'service: Catalog\nteam: shop\nstart: [x]', whole: true, at: '1:10', path: 'service', says: /Expected: lower case letters/, meant: 'catalog' },
  'a missing field': { yaml: 'service: catalog\nteam: shop', whole: true, at: '1:1', path: 'start', says: /"start" is missing\. Add for example: start: \[node, server\.js\]/ },
  'a missing field inside': { yaml: 'tests:\n  - name: one\n    http:\n      method: GET', at: '3:5', path: 'tests[0].http.path', says: /"path" is missing/ },
  'a workflow by its name': { yaml: 'releaseAfter: {workflow: CI}', at: '1:26', path: 'releaseAfter.workflow', says: /the file of a workflow, such as ci\.yml/ },
  'a workflow and an image': { yaml: 'image: {from: ghcr.io/acme/shop}\nreleaseAfter: {workflow: ci.yml}', at: '2:15', path: 'releaseAfter', says: /begins with the push of the image/ },
  'a field without its value': { yaml: 'branch:', at: '1:1', path: 'branch', says: /has no value; it must be text/, meant: 'main' },
  'a command as one text': { yaml: 'service: catalog\nteam: shop\nstart: node server.js', whole: true, at: '3:8', path: 'start', says: /must be a list/, meant: '[node, server.js]' },
  'an empty command': { yaml: 'build:\n  command: []', at: '2:12', path: 'build.command', says: /at least 1 item/ },
  'a number in a command': { yaml: 'build:\n  command: [sleep, 5]', at: '2:20', path: 'build.command[1]', says: /is 5 \(a number\), but must be text/, meant: '"5"' },
  'a duration with another unit': { yaml: 'canary:\n  duration: 5min', at: '2:13', path: 'canary.duration', says: /a duration such as/, meant: '5m' },
  'a duration in words': { yaml: 'stopWithin: 10 seconds', at: '1:13', path: 'stopWithin', says: /a duration such as/, meant: '10s' },
  'a duration that is too long': { yaml: 'stopWithin: 2h', at: '1:13', path: 'stopWithin', says: /at most 1h/ },
  'an interval of nothing': { yaml: 'health: {interval: 0}', at: '1:20', path: 'health.interval', says: /at least 50ms/ },
  'a size with another unit': { yaml: 'resources: {memory: 512MB}', at: '1:21', path: 'resources.memory', says: /a size such as/, meant: '512Mi' },
  'a percentage with a space': { yaml: 'environments:\n  staging:\n    instances: 10 %', at: '3:16', path: 'environments.staging.instances', says: /a percentage such as 10%/, meant: '10%' },
  'a group where a count belongs': { yaml: 'environments:\n  staging:\n    instances: {share: 10}', at: '3:16', path: 'environments.staging.instances', says: /is a group of fields\. Expected: a whole number/ },
  'traffic that is neither': { yaml: 'canary: {traffic: lots}', at: '1:19', path: 'canary.traffic', says: /a whole percentage from 1 to 50/ },
  'a step of traffic too big': { yaml: 'canary: {traffic: [5, 100]}', at: '1:23', path: 'canary.traffic[1]', says: /at most 99/ },
  'a kind of gate that is not known': { yaml: 'gates:\n  - name: try\n    kind: prson', at: '3:11', path: 'gates[0].kind', says: /not known/, meant: 'person', allowed: 'person, checklist, command' },
  'a gate without a kind': { yaml: 'gates:\n  - name: try', at: '2:5', path: 'gates[0].kind', says: /"kind" is missing/, allowed: 'person, checklist, command' },
  'a field of another kind of gate': { yaml: 'gates:\n  - kind: person\n    name: try\n    stage: staging\n    when: after\n    items: [x]', at: '6:5', path: 'gates[0].items', says: /no such field/, allowed: 'name, stage, when, environments, kind, approval' },
  'a cookie without a name': { yaml: 'routing:\n  by: cookie', at: '1:1', path: 'routing.name', says: /"name" is missing/ },
  'a test of neither kind': { yaml: 'tests:\n  - name: one', at: '2:5', path: 'tests[0]', says: /one of `http`, `command` and `replay`/ },
  'a test of both kinds': { yaml: 'tests:\n  - name: one\n    http: {path: /}\n    command: [x]', at: '2:5', path: 'tests[0]', says: /one of `http`, `command` and `replay`/ },
  'an environment in capitals': { yaml: 'environments:\n  Staging: {}', at: '2:3', path: 'environments.Staging', says: /cannot be a name/, meant: 'staging' },
  'a variable with a hyphen': { yaml: 'configuration:\n  LOG-LEVEL: info', at: '2:3', path: 'configuration.LOG-LEVEL', says: /cannot be a name/, meant: 'LOG_LEVEL' },
  'a variable without a value': { yaml: 'configuration:\n  LEVEL:', at: '2:3', path: 'configuration.LEVEL', says: /has no value/ },
  'a number that would change': { yaml: 'configuration:\n  VERSION: 1.10', at: '2:12', path: 'configuration.VERSION', says: /in quotes/ },
  'a hexadecimal number': { yaml: 'environments:\n  staging:\n    configuration: {MASK: 0x1F}', at: '3:27', path: 'environments.staging.configuration.MASK', says: /in quotes/ },
  'a secret written out': { yaml: 'secrets:\n  TOKEN: hunter2', at: '2:10', path: 'secrets.TOKEN', says: /^is text, but must be fields/ },
  'a path out of the repository': { yaml: 'build: {output: ../x}', at: '1:17', path: 'build.output', says: /inside the repository/ },
  'a health path without its slash': { yaml: 'health: {path: health}', at: '1:16', path: 'health.path', says: /begins with \//, meant: '/health' },
  'batches that do not end with 100': { yaml: 'rollout:\n  batches: [50, 75]', at: '2:12', path: 'rollout.batches', says: /ascend and end with 100/ },
  'steps that do not ascend': { yaml: 'canary:\n  traffic: [5, 10, 10]', at: '2:20', path: 'canary.traffic[2]', says: /10 does not come after 10/ },
  'a canary of much traffic': { yaml: 'canary: {traffic: 20}', at: '1:19', path: 'canary.traffic', says: /5 to 10 is usual/, severity: 'warning' },
  'a canary of little traffic': { yaml: 'canary: {traffic: [1, 10]}', at: '1:20', path: 'canary.traffic[0]', says: /5 to 10 is usual/, severity: 'warning' },
  'two tests of one name': { yaml: 'tests:\n  - {name: one, command: [x]}\n  - {name: one, command: [y]}', at: '3:12', path: 'tests[1].name', says: /two tests/ },
  'a body on a GET': { yaml: 'tests:\n  - name: one\n    http: {path: /, body: x}', at: '3:27', path: 'tests[0].http.body', says: /has no body/ },
  'a setting that is a secret': { yaml: 'configuration: {A: 1}\nsecrets:\n  A: {from: a}', at: '3:3', path: 'secrets.A', says: /a setting in configuration too/ },
  'a setting that is a secret elsewhere': { yaml: 'secrets: {A: {from: a}}\nenvironments:\n  staging:\n    configuration: {A: 1}', at: '4:21', path: 'environments.staging.configuration.A', says: /one of the secrets too/ },
  'a reserved variable': { yaml: 'configuration:\n  PORT: 80', at: '2:3', path: 'configuration.PORT', says: /set by Slipway/ },
  'a reserved prefix': { yaml: 'environments:\n  staging:\n    configuration:\n      SLIPWAY_X: 1', at: '4:7', path: 'environments.staging.configuration.SLIPWAY_X', says: /set by Slipway/ },
  'a schema that cannot read itself': { yaml: 'schema:\n  writes: 4\n  reads: [2, 3]', at: '3:10', path: 'schema.reads', says: /does not have 4/ },
  'more approvals than approvers': { yaml: 'approval:\n  approvers: [anna]\n  count: 2', at: '3:10', path: 'approval.count', says: /only 1 may/ },
  'approval by silence': { yaml: 'approval:\n  onTimeout: approve', at: '2:14', path: 'approval.onTimeout', says: /counts as approved/, severity: 'warning' },
  'a glob with a class': { yaml: 'paths:\n  - "services/[ab]/**"', at: '2:5', path: 'paths[0]', says: /no meaning/ },
  'a folder as a glob': { yaml: 'paths: [services/catalog]', at: '1:9', path: 'paths[0]', says: /only a file/, meant: 'services/catalog/**', severity: 'warning' },
  'a strategy the target cannot do': { yaml: 'target: lambda\nstrategy: rolling', at: '2:11', path: 'strategy', says: /lambda cannot do/, allowed: 'canary, blue-green, all-at-once' },
  'a gate at a stage that never comes': { yaml: 'strategy: rolling\ngates: [{kind: command, name: a, stage: canary, when: after, command: [x]}]', at: '2:41', path: 'gates[0].stage', says: /never asked/, severity: 'warning' },
  'a gate that asks nobody': { yaml: 'gates:\n  - {kind: person, name: a, stage: staging, when: after, approval: {required: false}}', at: '2:79', path: 'gates[0].approval.required', says: /needs nobody/ },
  'health that cannot be in time': { yaml: 'health: {interval: 10s, startWithin: 5s}', at: '1:38', path: 'health.startWithin', says: /before it was checked/ },
  'a name given twice': { yaml: 'instances: 2\ninstances: 3', at: '2:1', path: '', says: /"instances" is given twice/ },
  'a name given twice inside': { yaml: 'health:\n  path: /\n  path: /x', at: '3:3', path: 'health', says: /"path" is given twice/ },
  'a tab': { yaml: 'health:\n\tpath: /', at: '2:1', path: '', says: /a tab is used/ },
  'two documents': { yaml: '---\na: 1', at: '1:1', path: '', says: /second document/ },
  'a tag': { yaml: 'branch: !!binary aGk=', at: '1:9', path: '', says: /tags/ },
  'a directive': { yaml: '%YAML 1.1\n---\nservice: catalog', whole: true, at: '1:1', path: '', says: /directives/ },
  'a merge key': { yaml: 'health: {<<: {path: /}}', at: '1:10', path: 'health', says: /merge keys/ },
  'an alias of nothing': { yaml: 'build: *nothing', at: '1:8', path: 'build', says: /stands for nothing/ },
  'an alias of itself': { yaml: 'build: &me {test: *me}', at: '1:19', path: 'build.test', says: /stands for nothing/ },
  'a mistake behind an alias': { yaml: 'health: &h {path: x}\nenvironments: {staging: {resources: *h}}', at: '2:37', path: 'environments.staging.resources.path', says: /no such field/ },
  'a list as a name': { yaml: '[a, b]: 1', at: '1:1', path: '', says: /a name is text/ },
  'the prototype as a name': { yaml: '__proto__: {service: x}', at: '1:1', path: '', says: /cannot be a name/ },
  'two colons': { yaml: 'branch: a: b', at: '1:9', path: '', says: /second ":"/ },
  'a list that is not closed': { yaml: 'paths: [a, b\nbranch: main', at: '2:1', path: '', says: /not YAML/ },
  'a quote that is not closed': { yaml: 'branch: "main', at: '1:14', path: '', says: /not YAML/ },
  'a sign no value begins with': { yaml: 'branch: @main', at: '1:9', path: '', says: /put the value in quotes/i },
  'a letter in Latin-1, as whoever decodes it sees it': { yaml: `branch: caf${Buffer.from([0xe9]).toString('utf8')}`, at: '1:12', path: '', says: /no UTF-8\. Save the file as UTF-8/ },
  'a control character': { yaml: 'branch: a\u0000b', at: '1:10', path: '', says: /control character/ },
  'nothing': { yaml: '', whole: true, at: '1:1', path: '', says: /empty/ },
  'a list': { yaml: '- a\n', whole: true, at: '1:1', path: '', says: /must be fields/ },
};

describe('mistakes in slipway.yaml', () => {
  it.each(Object.entries(MISTAKES))('%s', (_, { yaml, at, path, says, meant, allowed, severity, whole }) => {
    const [line = 0, column = 0] = at.split(':').map(Number);
    const issues = issuesOf(whole ? yaml : HEAD + yaml);
    const place = { line: whole ? line : line + 3, column };
    const found = issues.find((issue) => issue.path === path && says.test(issue.message));
    expect(found ?? issues).toMatchObject({ file: 'slipway.yaml', ...place, path, severity: severity ?? 'error' });
    expect(found?.suggestion).toBe(meant);
    if (allowed !== undefined) expect(found?.allowed?.join(', ')).toBe(allowed);
    // Nothing but sentences: no name of a type or of a part of the parser.
    expect(found?.message).not.toMatch(/Invalid|undefined|\[object|NaN|zod/);
  });

  it('finds all of them at once, in the order of the file', () => {
    const issues = issuesOf(`${HEAD}strategy: x\ninstances: -1\ncanary: {trafic: 1}\nbranch: 5\n`);
    expect(issues.map((issue) => [issue.line, issue.path])).toEqual([[4, 'strategy'], [5, 'instances'], [6, 'canary.trafic'], [7, 'branch']]);
  });

  it('takes Windows lines, a byte order mark, comments and anchors', () => {
    const text = `\uFEFF# the catalog\r\n${HEAD.replaceAll('\n', '\r\n')}resources: &r {cpu: 2}\r\nenvironments: {staging: {resources: *r}}\r\n`;
    const result = parseManifest(text, 'f');
    expect(result.ok && result.manifest.environments).toMatchObject({ staging: { resources: { cpu: 2 } } });
    expect(issuesOf(`\uFEFFservice: X\r\nteam: shop\r\nstart: [x]`)[0]).toMatchObject({ line: 1, column: 10 });
  });

  it('takes text that other readers of YAML take for something else', () => {
    const result = parseManifest(`${HEAD}configuration: {A: yes, C: 1:30, D: 2024-01-01, E: "1.10", F: 3, G: true}\n`, 'f');
    expect(result.ok && result.manifest.configuration).toEqual({ A: 'yes', C: '1:30', D: '2024-01-01', E: '1.10', F: '3', G: 'true' });
  });
});

describe('mistakes in environments.yaml', () => {
  const staging = 'environments:\n  - {name: staging, kind: staging, wave: 1}\n';
  it.each([
    ['environments: []', '1:15', 'environments', /at least 1 item/, 'error'],
    [`${staging}  - {name: staging, kind: production, wave: 2}`, '3:12', 'environments[1].name', /two environments/, 'error'],
    [`${staging}  - {name: production, kind: prod, wave: 2}`, '3:30', 'environments[1].kind', /not known/, 'error'],
    [`${staging}  - {name: production, kind: production, wave: 1}`, '3:48', 'environments[1].wave', /untested/, 'warning'],
    [`${staging}  - {name: late, kind: staging, wave: 3}\n  - {name: p, kind: production, wave: 2}`.replace('name: p,', 'name: pp,'), '3:39', 'environments[1].wave', /does not protect/, 'warning'],
    [`${staging}  - {name: pp, kind: production, wave: 2, instances: 2, minimumHealthy: 3}`, '3:73', 'environments[1].minimumHealthy', /more than the 2 instances/, 'error'],
    [`${staging}  - {name: pp, kind: production, wave: 2, minimumHealthy: 120%}`, '3:59', 'environments[1].minimumHealthy', /more than 100%/, 'error'],
    [`${staging}  - {name: pp, kind: production, wave: 2, zones: [a, a]}`, '3:50', 'environments[1].zones', /each zone once/, 'error'],
    [`${staging}defaults:\n  configuration: {HOST: x}`, '4:19', 'defaults.configuration.HOST', /set by Slipway/, 'error'],
    [`${staging}people:\n  - {name: anna, slack: U012}\n  - {name: ben, slack: U012}`, '5:24', 'people[1].slack', /somebody else too/, 'error'],
    [`${staging}people:\n  - {name: anna}\n  - {name: anna, slack: U012}`, '5:12', 'people[1].name', /named twice/, 'error'],
    [`${staging}default: {}`, '3:1', 'default', /no such field/, 'error'],
  ] as const)('%j', (text, at, path, says, severity) => {
    const result = parseEnvironments(text, 'environments.yaml');
    const issues = result.ok ? result.warnings : result.issues;
    const found = issues.find((issue) => issue.path === path && says.test(issue.message));
    expect(found ? `${found.line}:${found.column}` : issues).toBe(at);
    expect(found?.severity).toBe(severity);
  });
});

describe('renderIssue', () => {
  const rendered = (text: string) => issuesOf(text).map((issue) => renderIssue(issue, text)).join('\n');

  it('shows the place, what is allowed, what was meant, and a caret', () => {
    expect(rendered(`${HEAD}strategy: canery\n`)).toBe(
      'slipway.yaml:4:11  strategy: "canery" is not known. Allowed: canary, rolling, blue-green, all-at-once. Did you mean "canary"?\n  4 | strategy: canery\n    |           ^',
    );
  });

  it('never shows what stands under secrets and configuration', () => {
    for (const part of ['secrets:\n  TOKEN: hunter2', 'secrets: {TOKEN: {from: "hunter2 !"}}', 'configuration:\n  TOKEN: [hunter2]', 'secrets:\n  TOKEN:\n    from: &a "hunter2', 'secrets:\n  A: 1\n  A: hunter2', 'environments: {staging: {secrets: {T: hunter2}}}']) {
      const text = HEAD + part;
      expect(rendered(text)).not.toBe('');
      expect(rendered(text)).not.toContain('hunter2');
      expect(JSON.stringify(issuesOf(text))).not.toContain('hunter2');
    }
  });

  it('lets nothing from the file act on a terminal', () => {
    const text = `${HEAD}strategy: "\\e[31m\\u202E"\n"\\e[2J": 1\nbranch: [\u202E\u009B]\n`;
    expect(rendered(text)).not.toMatch(/[^\P{C}\n]/u);
  });

  it('cuts a long line around its caret', () => {
    const output = rendered(`${HEAD}paths: [${'a/**, '.repeat(60)}"[x]"]\n`);
    const [, source = '', caret = ''] = output.split('\n');
    expect(source.length).toBeLessThan(200);
    expect(source[caret.indexOf('^')]).toBe('"');
  });
});
