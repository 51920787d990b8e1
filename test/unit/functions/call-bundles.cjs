/** Loads bundles as Lambda's runtime does and calls each with its samples: node call-bundles.cjs <folder of bundles> <folder of events> <file>. Writes what each said to the file. */
const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { basename, join } = require('node:path');

const [folder, events, file] = process.argv.slice(2);

async function said(handler, event) {
  try {
    const answer = await handler(event, {});
    return { answer: answer?.statusCode ?? typeof answer, body: typeof answer?.body === 'string' ? answer.body : undefined };
  } catch (error) {
    return { error: error.name, message: error.message };
  }
}

async function callAll() {
  const found = [];
  for (const bundle of readdirSync(folder)) {
    const stem = basename(bundle, '.cjs');
    const { handler } = require(join(folder, bundle));
    for (const sample of readdirSync(join(events, stem))) found.push({ stem, sample, ...(await said(handler, JSON.parse(readFileSync(join(events, stem, sample), 'utf8')))) });
    found.push({ stem, sample: '(no event)', ...(await said(handler, 'no event')) });
  }
  writeFileSync(file, JSON.stringify(found));
}

callAll().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
