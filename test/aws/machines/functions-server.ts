/** Answers lambda:Invoke for the interpreter, on loopback, as the current scenario says. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { thrownPayload, tokenAnswerOf, type Answering } from './answering.ts';
import { SERVICE_ERRORS, type Answer, type TokenAnswer } from './scenario.ts';

export interface FunctionsServer {
  readonly address: string;
  /** From now on these answers count. */
  use(answers: Answering, byToken: (token: string, answer: TokenAnswer) => Promise<void>): void;
  /** What went wrong in answering; a scenario must not pass with it. */
  readonly faults: unknown[];
  close(): Promise<void>;
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
};

const send = (response: ServerResponse, status: number, headers: Record<string, string>, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': '1', ...headers }).end(JSON.stringify(body) ?? 'null');
};

const reply = (response: ServerResponse, answer: Answer): void => {
  if (answer === 'never') send(response, 200, { 'x-slipway-never': 'yes' }, null);
  else if ('service' in answer) send(response, SERVICE_ERRORS[answer.service], { 'x-amzn-errortype': answer.service }, { Type: 'User', Message: 'refused' });
  else if ('error' in answer) send(response, 200, { 'x-amz-function-error': 'Unhandled' }, thrownPayload(answer));
  else send(response, 200, { 'x-amz-executed-version': '$LATEST' }, answer.result);
};

export async function startFunctions(): Promise<FunctionsServer> {
  let current: { answers: Answering; byToken: (token: string, answer: TokenAnswer) => Promise<void> } | undefined;
  const faults: unknown[] = [];

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const functionName = decodeURIComponent(/^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(request.url ?? '')?.[1] ?? '');
    const payload = JSON.parse((await bodyOf(request)) || 'null') as { token?: string } | null;
    const now = current;
    if (now === undefined) throw new Error(`${functionName} was called before a scenario began.`);
    const answer = await now.answers.answerTo({ functionName, payload });
    // A nested machine has no timeout of its own: its stand-in is simply at work until the end.
    if (answer === 'never' && functionName.startsWith('machine-')) return;
    reply(response, answer);
    const later = tokenAnswerOf(answer);
    if (later !== undefined && later !== 'never' && payload?.token !== undefined) await now.byToken(payload.token, later);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((fault: unknown) => {
      faults.push(fault);
      if (!response.headersSent) send(response, 500, { 'x-amzn-errortype': 'NoAnswer' }, { Message: String(fault) });
    });
  });
  await new Promise<void>((listening) => { server.listen(0, '127.0.0.1', listening); });
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    use: (answers, byToken) => { current = { answers, byToken }; },
    faults,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => { server.close(closed); });
    },
  };
}
