/** A browser without a screen: follows redirects with cookies, and fills in the provider's form. */
const STEPS_MAX = 12;

/** Logs in at the provider as somebody, from an authorization address on. @returns where the browser is sent back to, not opened */
export async function logInAtProvider(address: string, login: string): Promise<URL> {
  const cookies = new Map<string, string>();
  const { origin } = new URL(address);
  let next: { url: URL; form?: URLSearchParams } = { url: new URL(address) };
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const response = await fetch(next.url, {
      redirect: 'manual', headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '), accept: 'text/html' }, ...(next.form === undefined ? {} : { method: 'POST', body: next.form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const location = response.headers.get('location');
    if (location !== null) {
      const url = new URL(location, next.url);
      if (url.origin !== origin) return url;
      next = { url };
      continue;
    }
    const html = await response.text();
    const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1];
    const prompt = /name="prompt" value="(login|consent)"/.exec(html)?.[1];
    if (action === undefined || prompt === undefined) throw new Error(`the provider answered ${response.status} without a form to log in with: ${html.slice(0, 500)}`);
    // A native client is always asked about once more. https://www.rfc-editor.org/rfc/rfc8252#section-8.6
    next = { url: new URL(action, next.url), form: new URLSearchParams(prompt === 'login' ? { prompt, login, password: 'any' } : { prompt }) };
  }
  throw new Error('the provider sent the browser on and on');
}
