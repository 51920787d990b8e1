/** How what a service writes on an instance comes to CloudWatch Logs: through a file, which the agent of the image reads. */
import type { RevisionId } from '../../domain/ids.ts';

export const OUTPUT_FILE = '/var/log/slipway-service.log';
export const AGENT = '/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl';
export const AGENT_FILE = '/etc/slipway/output.json';
export const ROTATION_FILE = '/etc/logrotate.d/slipway-service';

/**
 * Streams begin with the revision, which is how they are found; the agent puts the instance's id in.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
 */
export const agentFile = (revision: RevisionId, logGroup: string): string =>
  `${JSON.stringify({ logs: { logs_collected: { files: { collect_list: [{ file_path: OUTPUT_FILE, log_group_name: logGroup, log_stream_name: `${revision}/{instance_id}` }] } } } }, null, 1)}\n`;

/** The service keeps the file open, so it is emptied in its place; the agent notices. */
export const rotationFile = (): string => `${OUTPUT_FILE} {
  size 64M
  rotate 1
  copytruncate
  missingok
}
`;
