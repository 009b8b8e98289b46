/** Finds the article, its title and its facts in an HTML page. Runs nothing of the page. */
import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';

export interface PageContent {
  readonly title: string;
  readonly description: string;
  readonly text: string;
  /** Facts the page states of itself; absent ones are left out. */
  readonly metadata: Record<string, string>;
}

/** More elements than this are not weighed for an article; the whole page's text is taken. */
const MAX_ELEMENTS = 20_000;
/** Metadata by the `name` or `property` pages give it, best first. */
const META_NAMES: Readonly<Record<string, readonly string[]>> = {
  author: ['author', 'article:author'],
  site_name: ['og:site_name', 'application-name'],
  published: ['article:published_time', 'date'],
  keywords: ['keywords'],
  image: ['og:image'],
  type: ['og:type'],
};
const NOISE = 'script, style, noscript, template, nav, header, footer, aside, form, svg, iframe';

export function readPage(html: string): PageContent {
  const { document } = parseHTML(withRoot(html));
  const meta = metaTags(document);
  const title = meta.get('og:title') ?? squeezed(document.querySelector('title')?.textContent ?? '');
  const language = document.documentElement?.getAttribute('lang') ?? '';
  const canonical = document.querySelector('link[rel="canonical"]')?.getAttribute('href') ?? '';
  const metadata: Record<string, string> = {};
  for (const [name, sources] of Object.entries(META_NAMES)) {
    const value = sources.map((source) => meta.get(source)).find((found) => found !== undefined);
    if (value !== undefined) metadata[name] = value;
  }
  if (language !== '') metadata['language'] = language;
  if (canonical !== '') metadata['canonical'] = canonical;
  const description = meta.get('description') ?? meta.get('og:description') ?? '';
  // Last, because it takes the document apart.
  return { title, description, text: mainText(document), metadata };
}

/** The parser takes a fragment's first element for the root and loses the rest: html and body may be left out in HTML. */
function withRoot(html: string): string {
  if (/<html[\s>]/i.test(html)) return html;
  return /<body[\s>]/i.test(html) ? `<html>${html}</html>` : `<html><body>${html}</body></html>`;
}

type PageDocument = ReturnType<typeof parseHTML>['document'];

function metaTags(document: PageDocument): Map<string, string> {
  const found = new Map<string, string>();
  for (const element of document.querySelectorAll('meta')) {
    const name = (element.getAttribute('name') ?? element.getAttribute('property') ?? '').toLowerCase();
    const content = squeezed(element.getAttribute('content') ?? '');
    if (name !== '' && content !== '' && !found.has(name)) found.set(name, content);
  }
  return found;
}

function mainText(document: PageDocument): string {
  for (const element of document.querySelectorAll(NOISE)) {
    if (/^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE)$/.test(element.tagName)) element.remove();
  }
  const isSmall = document.querySelectorAll('*').length <= MAX_ELEMENTS;
  const whole = document.cloneNode(true) as PageDocument;
  const article = isSmall ? new Readability(document).parse() : null;
  const text = tidied(article?.textContent ?? '');
  if (text !== '') return text;
  for (const element of whole.querySelectorAll(NOISE)) element.remove();
  return tidied(whole.querySelector('body')?.textContent ?? whole.documentElement?.textContent ?? '');
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Lines kept, empty stretches closed up. */
function tidied(text: string): string {
  const lines = text.split('\n').map(squeezed);
  return lines
    .filter((line, index) => line !== '' || (lines[index - 1] ?? '') !== '')
    .join('\n')
    .trim();
}
