/** `/docs`: the methods as one page of ours, with a form to try them. Nothing comes from elsewhere, nothing is inline. */
import { type ErrorCode, errorPagePath } from '../../core/errors.ts';
import type { AnyMethod } from '../method.ts';
import { GENERAL_ERRORS } from './error-docs.ts';
import { inputSchema, type JsonSchema, outputSchema } from './json-schema.ts';

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
<nav aria-label="Methods">${groups(table).map(groupLinks).join('')}</nav>
<main id="methods">
${groups(table)
  .map(([, methods]) => methods.map(section).join('\n'))
  .join('\n')}
</main>
</body>
</html>
`;
}

type Group = readonly [name: string, methods: readonly AnyMethod[]];

/** By the name's first part: tasks, runs, keys … */
function groups(table: readonly AnyMethod[]): Group[] {
  return [...Map.groupBy(table, ({ name }) => name.split('.')[0] ?? '')];
}

function groupLinks([name, methods]: Group): string {
  const links = methods.map(
    (method) => `<a href="#${idOf(method)}">${escapeHtml(method.name.slice(name.length + 1))}</a>`,
  );
  return `<p><b>${escapeHtml(name)}</b> ${links.join(' ')}</p>\n`;
}

function idOf(method: AnyMethod): string {
  return method.name.replaceAll('.', '-');
}

function section(method: AnyMethod): string {
  const id = idOf(method);
  const params = method.examples[0]?.params ?? {};
  const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method: method.name, params }, null, 2);
  const aliases = (method.aliases ?? []).map((alias) => `<code>${escapeHtml(alias)}</code>`).join(', ');
  return `<section id="${id}" data-method="${escapeHtml(method.name)}" aria-labelledby="${id}-title">
<h2 id="${id}-title"><a href="#${id}">${escapeHtml(method.name)}</a></h2>
<p>${escapeHtml(method.description)}</p>
<p class="facts"><code>POST /${method.scope}</code> ${aliases === '' ? '' : `also ${aliases}`}</p>
${fieldTable(`Params of ${method.name}`, inputSchema(method.params))}
<p class="facts">Errors: ${errorLinks(method)}</p>
<details><summary>Result</summary>${fieldTable(`Result of ${method.name}`, outputSchema(method.result))}</details>
<details><summary>As JSON Schema</summary>${schemaBlock(`Params of ${method.name}`, inputSchema(method.params))}${schemaBlock(`Result of ${method.name}`, outputSchema(method.result))}</details>
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

/** One row a member; of a list or a choice, those of its first object. */
function fieldTable(label: string, schema: JsonSchema): string {
  const object = firstObject(schema);
  const fields = Object.entries((object?.['properties'] ?? {}) as Record<string, JsonSchema>);
  if (fields.length === 0) return '<p class="facts">No fields of its own.</p>';
  const required = new Set((object?.['required'] ?? []) as string[]);
  const rows = fields.map(
    ([name, field]) =>
      `<tr><th scope="row"><code>${escapeHtml(name)}</code>${required.has(name) ? ' <small>required</small>' : ''}</th>` +
      `<td>${escapeHtml(typeText(field))}</td><td>${escapeHtml(String(field['description'] ?? ''))}</td></tr>`,
  );
  const isList = object !== schema ? `<caption>${escapeHtml(typeText(schema))}, each:</caption>` : '';
  return `<div class="wide" tabindex="0" role="region" aria-label="${escapeHtml(label)}"><table>${isList}<thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function firstObject(schema: JsonSchema): JsonSchema | null {
  if (schema['properties'] !== undefined) return schema;
  const inner = [
    ...((schema['anyOf'] ?? []) as JsonSchema[]),
    ...(schema['items'] === undefined ? [] : [schema['items'] as JsonSchema]),
  ];
  for (const one of inner) {
    const found = firstObject(one);
    if (found !== null) return found;
  }
  return null;
}

/** `string or null`, `list of integer`, `"copy" or "link"`. */
function typeText(schema: JsonSchema): string {
  const { type, anyOf, enum: values } = schema;
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' or ');
  if (Array.isArray(anyOf)) return [...new Set((anyOf as JsonSchema[]).map(typeText))].join(' or ');
  if (Array.isArray(type)) return type.join(' or ');
  if (type === 'array') return `list of ${typeText((schema['items'] ?? {}) as JsonSchema)}`;
  return typeof type === 'string' ? type : 'any JSON';
}

function errorLinks(method: AnyMethod): string {
  const codes = [...new Set([...(method.errors ?? []), ...GENERAL_ERRORS])] as ErrorCode[];
  return codes.map((code) => `<a href="${errorPagePath(code)}">${code}</a>`).join(' ');
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
