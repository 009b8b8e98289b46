/** `models …` and `generate`, against scripted answers in the server's wire format. */
import { expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { sse, startWireServer } from './wire-server.ts';

async function cli(url: string, ...args: string[]) {
  const said = { out: '', err: '' };
  const code = await runCli(['--url', url, ...args], {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
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
  return { code, ...said };
}

const TASKS = [
  { id: 'r', name: 'Result', schemas: { method: 'aggregate_results_executor' }, dependencies: ['c'] },
  { id: 'c', name: 'CPU', schemas: { method: 'system_info_executor' }, dependencies: [] },
];

it.each([[['tasks', 'generate']], [['generate', 'task-tree']]])(
  '%j shows the tree while it grows, and keeps the output for what is piped on',
  async (command) => {
    await using server = await startWireServer();
    server.on('tasks.generate', (_params, _request, response) => {
      const task = { name: 'CPU', executor: 'system_info_executor', parent: null, depends_on: [] };
      const answer = {
        tasks: TASKS,
        count: 2,
        message: 'Successfully generated 2 task(s)',
        root_task_id: 'r',
      };
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(
          sse([
            { data: { type: 'plan_start', attempt: 0 } },
            { data: { type: 'plan_task', attempt: 0, task } },
            { data: { type: 'plan_repair', attempt: 0, problems: ['no root'] } },
            { data: { jsonrpc: '2.0', id: 1, result: answer } },
          ]),
        );
      return null;
    });
    const key = ['--llm-key', 'openai:sk-x'];
    const shown = await cli(server.url, ...key, ...command, 'Look', 'at', 'it', '--save', '--model', 'm');
    expect(shown.code).toBe(0);
    expect(shown.err).toBe('  + CPU (system_info_executor)\n  planned anew:\n    - no root\n');
    expect(shown.out).toMatch(/Result +aggregate_results_executor +CPU\n/);
    expect(shown.out).toContain('tasks execute r --watch');
    const [call] = server.calls;
    expect(call?.params).toEqual({ requirement: 'Look at it', save: true, model: 'm', use_streaming: true });
    expect(call?.headers['x-llm-api-key']).toBe('openai:sk-x');
    const piped = await cli(server.url, '-o', 'json', ...command, 'Look');
    expect(JSON.parse(piped.out).tasks).toEqual(TASKS);
  },
);

it('models list and route say what there is and why', async () => {
  await using server = await startWireServer();
  const model = {
    ...{ provider: 'openai', model: 'gpt-4o-mini', available: false, reason: 'no key', latency_ms: 900 },
    ...{ latency_measured: false, price_nano_usd: { input: 150, output: 600 } },
  };
  server.on('models.list', () => ({ result: { prices_as_of: '2026-11-21', models: [model] } }));
  const list = await cli(server.url, 'models', 'list');
  expect(list.out).toMatch(/openai\/gpt-4o-mini +no key +0.15 +0.6 +900 ms \(typical\)/);
  expect(list.out).toContain('Prices as of 2026-11-21');
  server.on('models.route', () => ({
    result: { selection: model, reasons: ['best score'], fallbacks: [{ ...model, model: 'b' }] },
  }));
  const route = await cli(server.url, 'models', 'route', 'Why', 'so?', '--goal', 'cost');
  expect(route.out).toBe('openai/gpt-4o-mini\nthen openai/b\n  - best score\n');
  expect(server.calls.at(-1)?.params).toEqual({ goal: 'cost', prompt: 'Why so?' });
  expect((await cli(server.url, 'models', 'route', '--goal', 'luck')).code).toBe(2);
});
