/** Releases, and the configuration in force. */
import { comparison, configurationInForce, releaseNamed, releasesPart } from '../app/releases.ts';
import * as operations from '../contracts/api/releases.ts';
import { atPlace, atService } from './access.ts';
import { bind } from './serve.ts';

export const releaseBindings = [
  bind(operations.listReleases, atService, async (ports, { params, query }) => {
    const { items, next } = await releasesPart(ports)(params.service, query);
    return { value: items, next };
  }),
  bind(operations.readRelease, atService, async (ports, { params }) => ({ value: await releaseNamed(ports)(params.service, params.release) })),
  bind(operations.compareReleases, atService, async (ports, { params, query }) => ({ value: await comparison(ports)(params.service, query) })),
  bind(operations.readConfiguration, atPlace, async (ports, { params }) => ({ value: await configurationInForce(ports)(params.service, params.environment) })),
];
