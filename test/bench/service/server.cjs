/** What every row starts, on every side: answers with its process id, ends at once when asked to. */
const { createServer } = require('node:http');

createServer((_request, response) => response.end(String(process.pid))).listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
