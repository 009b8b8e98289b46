/** Headless Chromium for the tests of the web app: pages that notice every complaint of the browser. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

export const WIDTHS = { phone: 390, tablet: 820, laptop: 1280 } as const;
export type WidthName = keyof typeof WIDTHS;
export type Scheme = 'light' | 'dark';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
/** Longer nothing here takes, on a busy machine either. */
const WAIT_MS = 20_000;
const SCREENSHOTS = 'test-results/web';

/** null: none on this machine, and what needs one is skipped. */
export function findBrowser(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not here: the next folder may have it.
    return false;
  }
}

export function launchBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === null) throw new Error('No Chromium on this machine');
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

let visitors = 0;

export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser complained about: errors, broken policy, failed requests. */
  readonly complaints: string[];
  close(): Promise<void>;
}

export interface VisitOptions {
  readonly width?: WidthName;
  readonly scheme?: Scheme;
  /** Addresses that are meant to be refused. */
  readonly mayRefuse?: RegExp;
}

export async function visit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const { width = 'laptop', scheme = 'light', mayRefuse } = options;
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: WIDTHS[width], height: 900 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    // Browsers that look the same count as one visitor for a while: see docs/decisions/2026-11-21-who-is-asking.md.
    userAgent: `Chromium visitor ${++visitors}`,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    const { url: source } = message.location();
    // The browser reports every 4xx; a test that means to get one says where.
    if (mayRefuse?.test(source) === true && /status of 4\d\d/.test(message.text())) return;
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.type()}: ${message.text()} (${source})`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()} ${response.url()}`);
  });
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== new URL(url).origin)
      complaints.push(`asks elsewhere: ${request.url()}`);
  });
  return { context, page, complaints, close: () => context.close() };
}

/** Serious and critical findings of axe, one line each. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: axe.Result[];
  };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

/** To be looked at; the folder is not kept in git. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

/** Pages that are wider than the window scroll sideways: on a phone the first sign of a broken layout. */
export async function sidewaysPx(page: Page): Promise<number> {
  return (await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )) as number;
}
