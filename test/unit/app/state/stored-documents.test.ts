/**
 * Documents as they were stored by earlier commits are read after an upgrade. The fixture is of a real run: what the demo of 85959a8 left
 * in its store, one of each kind, two deployments with verdicts of the judge of then.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { AuditEntry } from '../../../../src/contracts/api/places.ts';
import { Approval } from '../../../../src/domain/approval.ts';
import { Deployment, TestResult } from '../../../../src/domain/deployment.ts';
import { sequentialJudge } from '../../../../src/domain/judge/sequential/sequential-judge.ts';
import { Alert } from '../../../../src/domain/outbox.ts';
import { Pipeline } from '../../../../src/domain/pipeline.ts';
import { Plan } from '../../../../src/domain/plan.ts';
import { Artifact, Release } from '../../../../src/domain/release.ts';
import { Delivery, Repository, Service } from '../../../../src/domain/service.ts';
import { Desired, Observed } from '../../../../src/domain/state.ts';

const Item = z.object({ partition: z.string(), sort: z.string(), value: z.record(z.string(), z.unknown()) });
const stored = readFileSync(join(import.meta.dirname, '../../../fixtures/stored/ratio-judge.ndjson'), 'utf8').trim().split('\n').map((line) => Item.parse(JSON.parse(line)));

/** By the beginning of the key; `null`: marks, which the use case that writes them reads. */
const KINDS: Readonly<Record<string, z.ZodType | null>> = {
  'services/': Service, 'repositories/': Repository, 'delivery#': Delivery, 'deployment#/deployment': Deployment, 'deployment#/test#': TestResult, 'approval#': Approval,
  'desired#': Desired, 'observed#': Observed, 'audit#': AuditEntry, 'service#/pipeline#': Pipeline, 'service#/release#': Release, 'service#/artifact#': Artifact, 'alerts/': Alert.loose(),
  'service#/commit#': null, 'admissions/': null, 'build#': null,
};
const kindOf = ({ partition, sort }: { partition: string; sort: string }): string | undefined => Object.keys(KINDS).find((kind) => `${partition.replace(/#.*/, '#')}/${sort}`.startsWith(kind.replace(/^([a-z]+#)$/, '$1/')));
const of = (kind: string) => stored.filter((item) => kindOf(item) === kind).map(({ value }) => value);
const deployment = () => structuredClone(of('deployment#/deployment')[0]) as { plan: Record<string, unknown>; holds: { judge: unknown; verdict: { evidence: { candidate: unknown } } | null }[] };

describe('documents of an earlier commit', () => {
  it('are all of a kind that is known, and each kind is there', () => {
    expect(new Set(stored.map(kindOf))).toEqual(new Set(Object.keys(KINDS)));
  });

  it.each(Object.entries(KINDS).flatMap(([kind, schema]) => (schema === null ? [] : [[kind, schema] as const])))('%s are read, and read again as they are written back', (kind, schema) => {
    expect(of(kind).length).toBeGreaterThan(0);
    for (const value of of(kind)) {
      const read = schema.parse(value);
      expect(schema.parse(JSON.parse(JSON.stringify(read)))).toEqual(read);
    }
  });

  it('keep the verdict of a judge that is gone, with its counts, and go on from none of its states', () => {
    const before = deployment();
    const read = Deployment.parse(before);
    const judged = read.holds.findIndex(({ verdict }) => verdict !== null);
    expect(read.holds.map(({ judge }) => judge)).toEqual(read.holds.map(() => null));
    expect(read.holds[judged]!.verdict).toMatchObject({ kind: 'abort', evidence: { metrics: [], points: [], candidate: before.holds[judged]!.verdict!.evidence.candidate } });
  });

  it('go on from a state of the judge of today, and refuse one that is damaged', () => {
    const before = deployment();
    const state = sequentialJudge.start({ comparing: true, baseline: null });
    before.holds[0]!.judge = state;
    expect(Deployment.parse(before).holds[0]!.judge).toEqual(state);
    before.holds[0]!.judge = { ...state, judge: 'sequential/1', metrics: 'of another shape' };
    expect(Deployment.parse(before).holds[0]!.judge).toBeNull();
    before.holds[0]!.judge = { ...state, metrics: 'damaged' };
    expect(() => Deployment.parse(before)).toThrow();
  });

  it('of the first days are read too: plans without a count for the way back, repositories with one spelling', () => {
    const { stableInstances: _count, decisions: _rule, ...plan } = deployment().plan;
    expect(Plan.parse(plan)).toMatchObject({ stableInstances: plan['instances'], decisions: plan['approval'] });
    const { cloneUrl: _spelling, ...repository } = of('repositories/')[0]!;
    expect(Repository.parse(repository)).toMatchObject({ cloneUrl: repository['url'] });
  });
});
