/** Exchanges with the system these routes come from, answered alike: status, headers and body but for times and ids. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testSafety } from '../../safety/test-safety.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { startTestApi, type TestApi } from '../support/test-api.ts';

interface Exchange {
  readonly sequence: string;
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Record<string, string>;
    readonly body: unknown;
  };
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
  readonly volatile: readonly string[];
}

const exchanges = readFileSync(new URL('./exchanges.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Exchange);
const sequences = Map.groupBy(exchanges, ({ sequence }) => sequence);

describe.each([...sequences])('%s', (sequence, rows) => {
  let api: TestApi;
  beforeAll(async () => {
    const isSafety = sequence === 'safety';
    api = await startTestApi(createMemoryStore(), {
      lab:
        sequence === 'quota-header-plans-on'
          ? { monetization: { isEnabled: true, freeDailyRequests: 3, allowsHeaderPlans: true } }
          : {},
      deps: {
        safety: testSafety({
          maxPromptChars: isSafety ? 200 : 4_000,
          denylist: isSafety ? ['Secret_Key', 'credit card'] : [],
        }),
      },
    });
  });
  afterAll(() => api.stop());

  test.each(rows.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    const answer = await send(api.url, row.request);
    expect(answer.status).toBe(row.status);
    expect(answer.headers).toMatchObject(row.headers);
    expect(answer.headers['x-request-id']).toMatch(/^[A-Za-z0-9._:-]{1,128}$/);
    expect(answer.headers['set-cookie']).toBeUndefined();
    const isHealth =
      row.name === 'health' || row.name.startsWith('request-id-e') || row.name.startsWith('request-id-g');
    // Beside the status our /health says how its parts are.
    if (isHealth) expect(answer.body).toMatchObject(row.body as object);
    else expect(without(answer.body, row.volatile)).toEqual(without(row.body, row.volatile));
  });
});

/** Not by fetch, which sends headers of its own and hides others. */
function send(
  url: string,
  { method, path, headers, body }: Exchange['request'],
): Promise<{ status: number; headers: Record<string, unknown>; body: unknown }> {
  const raw = (body as { __raw__?: string } | null)?.__raw__;
  const text = body === null ? '' : (raw ?? JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const sent = request(
      url + path,
      {
        method,
        headers: { ...headers, ...(text === '' ? {} : { 'content-length': Buffer.byteLength(text) }) },
      },
      (response) => {
        let received = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          received += chunk;
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: received === '' ? '' : JSON.parse(received),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}

function without(body: unknown, volatile: readonly string[]): unknown {
  const copy = structuredClone(body);
  for (const path of volatile) {
    const names = path.split('.').slice(1);
    const last = names.pop() as string;
    const holder = names.reduce<unknown>((value, name) => (value as Record<string, unknown>)?.[name], copy);
    if (typeof holder === 'object' && holder !== null) delete (holder as Record<string, unknown>)[last];
  }
  return copy;
}
