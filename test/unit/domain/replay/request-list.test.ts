import { describe, expect, it } from '@jest/globals';
import { parseRequestList } from '../../../../src/domain/replay/request-list.ts';

const refusal = (text: string): string => {
  try {
    parseRequestList(text, 'requests.txt');
    return 'it was taken';
  } catch (error) {
    return error instanceof Error ? `${error.name} ${error.message}` : '';
  }
};

describe('a list of requests', () => {
  it('takes paths, methods with paths, and JSON, and leaves comments out', () => {
    expect(parseRequestList('# shop\n/a?b=c\r\n\nHEAD /d\n{"method":"POST","target":"/e","headers":{"content-type":"application/json"},"body":"{}"}\n', 'f')).toEqual([
      { method: 'GET', target: '/a?b=c', headers: {} }, { method: 'HEAD', target: '/d', headers: {} }, { method: 'POST', target: '/e', headers: { 'content-type': 'application/json' }, body: '{}' },
    ]);
  });

  it.each([
    ['/a\nproducts', 'InvalidInput requests.txt:2: "products" is no request'],
    ['GET http://elsewhere/', 'InvalidInput requests.txt:1: "GET http://elsewhere/" is no request'],
    ['{"method":', 'InvalidInput requests.txt:1: the line is no JSON'],
    ['\n\n{"method":"GET","target":"a"}', 'InvalidInput requests.txt:3: target: a path that begins with /'],
    ['{"method":"GET","target":"/a","headers":{"x":"a\\r\\nb: c"}}', 'InvalidInput requests.txt:1: headers.x: no line ends'],
    ['# nothing\n', 'InvalidInput requests.txt: there is no request in it'],
  ])('refuses %j with file, line and reason', (text, says) => expect(refusal(text)).toContain(says));
});
