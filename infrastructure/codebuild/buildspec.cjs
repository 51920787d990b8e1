// The build project's own buildspec: the program of infrastructure/codebuild/job.py, and nothing of a repository.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const program = readFileSync(join(__dirname, 'job.py'), 'utf8');
// A quoted here-document is taken as it is.
module.exports = JSON.stringify({
  version: 0.2,
  env: { shell: 'bash' },
  phases: { build: { commands: [`cat > /tmp/slipway-job.py <<'END_OF_JOB'\n${program}\nEND_OF_JOB`, 'python3 /tmp/slipway-job.py'] } },
});
