import { stageScenarios } from './stage.ts';
export const CANARY = stageScenarios('canary');
