/** `taskgrove study …` against a real server of answers. */
import { expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { startWireServer } from './wire-server.ts';

const STUDY: JsonObject = {
  study_id: 'study-1',
  run_id: 'run-1',
  root_task_id: 'study-1',
  user_id: 'u',
  status: 'completed',
  feature: 'Dark mode',
  context: null,
  persona_ids: [1, 2],
  turns: 1,
  model: null,
  provider: null,
  demo: { active: true, reason: 'no_llm_key', turns: 2 },
  exit: null,
  output_exit: null,
  error: null,
  created_at: '2026-11-28T10:00:00.000000+00:00',
  completed_at: '2026-11-28T10:01:00.000000+00:00',
  personas: [],
  conversation: [
    {
      turn: 1,
      round: 1,
      persona_id: 1,
      name: 'Ana',
      text: 'I like\u001b[2J it.',
      demo: true,
      redacted: false,
    },
    { turn: 2, round: 1, persona_id: 2, name: 'Bo', text: 'Never.', demo: true, redacted: false },
  ],
  report: {
    summary: 'They differ.',
    themes: [],
    sentiment: [{ persona_id: 1, name: 'Ana', sentiment: 'positive', reason: 'likes it' }],
    insights: [
      {
        title: 'Ask again',
        detail: 'd',
        action: 'Ask ten more',
        persona_ids: [2],
        severity: 'high',
        owner: 'product',
        effort: 'small',
      },
    ],
    quotes: [],
  },
};

const EVENTS = [
  { type: 'task_delta', task_id: 'study-1.r1.p1', text: 'I ' },
  { type: 'task_completed', task_id: 'study-1.r1.p1', result: { name: 'Ana', round: 1, text: 'I like it.' } },
  { type: 'task_failed', task_id: 'x', error: 'somebody failed' },
  { type: 'final', task_id: 'study-1', status: 'completed' },
  { type: 'stream_end', task_id: 'study-1' },
];

async function cli(args: string[], study: JsonObject = STUDY) {
  await using server = await startWireServer();
  server.on('studies.run', () => ({
    result: {
      study_id: 'study-1',
      run_id: 'run-1',
      root_task_id: 'study-1',
      status: 'in_progress',
      study: null,
    },
  }));
  server.on('studies.get', () => ({ result: study }));
  server.on('studies.list', (params) => {
    const isSecond = (params as JsonObject)['cursor'] === 'next';
    return { result: { studies: [study], next_cursor: isSecond ? null : 'next' } };
  });
  server.on('studies.export', () => ({ result: { content: '# Study' } }));
  server.on('studies.delete', () => ({ result: { success: true, study_id: 'study-1', deleted_tasks: 9 } }));
  server.onGet('/runs/run-1/events', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(EVENTS.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
  });
  let out = '';
  let err = '';
  const code = await runCli(['--url', server.url, 'study', ...args], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    readInput: async () => '',
    inputLines: async function* () {},
    operatorKey: () => null,
    isTerminal: true,
    hasColors: false,
    columns: () => 100,
    rows: () => 24,
    runServer: async () => 0,
  });
  return { code, out, err, calls: server.calls };
}

it('run shows what is said while it is said, then the report, and that it is a demo', async () => {
  const { code, out, err, calls } = await cli([
    'run',
    '--personas',
    '1, 2',
    '--feature',
    'Dark mode',
    '--turns',
    '1',
    '--context',
    'A bank',
    '--demo',
    '--watch',
  ]);
  expect(code).toBe(0);
  expect(calls[0]?.params).toEqual({
    feature: 'Dark mode',
    persona_ids: [1, 2],
    context: 'A bank',
    turns: 1,
    use_demo: true,
  });
  expect(calls[0]?.headers['idempotency-key']).toBeDefined();
  expect(out.match(/I like it\./g)).toHaveLength(1);
  expect(err).toContain('somebody failed');
  expect(out).toContain('no model was asked: there is no key for any model');
  expect(out).toContain('- Ask again [high, product, small]');
  expect(out).toContain('from Bo');
  expect(out).not.toContain('Never.');
});

it('run without --watch waits and shows everything; --no-wait only starts', async () => {
  const waited = await cli(['run', '--personas', '1,2', '--feature', 'x']);
  expect(waited.out).toContain('Bo (round 1): Never.');
  expect(waited.out).not.toContain('\u001b');
  const started = await cli(['run', '--personas', '1,2', '--feature', 'x', '--no-wait']);
  expect(started.out).toContain('Study study-1 started');
  expect(started.calls.map(({ method }) => method)).toEqual(['studies.run']);
});

it('a study that has failed or was blocked is no success', async () => {
  const exit = { reason: 'sensitive_pii', severity: 'high', message: 'No.', details: {} };
  const blocked = await cli(['show', 'study-1'], {
    ...STUDY,
    status: 'blocked',
    exit,
    report: null,
    conversation: [],
  });
  expect([blocked.code, blocked.out]).toEqual([1, expect.stringContaining('sensitive_pii: No.')]);
  const failed = await cli(['show', 'study-1'], {
    ...STUDY,
    status: 'failed',
    error: 'No model',
    report: null,
  });
  expect([failed.code, failed.out]).toEqual([1, expect.stringContaining('No model')]);
});

it('list goes through the pages, export writes the document, delete says so', async () => {
  const listed = await cli(['list', '--limit', '5']);
  expect(listed.out.match(/Dark mode/g)).toHaveLength(2);
  expect(listed.out).toContain('(demo)');
  expect((await cli(['export', 'study-1', '--format', 'md'])).out).toBe('# Study\n');
  expect((await cli(['delete', 'study-1'])).out).toContain('Deleted study study-1');
});

it.each([
  [['run', '--personas', 'a,2', '--feature', 'x'], '--personas takes ids'],
  [['run', '--feature', 'x'], '--personas'],
  [['run', '--personas', '1', '--feature', 'x', '--turns', '0'], 'whole number from 1'],
  [['export', 'study-1', '--format', 'pdf'], 'md, html or json'],
])('wrong use is said: %j', async (args, message) => {
  const { code, err } = await cli(args);
  expect([code, err]).toEqual([2, expect.stringContaining(message)]);
});
