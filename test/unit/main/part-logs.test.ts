import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { homeAt, type Home } from '../../../src/main/home.ts';
import { lastError, lastLine, logOf, rotateLogs } from '../../../src/main/part-logs.ts';

describe('the logs of the parts', () => {
  let home: Home;
  beforeEach(() => {
    home = homeAt(mkdtempSync(join(tmpdir(), 'slipway-logs-')));
    mkdirSync(home.logs);
  });
  afterEach(() => rmSync(home.root, { recursive: true, force: true }));

  it('are copied and emptied when they are large; small and missing ones are left', () => {
    writeFileSync(logOf(home, 'router'), 'x'.repeat(100));
    writeFileSync(logOf(home, 'supervisor'), 'short');
    rotateLogs(home, ['router', 'control-plane', 'supervisor'], 50);
    expect([statSync(logOf(home, 'router')).size, readFileSync(`${logOf(home, 'router')}.1`, 'utf8').length, readFileSync(logOf(home, 'supervisor'), 'utf8')]).toEqual([0, 100, 'short']);
  });

  it('are emptied without a copy where none can be made, and the other logs all the same', () => {
    for (const part of ['router', 'control-plane']) writeFileSync(logOf(home, part), 'x'.repeat(100));
    // No file can be made in the place of a folder that is not empty.
    mkdirSync(`${logOf(home, 'router')}.1/taken`, { recursive: true });
    rotateLogs(home, ['router', 'control-plane'], 50);
    expect([statSync(logOf(home, 'router')).size, statSync(logOf(home, 'control-plane')).size]).toEqual([0, 0]);
  });

  it('say why a part has ended', () => {
    const path = logOf(home, 'control-plane');
    expect([lastLine(path), lastError(path)]).toEqual([undefined, undefined]);
    writeFileSync(path, `${JSON.stringify({ level: 'info', message: 'recovered' })}\n${JSON.stringify({ level: 'error', message: 'The port is taken.' })}\n`);
    expect(lastError(path)).toBe('The port is taken.');
    appendFileSync(path, 'Killed\n');
    expect([lastLine(path), lastError(path)]).toEqual(['Killed', undefined]);
  });
});
