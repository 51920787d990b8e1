import { stageScenarios } from './stage.ts';
export const ROLLOUT = stageScenarios('rollout');
