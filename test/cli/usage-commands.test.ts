/** `taskgrove usage report` against a real server of answers. */
import { expect, it } from 'vitest';
import { bar } from '../../src/cli/bar.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { startWireServer } from './wire-server.ts';

function group(fields: JsonObject): JsonObject {
  return {
    runs: 0,
    run_outcomes: { completed: 0, failed: 0, cancelled: 0 },
    run_duration_ms: { p50: null, p95: null },
    attempts: 8,
    outcomes: { completed: 7, failed: 1, cancelled: 0 },
    duration_ms: { p50: 12, p95: 61_000 },
    demo_attempts: 2,
    demo_share: 0.25,
    tokens: { input: 5, output: 6, total: 11 },
    cost_nano_usd: 1_500_000_000,
    cost_usd: '1.50',
    unpriced_attempts: 0,
    ...fields,
  };
}

const GROUPS = [
  group({ executor: 'llm_executor' }),
  group({
    executor: null,
    attempts: 2,
    cost_usd: null,
    unpriced_attempts: 2,
    duration_ms: { p50: null, p95: null },
  }),
]; // prettier-ignore

async function cli(args: string[], groups = GROUPS, truncated = false) {
  await using server = await startWireServer();
  const total = group({ runs: 3, attempts: groups.length === 0 ? 0 : 10, unpriced_attempts: 2 });
  if (groups.length === 0) total['runs'] = 0;
  server.on('usage.summary', () => ({ result: { group_by: ['executor'], groups, total, truncated } }));
  let out = '';
  let err = '';
  const code = await runCli(['--url', server.url, ...args], {
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

it('shows a table with a chart that fits the terminal', async () => {
  const { code, out, calls } = await cli(['usage', 'report', '--from', '2026-11-01', '--to', '2026-11-30']);
  expect(code).toBe(0);
  expect(calls[0]?.params).toEqual({
    ...{ group_by: 'executor', limit: 50, from: '2026-11-01', to: '2026-11-30' },
  });
  const lines = out.trimEnd().split('\n');
  expect(lines[0]).toBe('EXECUTOR      RUNS  TASKS  FAILED  DEMO  P50    P95   TOKENS  COST');
  expect(lines[1]).toMatch(
    /^llm_executor {2}0 {5}8 {6}1 {7}25% {3}12 ms {2}61 s {2}11 {6}\$1\.50 +█{20,30}$/,
  );
  expect(lines[2]).toMatch(/^\(none\) .* - .* unknown +█+[▏▎▍▌▋▊▉]?$/);
  expect(lines[3]).toMatch(/^total {9}3 {5}10 .*\$1\.50 \+$/);
  expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(100);
  const share = (line: string | undefined) => (line?.match(/█/g) ?? []).length;
  expect(share(lines[1]) / share(lines[2])).toBeGreaterThanOrEqual(3.5);
});

it('gives CSV, JSON, YAML and says when there is nothing or more', async () => {
  const csv = (await cli(['usage', 'report', '-o', 'csv'])).out.split('\r\n');
  expect(csv[0]).toMatch(/^executor,runs,attempts,completed,failed,/);
  expect(csv[1]).toBe('llm_executor,0,8,7,1,0,2,12,61000,5,6,1.50,0');
  expect(csv[2]).toMatch(/^,0,2,.*,,2$/);
  expect(JSON.parse((await cli(['usage', 'report', '-o', 'json'])).out).groups).toEqual(GROUPS);
  expect((await cli(['-o', 'yaml', 'usage', 'report'])).out).toContain('executor: llm_executor');
  expect((await cli(['usage', 'report'], [])).out).toBe('Nothing was used in this time\n');
  expect((await cli(['usage', 'report'], GROUPS, true)).out).toContain('--limit');
});

it('refuses an unknown group, and csv where there is no report', async () => {
  expect((await cli(['usage', 'report', '--by', 'colour'])).code).toBe(2);
  const other = await cli(['executors', 'list', '-o', 'csv']);
  expect(other.code).not.toBe(0);
});

it('a bar shows whatever is more than nothing', () => {
  expect([bar(0, 4), bar(0.001, 4), bar(0.5, 4), bar(1, 4), bar(7, 4)]).toEqual([
    '',
    '▏',
    '██',
    '████',
    '████',
  ]);
});
