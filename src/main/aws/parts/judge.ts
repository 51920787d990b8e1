/** The judge of holds; only the functions that look at holds carry its arithmetic. */
import { sequentialJudge } from '../../../domain/judge/sequential/sequential-judge.ts';
import type { Part } from '../../platform.ts';

export const judge: Part<'judge'> = async () => sequentialJudge;
