/** The commands of docs/personas.md, run by a shell as they stand there, against a whole server. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const page = new URL('../../docs/personas.md', import.meta.url);
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

it('all of them work, and the files follow', async () => {
  const text = await readFile(page, 'utf8');
  const session = join(server.dataDir, 'session');
  const script = [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .map(([, block = '']) => block.replaceAll('http://127.0.0.1:8000', server.url))
    .join('\n')
    .replaceAll('/tmp/personas-session', session)
    .replaceAll(/^curl /gm, 'echo; curl ');
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script]);
  const answers = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  expect(answers.filter(({ error }) => error !== undefined)).toEqual([]);
  const [shipped, made, moved, found, copy, generated] = answers;
  expect(shipped).toMatchObject({ limit: 3, offset: 0 });
  expect(made).toMatchObject({
    id: 13,
    name: 'Noor Haddad',
    version: 1,
    owner: expect.stringMatching(/^guest:/),
  });
  expect(moved).toMatchObject({ id: 13, location: 'Irbid, Jordan', version: 2, owner: made.owner });
  expect(found).toMatchObject({ total: 1, personas: [{ id: 13 }] });
  expect(copy).toMatchObject({ id: 14, name: 'My Rosa', owner: made.owner });
  expect(generated.result.result).toMatchObject({ count: 3, saved: false, model: null, demo_mode: true });
  expect(answers).toHaveLength(6);
  const file = JSON.parse(await readFile(join(server.dataDir, 'personas.json'), 'utf8'));
  expect(file.slice(12)).toMatchObject([
    { id: 13, location: 'Irbid, Jordan', owner: made.owner },
    { id: 14, name: 'My Rosa' },
  ]);
  // The example of the file is one of the shipped set.
  const [example] = JSON.parse(/```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '[]');
  expect(file[0]).toMatchObject({
    ...example,
    behavioral_traits: expect.arrayContaining(example.behavioral_traits),
  });
});

it('without a session nothing is written, and a session is offered', async () => {
  const response = await fetch(`${server.url}/personas/3/duplicate`, { method: 'POST' });
  expect(response.status).toBe(401);
  expect(response.headers.get('set-cookie')).toContain('demo_session_id=');
  expect(((await response.json()) as { error: { message: string } }).error.message).toContain(
    'session cookie',
  );
});

it('made up and saved by a task, once; backed up by another', async () => {
  const inputs = { product: 'A kettle that whistles tunes', audience: 'families', count: 4, save: true };
  const made = await server.call('tasks.execute', {
    tasks: [
      { name: 'all', schemas: { method: 'persona_backup_executor' }, id: 'root', dependencies: ['made'] },
      {
        name: 'made',
        id: 'made',
        parent_id: 'root',
        schemas: { method: 'persona_generate_executor' },
        inputs,
      },
    ],
    fresh: true,
  });
  expect(made).toMatchObject({ success: true, result: { path: 'personas_backup.json' } });
  const { result } = await server.call('tasks.get', { task_id: 'made' });
  expect(result).toMatchObject({ saved: true, count: 4, model: null, demo_mode: true });
  const own = await server.call('personas.list', { only: 'owned' });
  expect(own.personas.map(({ id }: { id: number }) => id)).toEqual(
    expect.arrayContaining(result.personas.map(({ id }: { id: number }) => id)),
  );
  expect(made.result.count).toBe(12 + 2 + 4);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/^app_requests_total\{endpoint="personas\.create",status="success"\} 1$/m);
  expect(metrics).toMatch(/^app_response_time_seconds_count\{endpoint="personas\.list"\} [1-9]/m);
  expect(metrics).toMatch(/^app_heartbeat \d{10}/m);
  expect(metrics).toMatch(/^taskgrove_persona_restores_total\{source="shipped",reason="missing"\} 1$/m);
});
