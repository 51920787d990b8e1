/** The launch template of a revision: instances are started from a version of it that is never changed. */
import { CreateLaunchTemplateCommand, CreateLaunchTemplateVersionCommand, DeleteLaunchTemplateCommand, DescribeLaunchTemplateVersionsCommand, type LaunchTemplateVersion, type RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import { canonicalJson } from '../../domain/canonical.ts';
import { Conflict, ProviderUnavailable } from '../../domain/errors.ts';
import type { Generation, RevisionId } from '../../domain/ids.ts';
import type { RevisionSpec } from '../../domain/revision.ts';
import { isFault, lookingFor } from '../_aws/fault.ts';
import type { Change } from '../_aws/guard.ts';
import { clientToken, hash, resourceName, tagsOf } from '../_aws/names.ts';
import { EC2, type Machines } from './clients.ts';
import type { Ec2Settings } from './settings.ts';
import { userData } from './user-data.ts';

export interface TemplateVersion {
  readonly id: string;
  readonly version: string;
}

const ABSENT = ['InvalidLaunchTemplateName.NotFound', 'InvalidLaunchTemplateName', 'InvalidLaunchTemplateId.NotFound'];

export function templateOf(spec: RevisionSpec, settings: Ec2Settings, generation: Generation): RequestLaunchTemplateData {
  const Tags = [{ Key: 'Name', Value: resourceName(spec.revision) }, ...Object.entries(tagsOf(spec, generation)).map(([Key, Value]) => ({ Key, Value }))];
  return {
    ImageId: settings.ami, InstanceType: settings.instanceType as never, IamInstanceProfile: { Arn: settings.instanceProfile }, SecurityGroupIds: settings.securityGroups,
    UserData: Buffer.from(userData(spec, settings)).toString('base64'), InstanceInitiatedShutdownBehavior: 'terminate',
    // Session tokens only, and not through a container: what the service fetches cannot be tricked out of it by a request.
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1, HttpEndpoint: 'enabled' },
    TagSpecifications: [{ ResourceType: 'instance', Tags }, { ResourceType: 'volume', Tags }],
  };
}

/** A version is found again by what it holds; the generation that made it says nothing about that. */
const contentOf = (spec: RevisionSpec, settings: Ec2Settings): string => hash(canonicalJson(templateOf(spec, settings, 0 as Generation)), 32);

/** The version that holds what the revision is, made if it is not there. */
export async function ensureTemplate(client: Machines, change: Change, spec: RevisionSpec, settings: Ec2Settings, generation: Generation): Promise<TemplateVersion> {
  const name = resourceName(spec.revision);
  const content = contentOf(spec, settings);
  const versions = await versionsOf(client, name);
  const found = holding(versions, content);
  if (found !== undefined) return found;
  const data = { LaunchTemplateData: templateOf(spec, settings, generation), VersionDescription: content, ClientToken: clientToken(spec, generation) };
  if (versions.length > 0) {
    const made = (await change(EC2, `add a version to the launch template ${name}`, () => client.send(new CreateLaunchTemplateVersionCommand({ LaunchTemplateName: name, ...data, ClientToken: `${data.ClientToken}v` })))).LaunchTemplateVersion;
    return given(name, made?.LaunchTemplateId, made?.VersionNumber);
  }
  const Tags = Object.entries(tagsOf(spec, generation)).map(([Key, Value]) => ({ Key, Value }));
  return await change(EC2, `create the launch template ${name}`, async () => {
    try {
      const made = (await client.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: name, ...data, TagSpecifications: [{ ResourceType: 'launch-template', Tags }] }))).LaunchTemplate;
      return given(name, made?.LaunchTemplateId, made?.LatestVersionNumber);
    } catch (error) {
      if (!isFault(error, 'InvalidLaunchTemplateName.AlreadyExists', 'InvalidLaunchTemplateName.AlreadyExistsException')) throw error;
      // Made by a call whose answer was lost, or at the same time, and not seen by the look before.
      const theirs = holding(await versionsOf(client, name), content);
      if (theirs === undefined) throw new Conflict(`The launch template ${name} was made at the same time. It is tried again.`, { name }, { cause: error });
      return theirs;
    }
  });
}

const versionsOf = async (client: Machines, name: string): Promise<readonly LaunchTemplateVersion[]> =>
  (await lookingFor(EC2, `read the launch template ${name}`, ABSENT, () => client.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: name }))))?.LaunchTemplateVersions ?? [];

function holding(versions: readonly LaunchTemplateVersion[], content: string): TemplateVersion | undefined {
  const found = versions.find(({ VersionDescription }) => VersionDescription === content);
  return found?.LaunchTemplateId === undefined || found.VersionNumber === undefined ? undefined : { id: found.LaunchTemplateId, version: String(found.VersionNumber) };
}

function given(name: string, id: string | undefined, version: number | undefined): TemplateVersion {
  if (id === undefined || version === undefined) throw new ProviderUnavailable(`EC2 made the launch template ${name} and did not name it. Try again.`, { name });
  return { id, version: String(version) };
}

/** Gone already is as good. */
export async function deleteTemplate(client: Machines, change: Change, revision: RevisionId): Promise<void> {
  const name = resourceName(revision);
  if ((await versionsOf(client, name)).length === 0) return;
  await change(EC2, `delete the launch template ${name}`, () => lookingFor(EC2, `delete the launch template ${name}`, ABSENT, () => client.send(new DeleteLaunchTemplateCommand({ LaunchTemplateName: name }))));
}
