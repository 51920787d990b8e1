import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { parseEnvironments, parseManifest, type EnvironmentsResult, type ManifestResult } from '../../../src/contracts/manifest-file.ts';
import { slackAppManifestText } from '../../../src/contracts/slack/app-manifest.ts';
import { HTTP_ROUTES } from '../../../src/main/gateway.ts';
import { checkInEnvironments } from '../../../src/domain/environment-rules.ts';
import { document, documents, fencedBlocks, type Block } from './documents.ts';

const blocks = documents().flatMap(fencedBlocks).filter(({ info }) => /^ya?ml\b/.test(info));

/** By its tag, or, without one, by what stands in it. */
function kindOf({ info, text }: Block): 'slipway.yaml' | 'environments.yaml' | 'other' {
  if (info.endsWith(' slipway.yaml') || (!info.includes(' ') && /^service:/m.test(text))) return 'slipway.yaml';
  if (info.endsWith(' environments.yaml') || (!info.includes(' ') && /^environments:/m.test(text))) return 'environments.yaml';
  return 'other';
}
const ofKind = (kind: ReturnType<typeof kindOf>) => blocks.filter((block) => kindOf(block) === kind).map((block) => [`${block.path}:${block.line}`, block] as const);
const issuesOf = (result: ManifestResult | EnvironmentsResult) => (result.ok ? result.warnings : result.issues).map(({ line, message }) => `${line}: ${message}`);

describe('files in the pages', () => {
  it.each(ofKind('slipway.yaml'))('%s is a manifest without a mistake', (place, block) => {
    expect(issuesOf(parseManifest(block.text, place))).toEqual([]);
  });

  it.each(ofKind('environments.yaml'))('%s is an environments.yaml without a mistake', (place, block) => {
    expect(issuesOf(parseEnvironments(block.text, place))).toEqual([]);
  });

  it.each(ofKind('other'))('%s is YAML', (_place, block) => {
    expect(() => parse(block.text, { strict: true, uniqueKeys: true })).not.toThrow();
  });

  it('the manifest of docs/pipeline.md fits its environments', () => {
    const [manifest, environments] = ['slipway.yaml', 'environments.yaml'].map((kind) => fencedBlocks(document('docs/pipeline.md')).find((block) => kindOf(block) === kind)?.text ?? '');
    const service = parseManifest(manifest ?? '', 'slipway.yaml');
    const places = parseEnvironments(environments ?? '', 'environments.yaml');
    expect(service.ok && places.ok ? checkInEnvironments(service.manifest, places.environments) : 'mistakes').toEqual([]);
  });

  it('the app manifest of docs/slack.md is the one that is printed, and sends to a path that is taken', () => {
    const shown = fencedBlocks(document('docs/slack.md')).find(({ text }) => text.includes('slash_commands'))?.text ?? '';
    expect(shown.trimEnd()).toBe(slackAppManifestText('https://slipway.example.com').trimEnd());
    expect(HTTP_ROUTES.filter(({ path }) => path === '/slack')).toHaveLength(1);
  });
});
