/** Whoever is told something finds what it means and what to do. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SEVERITIES } from '../../../src/domain/notification/notification.ts';
import { ALERTS } from '../../../src/domain/outbox.ts';
import { document, ROOT } from './documents.ts';

const section = document('docs/operations.md').text.split('\n## ').find((part) => part.startsWith('Alerts\n')) ?? '';
const rows = [...section.matchAll(/^\| `([a-z-]+)` \| (.+) \| (.+) \| (.+) \|$/gm)].map(([, kind, severity]) => ({ kind, severity }));
const app = readdirSync(join(ROOT, 'src/app'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts')).map((path) => readFileSync(join(ROOT, 'src/app', path), 'utf8')).join('\n');
const told = [...app.matchAll(/alerting\(('[^']+'|[^,]*\?[^,]*|severityOf\([^)]*\)), '([a-z-]+)'/g)].map(([, severity = '', kind = '']) => ({ kind, severities: severity.startsWith('severityOf') ? SEVERITIES : [...severity.matchAll(/'(info|warning|critical)'/g)].map(([, one]) => one) }));

const byText = (one = '', other = ''): number => (one < other ? -1 : 1);

describe('the table of alerts in docs/operations.md', () => {
  it('has every alert once, and no other', () => {
    expect(rows.map(({ kind }) => kind).toSorted(byText)).toEqual([...ALERTS].toSorted(byText));
  });

  it('says how severe each is', () => {
    expect(new Set(told.map(({ kind }) => kind))).toEqual(new Set(ALERTS));
    const wrong = told.filter(({ kind, severities }) => severities.length === 0 || severities.some((severity) => rows.find((row) => row.kind === kind)?.severity?.includes(severity ?? '') !== true));
    expect(wrong).toEqual([]);
  });
});
