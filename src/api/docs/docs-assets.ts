/** Style and script of `/docs`, served as files of their own so that the page needs no inline code. */

export const DOCS_STYLE = `:root { color-scheme: light dark; --text: #1d2420; --back: #fbfcfa; --soft: #eef2ec; --line: #7b877f; --link: #14613a; }
@media (prefers-color-scheme: dark) { :root { --text: #e6ece7; --back: #141a16; --soft: #1f2822; --line: #869489; --link: #8fd6ab; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
a { color: var(--link); }
h2 a { text-decoration: none; }
h2 a:hover, h2 a:focus { text-decoration: underline; }
small { font-weight: normal; }
section { border-top: 1px solid var(--line); padding: 0.5rem 0; }
summary { cursor: pointer; padding: 0.25rem 0; }
pre, textarea, input { font: 0.875rem/1.4 ui-monospace, monospace; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: 0.25rem; }
pre { padding: 0.75rem; overflow: auto; max-height: 24rem; margin: 0.5rem 0; }
pre:empty { display: none; }
textarea { display: block; width: 100%; padding: 0.5rem; }
input { padding: 0.25rem 0.5rem; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0; font-size: 0.9375rem; }
th, td { border-bottom: 1px solid var(--line); padding: 0.25rem 0.75rem 0.25rem 0; text-align: left; vertical-align: top; font-weight: normal; }
thead th, caption { font-weight: 600; text-align: left; }
.wide { overflow-x: auto; }
nav p { margin: 0.25rem 0; }
nav a { margin-right: 0.5rem; display: inline-block; }
button { margin: 0.5rem 0; padding: 0.4rem 1rem; font: inherit; color: var(--back); background: var(--link); border: 0; border-radius: 0.25rem; cursor: pointer; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
output { display: block; }
[hidden] { display: none; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; }
`;

export const DOCS_SCRIPT = `'use strict';
const sections = [...document.querySelectorAll('section[data-method]')];
document.getElementById('filter').addEventListener('input', (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  for (const section of sections) section.hidden = !section.textContent.toLowerCase().includes(wanted);
});
async function show(response, into) {
  const type = response.headers.get('content-type') || '';
  if (!type.startsWith('text/event-stream')) {
    const text = await response.text();
    try { into.textContent += JSON.stringify(JSON.parse(text), null, 2); } catch { into.textContent += text; }
    return;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    into.textContent += value;
  }
}
for (const form of document.querySelectorAll('form[data-path]')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const answer = form.querySelector('output pre');
    answer.textContent = 'Waiting for the answer';
    try {
      const response = await fetch(form.dataset.path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: form.querySelector('textarea').value,
      });
      answer.textContent = 'HTTP ' + response.status + '\\n';
      await show(response, answer);
    } catch (error) {
      answer.textContent = String(error);
    }
  });
}
`;
