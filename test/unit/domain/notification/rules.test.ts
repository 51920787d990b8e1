/** Who is told of what, and to which addresses nothing is sent. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseEnvironments } from '../../../../src/contracts/manifest-file.ts';
import { kindOfAddress, urlProblem } from '../../../../src/domain/notification/address-rules.ts';
import { NO_FACTS, type Notification, SEVERITIES } from '../../../../src/domain/notification/notification.ts';
import { describeChannel, NotificationRule, wants } from '../../../../src/domain/notification/rule.ts';

const notification = (parts: Partial<Record<keyof Notification, unknown>> = {}): Notification => ({
  id: 'x', kind: 'alert', severity: 'warning', at: 0, service: 'catalog', team: 'shop', environment: 'production', pipeline: null, title: '', text: '', url: null, facts: NO_FACTS, ...parts,
} as Notification);
const rule = (parts: Record<string, unknown>): NotificationRule => NotificationRule.parse({ name: 'one', to: [{ kind: 'slack', channel: 'C024BE7LH' }], ...parts });

describe('a rule', () => {
  it.each([
    [{}, {}, true], [{ teams: ['shop'] }, {}, true], [{ teams: ['other'] }, {}, false], [{ teams: ['shop'] }, { team: null, service: null }, false],
    [{ services: ['catalog', 'basket'] }, {}, true], [{ services: ['basket'] }, {}, false], [{ environments: ['production'] }, {}, true], [{ environments: ['production'] }, { environment: null }, false],
    [{ events: ['alert'] }, {}, true], [{ events: ['pipeline-failed'] }, {}, false], [{ severity: 'warning' }, {}, true], [{ severity: 'critical' }, {}, false], [{ severity: 'warning' }, { severity: 'info' }, false],
    [{}, { service: null, team: null, environment: null }, true],
  ])('%j wants %j: %s', (given, what, expected) => {
    expect(wants(rule(given), notification(what))).toBe(expected);
  });

  it('that names less wants all that one wants that names more', () => {
    const names = (...list: string[]) => fc.option(fc.uniqueArray(fc.constantFrom(...list), { minLength: 1 }), { nil: undefined });
    const narrow = fc.record({ teams: names('shop', 'pay'), services: names('catalog', 'basket'), environments: names('staging', 'production'), severity: fc.constantFrom(...SEVERITIES) });
    const what = fc.record({ team: fc.constantFrom('shop', 'pay', null), service: fc.constantFrom('catalog', 'basket', null), environment: fc.constantFrom('staging', 'production', null), severity: fc.constantFrom(...SEVERITIES) });
    fc.assert(fc.property(narrow, what, fc.constantFrom('teams', 'services', 'environments'), (given, happening, field) => {
      const told = notification(happening);
      if (wants(rule(given), told)) {
        expect(wants(rule({ ...given, [field]: undefined }), told)).toBe(true);
        expect(wants(rule({ ...given, severity: 'info' }), told)).toBe(true);
      }
    }));
  });

  it('shows its recipients without what may be a key', () => {
    const secret = ['hooks', 'T000-key'].join('/');
    expect(describeChannel({ kind: 'webhook', url: `https://example.com/${secret}?token=abc`, secret: 'hook' })).toBe('webhook https://example.com/...');
    expect(describeChannel({ kind: 'cdevents', url: 'https://events.example.com/' })).toBe('CDEvents https://events.example.com');
    expect(describeChannel({ kind: 'topic', topic: 'arn:aws:sns:eu-central-1:123456789012:slipway-on-call' })).toBe('SNS slipway-on-call');
  });
});

describe('addresses', () => {
  it.each([
    ['127.0.0.1', 'loopback'], ['127.255.0.9', 'loopback'], ['::1', 'loopback'], ['::ffff:127.0.0.1', 'loopback'], ['::ffff:7f00:1', 'loopback'], ['0:0:0:0:0:0:0:1', 'loopback'],
    ['169.254.169.254', 'forbidden'], ['169.254.170.2', 'forbidden'], ['::ffff:169.254.169.254', 'forbidden'], ['::ffff:a9fe:a9fe', 'forbidden'], ['64:ff9b::a9fe:a9fe', 'forbidden'], ['2002:a9fe:a9fe::1', 'forbidden'],
    ['fe80::1', 'forbidden'], ['fe80::1%eth0', 'forbidden'], ['febf::1', 'forbidden'], ['fd00:ec2::254', 'forbidden'], ['fd20:ce::254', 'forbidden'], ['0.0.0.0', 'forbidden'], ['0.1.2.3', 'forbidden'], ['::', 'forbidden'],
    ['224.0.0.1', 'forbidden'], ['239.1.1.1', 'forbidden'], ['255.255.255.255', 'forbidden'], ['ff02::1', 'forbidden'], ['100.100.100.200', 'forbidden'], ['168.63.129.16', 'forbidden'], ['192.0.0.192', 'forbidden'],
    ['not an address', 'forbidden'], ['1.2.3', 'forbidden'], ['12345::', 'forbidden'], ['1::2::3', 'forbidden'],
    ['10.0.0.1', 'other'], ['192.168.1.1', 'other'], ['8.8.8.8', 'other'], ['fd00::1', 'other'], ['2001:db8::1', 'other'], ['::ffff:8.8.8.8', 'other'],
  ])('%s is %s', (address, kind) => {
    expect(kindOfAddress(address)).toBe(kind);
  });

  it.each([
    ['https://example.com/hook', null], ['https://10.0.0.1/hook', null], ['http://127.0.0.1:8080/hook', null], ['http://localhost/hook', null], ['http://[::1]:8080/', null], ['https://[2001:db8::1]/', null],
    ['http://example.com/hook', 'encrypted'], ['http://10.0.0.1/', 'encrypted'], ['https://169.254.169.254/latest', 'metadata'], ['http://169.254.169.254/latest', 'metadata'], ['https://[fe80::1]/', 'metadata'], ['https://0x7f000001.example/', null],
    // What a parser of addresses makes of other spellings is what is looked at.
    ['https://2852039166/', 'metadata'], ['https://0xa9fea9fe/', 'metadata'], ['https://0251.0376.0251.0376/', 'metadata'],
    ['https://user:pass@example.com/', 'user or a password'], ['https://example.com/#x', 'fragment'], ['ftp://example.com/', 'no address'], ['nonsense', 'no address'],
  ])('%s: %s', (url, problem) => {
    const found = urlProblem(url);
    if (problem === null) expect(found).toBeNull();
    else expect(found).toContain(problem);
  });
});

describe('environments.yaml', () => {
  const text = (notifications: string) => `environments:\n  - { name: staging, kind: staging, wave: 1 }\n  - { name: production, kind: production, wave: 2 }\nnotifications:\n${notifications}`;
  const issues = (notifications: string) => {
    const result = parseEnvironments(text(notifications), 'environments.yaml');
    return result.ok ? [] : result.issues.map(({ line, message, allowed }) => `${line}: ${message} ${(allowed ?? []).join(' ')}`);
  };

  it('takes rules of every kind of channel', () => {
    const result = parseEnvironments(text(`  mail: { server: "smtp://mail.example.com:587", from: slipway@example.com, user: slipway, password: smtp-password }
  rules:
    - name: on-call
      events: [alert, deployment-rolled-back]
      severity: warning
      environments: [production]
      to:
        - { kind: slack, channel: C024BE7LH }
        - { kind: email, to: [anna@example.com] }
        - { kind: topic, topic: "arn:aws:sns:eu-central-1:123456789012:slipway-on-call" }
        - { kind: webhook, url: "https://example.com/hook", secret: hook }
        - { kind: cdevents, url: "https://example.com/events" }
`), 'environments.yaml');
    expect(result.ok && result.environments.notifications.rules).toMatchObject([{ name: 'on-call', severity: 'warning', to: [{ kind: 'slack' }, { kind: 'email' }, { kind: 'topic' }, { kind: 'webhook' }, { kind: 'cdevents' }] }]);
  });

  it.each([
    ['  rules:\n    - name: one\n      to: [{ kind: email, to: [anna@example.com] }]\n', /^7: .*mail needs a server/],
    ['  rules:\n    - name: one\n      environments: [prod]\n      to: [{ kind: slack, channel: C024BE7LH }]\n', /^7: .*there is no environment "prod"/],
    ['  rules:\n    - name: one\n      to:\n        - { kind: webhook, url: "http://example.com/", secret: x }\n', /^8: .*not encrypted/],
    ['  rules:\n    - name: one\n      to:\n        - { kind: webhook, url: "https://example.com/" }\n', /^8: .*secret/],
    ['  rules:\n    - name: one\n      to:\n        - { kind: cdevents, url: "https://169.254.169.254/" }\n', /^8: .*metadata/],
    ['  rules:\n    - { name: one, to: [{ kind: slack, channel: C024BE7LH }] }\n    - { name: one, to: [{ kind: slack, channel: C024BE7LH }] }\n', /^7: .*named twice/],
    ['  rules:\n    - name: one\n      events: [pipeline-faild]\n      to: [{ kind: slack, channel: C024BE7LH }]\n', /^7: .*pipeline-failed/],
    ['  rules:\n    - name: one\n      to: [{ kind: pager, channel: C024BE7LH }]\n', /^7: .*webhook/],
    ['  rules:\n    - name: one\n      to: [{ kind: slack, channel: "#general" }]\n', /^7: .*id of a channel/],
  ])('%s', (notifications, expected) => {
    expect(issues(notifications)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });
});
