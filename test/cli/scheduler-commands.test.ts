/** `taskgrove scheduler`: what it asks the server for, and what people see of the answer. */
import { expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { startWireServer } from './wire-server.ts';

async function cli(url: string, args: string[]) {
  let [out, err] = ['', ''];
  const code = await runCli(['--url', url, 'scheduler', ...args], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    readInput: async () => '',
    inputLines: async function* () {},
    operatorKey: () => null,
    isTerminal: false,
    hasColors: false,
    columns: () => 80,
    rows: () => 24,
    runServer: async () => 0,
  });
  return { code, out, err };
}

const TASK = {
  id: 'report',
  name: 'Report',
  schedule_type: 'daily',
  schedule_expression: 'TZ=Europe/Berlin 09:00',
  schedule_enabled: true,
  next_run_at: '2026-11-22T08:00:00.000000+00:00',
  last_run_at: null,
  run_count: 2,
  max_runs: 5,
};

it('lists what comes, and what is paused when asked', async () => {
  await using server = await startWireServer();
  server.on('tasks.scheduled.list', () => ({ result: [TASK] }));
  const { code, out } = await cli(server.url, ['list']);
  expect(code).toBe(0);
  for (const text of ['report', 'daily TZ=Europe/Berlin 09:00', '2026-11-22 08:00', '2 of 5'])
    expect(out).toContain(text);
  await cli(server.url, ['list', '--all', '--limit', '5']);
  expect(server.calls.map(({ params }) => params)).toEqual([
    { enabled_only: true, limit: 100 },
    { enabled_only: false, limit: 5 },
  ]);
});

it('pauses and resumes', async () => {
  await using server = await startWireServer();
  server.on('tasks.update', (params) => {
    const { schedule_enabled } = params as { schedule_enabled: boolean };
    return { result: { ...TASK, schedule_enabled, next_run_at: null } };
  });
  expect((await cli(server.url, ['pause', 'report'])).out).toContain('paused');
  await cli(server.url, ['resume', 'report']);
  expect(server.calls.map(({ params }) => params)).toEqual([
    { task_id: 'report', schedule_enabled: false },
    { task_id: 'report', schedule_enabled: true },
  ]);
});

it('prints a calendar as it is', async () => {
  await using server = await startWireServer();
  const ical = 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n';
  server.on('tasks.scheduled.export-ical', () => ({ result: { ical_content: ical, task_count: 0 } }));
  expect((await cli(server.url, ['export-ical', '--name', 'Mine'])).out).toBe(ical);
  expect(server.calls[0]?.params).toMatchObject({ calendar_name: 'Mine' });
});

it('triggers, and fails when the tree does or runs already', async () => {
  await using server = await startWireServer();
  const ids = { task_id: 'report', run_id: 'r-1' };
  server.on('tasks.webhook.trigger', () => ({ result: { success: true, status: 'triggered', ...ids } }));
  expect(await cli(server.url, ['trigger', 'report'])).toMatchObject({ code: 0, out: 'triggered  r-1\n' });
  const error = 'Task report is already running';
  server.on('tasks.webhook.trigger', () => ({
    result: { success: false, status: 'already_running', error, ...ids },
  }));
  const refused = await cli(server.url, ['trigger', 'report', '--wait']);
  expect(refused).toMatchObject({ code: 1, out: `already_running  ${error}\n` });
  expect(server.calls.map(({ params }) => params)).toEqual([
    { task_id: 'report', async_execution: true },
    { task_id: 'report', async_execution: false },
  ]);
});

it('says where to post, and shows a secret with a warning', async () => {
  await using server = await startWireServer();
  expect((await cli(server.url, ['webhook-url', 'a/b'])).out).toBe(`${server.url}/webhook/trigger/a%2Fb\n`);
  server.on('tasks.webhook.secret', () => ({
    result: { task_id: 'report', secret: 'whsec_x', path: '/webhook/trigger/report' },
  }));
  expect((await cli(server.url, ['secret', 'report'])).out).toMatch(/^whsec_x\n\nThis is the only time/);
});
