/** Mail by SMTP, for one machine. */
import { InvalidInput, ProviderUnavailable } from '../../domain/errors.ts';
import { kindOfAddress } from '../../domain/notification/address-rules.ts';
import type { Senders } from '../../ports/senders.ts';

const PORTS: Readonly<Record<string, number>> = { 'smtp:': 587, 'smtps:': 465 };
const TIMEOUT_MS = 10_000;
/** The server refuses this letter for good (RFC 5321, 4.2.1); what concerns the log-in (530 to 538) may be mended. */
const isOfLetter = (code: unknown): boolean => typeof code === 'number' && code >= 550 && code < 600;

/** A connection for each letter: there are few. Without encryption nothing is said to a server but this machine. */
export const sendMail: Senders['mail'] = async ({ server, from, user }, password, { to, subject, text, id }) => {
  const { createTransport } = await import('nodemailer');
  const url = new URL(server);
  const isHere = url.hostname === 'localhost' || kindOfAddress(url.hostname) === 'loopback';
  const transport = createTransport({
    host: url.hostname, port: url.port === '' ? PORTS[url.protocol] : Number(url.port), secure: url.protocol === 'smtps:', requireTLS: url.protocol === 'smtp:' && !isHere,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS, dnsTimeout: TIMEOUT_MS, disableFileAccess: true, disableUrlAccess: true,
  });
  try {
    await transport.sendMail({ from, to: [...to], subject, text, messageId: `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`, headers: { 'auto-submitted': 'auto-generated' } });
  } catch (error) {
    const { responseCode, code } = error as { responseCode?: number; code?: string };
    const said = `${url.host} did not take the mail (${responseCode ?? code ?? 'unknown'}): ${error instanceof Error ? error.message : String(error)}`;
    throw isOfLetter(responseCode) ? new InvalidInput(said, {}, { cause: error }) : new ProviderUnavailable(said, {}, { cause: error });
  } finally {
    transport.close();
  }
};
