import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CliIo } from '../../src/cli/cli-io.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { sse, startWireServer, type WireServer } from './wire-server.ts';

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function cli(url: string, args: string[], override: Partial<CliIo> = {}): Promise<Outcome> {
  let out = '';
  let err = '';
  const code = await runCli(['--url', url, ...args], {
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
    ...override,
  });
  return { code, out, err };
}

function task(id: string, fields: JsonObject = {}): JsonObject {
  return {
    id,
    parent_id: null,
    name: id,
    status: 'pending',
    progress: 0,
    params: {},
    schemas: { method: 'system_info_executor' },
    inputs: {},
    error: null,
    result: null,
    created_at: '2026-11-21T02:31:37.451595+00:00',
    ...fields,
  };
}

const LONG_ID = '0c796186-7825-4d7e-80d8-5e31b273a0c4';
const RUN = { run_id: 'r', target_task_id: 'root', status: 'in_progress' };

function serveWatch(server: WireServer, status: string): void {
  const error = status === 'failed' ? 'Task tree execution failed' : null;
  server.on('tasks.tree', () => ({
    result: { task: task('root', { status }), children: [{ task: task('leaf'), children: [] }] },
  }));
  server.on('runs.list', () => ({ result: [RUN] }));
  server.onGet('/runs/r/events', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(
      sse([
        { id: 'r:1', data: { type: 'task_start', task_id: 'leaf', status: 'in_progress' } },
        { id: 'r:2', data: { type: 'final', task_id: 'root', status, error, final: true } },
        { id: 'r:2', data: { type: 'stream_end', task_id: 'root' } },
      ]),
    );
  });
}

it('prints the version of the package with --version', async () => {
  const { code, out } = await cli('http://127.0.0.1:1', ['--version']);
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  expect({ code, out }).toEqual({ code: 0, out: `${JSON.parse(text).version}\n` });
});

describe('tasks', () => {
  it('lists all tasks with `tasks all --limit 3`, aligned, ids whole', async () => {
    await using server = await startWireServer();
    server.on('tasks.list', () => ({
      result: [task(LONG_ID, { name: 'x'.repeat(60) }), task('b'), task('c')],
    }));
    const { code, out } = await cli(server.url, ['tasks', 'all', '--limit', '3']);
    expect(code).toBe(0);
    expect(server.calls[0]?.params).toEqual({ limit: 3, offset: 0, root_only: false });
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toContain(LONG_ID);
    expect(new Set(lines.map((line) => line.search(/STATUS|pending/))).size).toBe(1);
    expect(out).not.toContain('\u001b');
  });

  it('prints JSON and YAML whole', async () => {
    await using server = await startWireServer();
    server.on('tasks.get', () => ({ result: task(LONG_ID, { result: { text: 'y'.repeat(500) } }) }));
    const json = await cli(server.url, ['-o', 'json', 'tasks', 'get', LONG_ID]);
    expect(JSON.parse(json.out)).toEqual(task(LONG_ID, { result: { text: 'y'.repeat(500) } }));
    const yaml = await cli(server.url, ['tasks', 'get', LONG_ID, '-o', 'yaml']);
    expect(yaml.out).toContain(`id: ${LONG_ID}\n`);
  });

  it('draws a tree', async () => {
    await using server = await startWireServer();
    server.on('tasks.tree', () => ({
      result: {
        task: task('root'),
        children: [
          {
            task: task('a', { status: 'failed', error: 'no\nway' }),
            children: [{ task: task('b'), children: [] }],
          },
          { task: task('c'), children: [] },
        ],
      },
    }));
    const { out } = await cli(server.url, ['tasks', 'tree', 'root']);
    expect(out).toBe('○ root pending\n├─ ✖ a failed  no way\n│  └─ ○ b pending\n└─ ○ c pending\n');
  });

  it('creates from options, a file, and standard input', async () => {
    await using server = await startWireServer();
    server.on('tasks.create', () => ({ result: task('a') }));
    const create = ['tasks', 'create'];
    await cli(server.url, [
      ...create,
      '--executor',
      'echo',
      '--input',
      'n=3',
      '--input',
      'text=hi',
      '--name',
      'a',
    ]);
    const file = join(await mkdtemp(join(tmpdir(), 'taskgrove-cli-')), 'tree.yaml');
    await writeFile(file, 'tasks:\n  - name: b\n');
    await cli(server.url, [...create, '--file', file]);
    await cli(server.url, [...create, '--file', '-'], { readInput: async () => '{"name":"c"}' });
    expect(server.calls.map(({ params }) => params)).toEqual([
      [{ name: 'a', schemas: { method: 'echo' }, inputs: { n: 3, text: 'hi' } }],
      [{ name: 'b' }],
      [{ name: 'c' }],
    ]);
  });

  it('follows a run line by line where there is no terminal', async () => {
    await using server = await startWireServer();
    serveWatch(server, 'completed');
    const { code, out } = await cli(server.url, ['tasks', 'watch', 'root']);
    expect(code).toBe(0);
    expect(out).toContain('task_start     leaf in_progress');
    expect(out).toContain('The tree is completed.');
    expect(out).not.toContain('\u001b');
  });

  it('redraws the tree in a terminal', async () => {
    await using server = await startWireServer();
    serveWatch(server, 'completed');
    const { out } = await cli(server.url, ['tasks', 'watch', 'root'], { isTerminal: true });
    expect(out).toContain('\u001b[2A\u001b[J');
    expect(out).toContain('└─ ● leaf in_progress');
  });
});

describe('runs and executors', () => {
  it('approves with a comment', async () => {
    await using server = await startWireServer();
    const run = { ...RUN, number: 1, task_count: 2, accepted_at: '2026-11-21T02:31:37.4+00:00', error: null };
    server.on('runs.approve', () => ({ result: run }));
    const { code } = await cli(server.url, ['runs', 'approve', 'leaf', '--comment', 'fine']);
    expect(code).toBe(0);
    expect(server.calls[0]?.params).toEqual({ task_id: 'leaf', comment: 'fine' });
  });

  it('lists executors and says why one is off', async () => {
    await using server = await startWireServer();
    const executor = { id: 'command_executor', name: 'C', description: 'd', tags: [] };
    server.on('system.executors', () => ({
      result: { executors: [{ ...executor, available: false, reason: 'set X' }], count: 1 },
    }));
    const { out } = await cli(server.url, ['executors', 'list']);
    expect(out).toMatch(/command_executor +no +set X/);
  });
});

describe('exit codes', () => {
  const execute = ['tasks', 'execute', 'root'];
  const answer = { protocol: 'jsonrpc', root_task_id: 'root', status: 'started', message: '', run_id: 'r' };

  it('0: the tree completed', async () => {
    await using server = await startWireServer();
    const result = { ...answer, success: true, tree_status: 'completed', result: { a: 1 } };
    server.on('tasks.execute', () => ({ result }));
    expect(await cli(server.url, execute)).toMatchObject({ code: 0, err: '' });
  });

  it('1: the tree failed, also when watched', async () => {
    await using server = await startWireServer();
    const result = { ...answer, success: false, tree_status: 'failed', error: 'broken' };
    server.on('tasks.execute', () => ({ result }));
    expect(await cli(server.url, execute)).toMatchObject({ code: 1 });
    serveWatch(server, 'failed');
    expect((await cli(server.url, ['tasks', 'watch', 'root'])).code).toBe(1);
  });

  it.each([
    [['tasks', 'nonsense']],
    [['tasks', 'all', '--limit', 'many']],
    [['tasks', 'execute']],
    [['tasks', 'create', '--name', 'a']],
    [['tasks', 'create', '--file', '/nowhere/at/all.json']],
    [['-o', 'xml', 'tasks', 'all']],
  ])('2: wrong use %j', async (args) => {
    await using server = await startWireServer();
    const { code, err } = await cli(server.url, args);
    expect(code).toBe(2);
    expect(err).not.toBe('');
    expect(server.calls).toEqual([]);
  });

  it('2: what is named does not exist', async () => {
    await using server = await startWireServer();
    server.on('tasks.get', () => ({ result: null }));
    expect(await cli(server.url, ['tasks', 'get', 'x'])).toEqual({
      code: 2,
      out: '',
      err: 'Task x not found\n',
    });
  });

  it.each([401, 403, 409, 429])('3: refused with %i', async (status) => {
    await using server = await startWireServer();
    const error = { code: -32001, message: 'Refused', data: 'because' };
    server.on('tasks.execute', () => ({ status, error }));
    expect(await cli(server.url, execute)).toEqual({ code: 3, out: '', err: 'because\n' });
  });

  it('3: running already', async () => {
    await using server = await startWireServer();
    server.on('tasks.execute', () => ({ result: { ...answer, success: false, status: 'already_running' } }));
    expect((await cli(server.url, execute)).code).toBe(3);
  });

  it('4: nobody listens, and the way out is named', async () => {
    const server = await startWireServer();
    await server[Symbol.asyncDispose]();
    const { code, err } = await cli(server.url, execute);
    expect(code).toBe(4);
    expect(err).toBe(
      `Server not reachable at ${server.url} (nobody listens there). Start it with: npm start\n`,
    );
  });

  it('hands start, doctor and migrate to the server program', async () => {
    const seen: string[] = [];
    const runServer = async (name: string) => seen.push(name);
    for (const name of ['start', 'doctor', 'migrate']) await cli('http://127.0.0.1:1', [name], { runServer });
    expect(seen).toEqual(['start', 'doctor', 'migrate']);
  });

  it('0: help', async () => {
    const { code, out } = await cli('http://127.0.0.1:1', ['tasks', '--help']);
    expect(code).toBe(0);
    expect(out).toContain('execute [options] [id]');
  });
});
