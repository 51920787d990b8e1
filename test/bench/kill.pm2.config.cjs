/** The peer of the row "kill": pm2 as it comes, fork mode, one app per kill so that no restart is slowed by an earlier one. */
const { BENCH_SCRIPT: script, BENCH_NODE: interpreter, BENCH_PORTS: ports } = process.env;

module.exports = {
  apps: ports.split(',').map((port) => ({ name: `bench-${port}`, script, interpreter, exec_mode: 'fork', instances: 1, autorestart: true, env: { PORT: port } })),
};
