/** Pipelines and deployments: start, look, steer. */
import { deployAsShown } from '../app/deploy-as-shown.ts';
import { executionDefinition, executionProgress } from '../app/execution-progress.ts';
import { executionHistory } from '../app/execution-history.ts';
import { pipelineDetail } from '../app/look.ts';
import { previewPlan } from '../app/preview-plan.ts';
import { searchPipelines } from '../app/search-pipelines.ts';
import { cancel } from '../app/steer.ts';
import * as operations from '../contracts/api/deployments.ts';
import { describePlan } from '../domain/planner/describe-plan.ts';
import { traceLink } from '../domain/trace/trace-link.ts';
import { anywhere, atNamed, atPipeline, teams, whereNamed } from './access.ts';
import { bind } from './serve.ts';

export const deploymentBindings = [
  bind(operations.deploy, whereNamed, async (ports, { body, by }) => ({ value: await deployAsShown(ports)({ ...body, by }) })),
  bind(operations.previewPlan, atNamed, async (ports, { body }) => ({ value: await previewPlan(ports)(body) })),
  bind(operations.readPipeline, atPipeline, async (ports, { params }) => {
    const { pipeline, deployments } = await pipelineDetail(ports)(params.pipeline);
    return { value: { pipeline, trace: traceLink(pipeline.trace, ports.settings.traceUrl), deployments: deployments.map((one) => ({ ...one, lines: describePlan(one.deployment.plan) })) } };
  }),
  bind(operations.readExecutions, atPipeline, async (ports, { params }) => ({ value: await executionHistory(ports)(params.pipeline) })),
  bind(operations.readProgress, atPipeline, async (ports, { params }) => ({ value: await executionProgress(ports)(params.pipeline) })),
  bind(operations.readDefinition, atPipeline, async (ports, { params: { pipeline, machine, execution } }) => ({ value: { machine, name: execution, definition: (await executionDefinition(ports)(pipeline, machine, execution)) as never } })),
  bind(operations.searchPipelines, anywhere, async (ports, { query: { team, ...search }, sees }) => {
    const teamOf = teams(ports);
    const { items, next } = await searchPipelines(ports)({ ...search, isWanted: async ({ service, waves }) => {
      const own = await teamOf(service);
      return (team === undefined || own === team) && waves.flat().some((environment) => sees(own, environment));
    } });
    return { value: await Promise.all(items.map(async ({ manifest: _manifest, ...line }) => ({ ...line, team: await teamOf(line.service) }))), next };
  }),
  bind(operations.cancelPipeline, atPipeline, async (ports, { params, body, by }) => ({ value: await cancel(ports)({ pipelineId: params.pipeline, by, ...body }) })),
];
