/** Actions that roles allow and that no call of our code makes in a recording, with the reason. */
export const JUSTIFIED: Readonly<Record<string, string>> = {
  'logs:CreateLogStream': 'Lambda itself writes the log, with the function\'s role; nothing of it is a call of ours.',
  'logs:PutLogEvents': 'As above.',
  'xray:PutTraceSegments': 'Lambda itself sends the traces, with the function\'s role.',
  'xray:PutTelemetryRecords': 'As above.',
  'sqs:SendMessage': 'Lambda itself sends an event that failed to the on-failure destination, with the function\'s role.',
};
