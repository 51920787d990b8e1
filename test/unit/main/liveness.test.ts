import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { homeAt, type Home } from '../../../src/main/home.ts';
import { askControlPlane, askRouter, silentTooLong } from '../../../src/main/liveness.ts';

const SERVER = `
const { createServer } = require('node:http');
const { writeFileSync } = require('node:fs');
createServer((request, response) => response.end()).listen(process.argv[1], () => {
  const server = createServer((request, response) => response.end()).listen(0, '127.0.0.1', () => {
    writeFileSync(process.argv[2], 'http://127.0.0.1:' + server.address().port + '\\n');
    console.log('serving');
  });
});`;

describe('whether a part answers', () => {
  let home: Home;
  let part: ChildProcess;
  beforeEach(async () => {
    home = homeAt(mkdtempSync(join(tmpdir(), 'slw-')));
    mkdirSync(home.router, { recursive: true });
    part = spawn(process.execPath, ['-e', SERVER, home.routerSocket, home.address], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (part.stdout !== null) await once(part.stdout, 'data');
  });
  afterEach(async () => {
    part.kill('SIGKILL');
    if (part.exitCode === null && part.signalCode === null) await once(part, 'exit');
    rmSync(home.root, { recursive: true, force: true });
  });

  it('is asked of both parts: yes while they run, no while they are suspended, yes when they go on', async () => {
    const both = () => Promise.all([askRouter(home)(500), askControlPlane(home)(500)]);
    expect(await both()).toEqual([true, true]);
    part.kill('SIGSTOP');
    expect(await both()).toEqual([false, false]);
    part.kill('SIGCONT');
    expect(await Promise.all([askRouter(home)(10_000), askControlPlane(home)(10_000)])).toEqual([true, true]);
  }, 30_000);

  it('is no without an address, and at one where nothing listens', async () => {
    writeFileSync(home.address, 'http://127.0.0.1:1\n');
    expect(await askControlPlane(home)(500)).toBe(false);
    rmSync(home.address);
    expect(await askControlPlane(home)(500)).toBe(false);
    rmSync(home.routerSocket);
    expect(await askRouter(home)(500)).toBe(false);
  });
});

describe('a part that closes each new connection', () => {
  it('answers by that: it has as many open as it may, and is not to be ended for it', async () => {
    const home = homeAt(mkdtempSync(join(tmpdir(), 'slw-')));
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    writeFileSync(home.address, `http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
    expect(await askControlPlane(home)(2000)).toBe(true);
    server.close();
    rmSync(home.root, { recursive: true });
  });
});

describe('a part that is silent', () => {
  /** Answers as listed, then as the last one. */
  const asked = async (answers: readonly boolean[], stopAfter: number) => {
    const ending = new AbortController();
    let count = 0;
    const ask = async () => {
      const answer = answers[Math.min(count, answers.length - 1)] === true;
      count += 1;
      if (count >= stopAfter) ending.abort();
      return answer;
    };
    return { tooLong: await silentTooLong({ ask, everyMs: 1, patienceMs: 5 }, ending.signal), count };
  };

  it('is so after five questions in a row without an answer, not before', async () => {
    expect(await asked([true, false, false, false, false, true, false], 100)).toEqual({ tooLong: true, count: 11 });
  });

  it('never is while it starts, however long', async () => {
    expect(await asked([false], 50)).toEqual({ tooLong: false, count: 50 });
  });
});
