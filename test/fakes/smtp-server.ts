/** A mail server as RFC 5321 has it, without encryption: it takes letters, or refuses recipients as it is told. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface SmtpServer {
  readonly url: string;
  readonly letters: { readonly from: string; readonly to: string[]; readonly text: string }[];
  /** The reply to RCPT TO. */
  recipientReply: string;
  /** Extensions that it names; with AUTH it wants `user` and `password`. */
  offersLogin: boolean;
  close(): Promise<void>;
}

export async function startSmtpServer(): Promise<SmtpServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let [from, to, text, isText, isIn]: [string, string[], string, boolean, boolean] = ['', [], '', false, false];
    let rest = '';
    const reply = (line: string) => socket.write(`${line}\r\n`);
    const take = (line: string): void => {
      if (isText) {
        if (line !== '.') { text += `${line.replace(/^\./, '')}\n`; return; }
        isText = false;
        self.letters.push({ from, to, text });
        reply('250 taken');
        return;
      }
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'EHLO') { reply('250-smtp.test'); reply(self.offersLogin ? '250 AUTH PLAIN' : '250 SIZE 100000'); }
      else if (verb === 'AUTH') { isIn = Buffer.from(line.slice('AUTH PLAIN '.length), 'base64').toString() === '\0user\0password'; reply(isIn ? '235 in' : '535 wrong'); }
      else if (verb === 'MAIL') { if (self.offersLogin && !isIn) reply('530 log in first'); else { [from, to, text] = [line, [], '']; reply('250 ok'); } }
      else if (verb === 'RCPT') { if (self.recipientReply.startsWith('2')) to.push(line.slice('RCPT TO:'.length)); reply(self.recipientReply); }
      else if (verb === 'DATA') { isText = true; reply('354 go on'); }
      else if (verb === 'QUIT') { reply('221 bye'); socket.end(); }
      else reply('250 ok');
    };
    reply('220 smtp.test');
    socket.on('data', (part) => {
      rest += part.toString('utf8');
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        take(line);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const self: SmtpServer = {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, letters: [], recipientReply: '250 ok', offersLogin: false,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close').catch(() => undefined);
    },
  };
  return self;
}
