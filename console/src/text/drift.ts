/** What differs, in words. Pure. */
import type { AnswerOf } from '../api/operations.ts';

type Drift = AnswerOf<'readDrift'>['drifted'][number]['drifts'][number];

/** Fields whose name says nothing beside their value are not named. */
const NAMES: Readonly<Record<string, string>> = { want: 'asked for', have: 'there', weight: 'traffic %', revision: '', instance: '', instances: '', problem: '' };

/** What was asked for and what is there. Each kind has fields of its own, and a later Slipway may know more of them. */
export const driftDetail = ({ kind: _kind, ...fields }: Drift): string => Object.entries(fields).map(([name, value]) => said(name, value)).filter((text) => text !== '').join('; ');

function said(name: string, value: unknown): string {
  // Flags are worth a word in one of their ways only.
  if (name === 'ready') return value === false ? 'moves once instances are healthy' : '';
  if (name === 'unrecorded') return value === true ? 'nobody started it here' : '';
  return `${NAMES[name] ?? name} ${plain(value)}`.trim();
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value).map(([key, part]) => `${key} ${plain(part)}`).join(', ') || 'nothing';
}
