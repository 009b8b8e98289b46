/** Whatever is posted, the answer is a result or a client's error: never a 500, never a crash. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { METHOD_TABLE } from '../../src/api/method-table.ts';
import { createMemoryStore } from './support/memory-store.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi(createMemoryStore());
});
afterAll(() => api.stop());

const names = METHOD_TABLE.flatMap((method) => [method.name, ...(method.aliases ?? [])]);
const members = [
  ...'task_id id parent_id root_id task_ids user_id limit offset status statuses name tasks dependencies inputs'.split(
    ' ',
  ),
  ...'params schemas priority policy run_id after_seq use_demo wait_seconds webhook_config origin_type'.split(
    ' ',
  ),
  ...'reset_fields link_task_ids progress result __proto__ constructor'.split(' '),
];
const params = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(fc.constantFrom(...members), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 }),
  fc.array(fc.dictionary(fc.constantFrom(...members), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 }), {
    maxLength: 4,
  }),
);

async function statusOf(method: string, body: string): Promise<number> {
  const response = await api.post(/^(system|keys)\./.test(method) ? '/system' : '/tasks', body);
  const text = await response.text();
  if (response.status !== 204) expect(() => JSON.parse(text)).not.toThrow();
  return response.status;
}

it('answers any params of any method without a 500', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      params,
      fc.jsonValue({ maxDepth: 1 }),
      async (method, given, id) => {
        const status = await statusOf(method, JSON.stringify({ jsonrpc: '2.0', id, method, params: given }));
        // 503: the engine of this test is away, which a started run may say.
        expect([200, 204, 400, 403, 404, 409, 413, 503]).toContain(status);
      },
    ),
    { numRuns: 1500 },
  );
});

it('answers mutilated bodies without a 500', async () => {
  const whole = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tasks.create',
    params: [{ name: 'a', inputs: { b: ['\u00e9', 1e3] } }],
  });
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length), fc.string({ unit: 'binary', maxLength: 4 }), async (at, piece) => {
      expect(await statusOf('tasks.create', whole.slice(0, at) + piece + whole.slice(at + 1))).toBeLessThan(
        500,
      );
    }),
    { numRuns: 500 },
  );
});
