/** `/docs`: the methods as one page of ours, with a form to try them. Nothing comes from elsewhere, nothing is inline. */
import type { AnyMethod } from '../method.ts';
import { inputSchema, outputSchema } from './json-schema.ts';

export function docsPage(table: readonly AnyMethod[], version: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Taskgrove API</title>
<link rel="stylesheet" href="/docs/style.css">
<script src="/docs/script.js" defer></script>
</head>
<body>
<a class="skip" href="#methods">Skip to the methods</a>
<header>
<h1>Taskgrove API <small>${escapeHtml(version)}</small></h1>
<p>JSON-RPC 2.0 over HTTP. Also as <a href="/openapi.json">OpenAPI</a> and <a href="/tasks/methods">method list</a>, and by <code>rpc.discover</code>.</p>
<p><label for="filter">Find a method</label> <input id="filter" type="search" autocomplete="off"></p>
</header>
<main id="methods">
${table.map(section).join('\n')}
</main>
</body>
</html>
`;
}

function section(method: AnyMethod): string {
  const id = method.name.replaceAll('.', '-');
  const params = method.examples[0]?.params ?? {};
  const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method: method.name, params }, null, 2);
  const aliases = (method.aliases ?? []).map((alias) => `<code>${escapeHtml(alias)}</code>`).join(', ');
  return `<section id="${id}" data-method="${escapeHtml(method.name)}" aria-labelledby="${id}-title">
<h2 id="${id}-title"><a href="#${id}">${escapeHtml(method.name)}</a></h2>
<p>${escapeHtml(method.description)}</p>
<p class="facts"><code>POST /${method.scope}</code> ${aliases === '' ? '' : `also ${aliases}`}</p>
<details><summary>Params</summary>${schemaBlock(`Params of ${method.name}`, inputSchema(method.params))}</details>
<details><summary>Result</summary>${schemaBlock(`Result of ${method.name}`, outputSchema(method.result))}</details>
<details><summary>Try it</summary>
<form data-path="/${method.scope}">
<label for="${id}-request">Request</label>
<textarea id="${id}-request" rows="8" spellcheck="false">${escapeHtml(request)}</textarea>
<button type="submit">Send</button>
<output for="${id}-request" aria-live="polite"><pre tabindex="0" aria-label="Answer of ${escapeHtml(method.name)}"></pre></output>
</form>
</details>
</section>`;
}

function schemaBlock(label: string, schema: unknown): string {
  return `<pre tabindex="0" aria-label="${escapeHtml(label)}">${escapeHtml(JSON.stringify(schema, null, 2))}</pre>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
