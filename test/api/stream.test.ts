/** Event streams: wording, order, resuming, bounds and shutdown. Events are put in by hand; no tree runs. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseEventId } from '../../src/api/events/event-id.ts';
import { toSseEvents } from '../../src/api/events/sse-event.ts';
import { formatSse } from '../../src/api/events/stream-events.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Run } from '../../src/core/run.ts';
import type { RunEvent, RunEventType } from '../../src/core/run-event.ts';
import { createMemoryStore, type MemoryStore } from './support/memory-store.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

const run: Run = {
  run_id: '019aa000-0000-7000-8000-00000000000a',
  root_task_id: 'root',
  target_task_id: 'root',
  user_id: 'user-a',
  number: 1,
  status: 'in_progress',
  task_count: 2,
  use_demo: false,
  demo_tasks: null,
  error: null,
  workflow_id: 'tree:user-a:root:1',
  accepted_at: '2026-11-21T02:33:44.000000+00:00',
  completed_at: null,
};
const at = '2026-11-21T02:33:44.307057+00:00';

function event(
  seq: number,
  type: RunEventType,
  taskId: string | null,
  data: JsonObject = {},
  runId = run.run_id,
): RunEvent {
  return { runId, seq, type, taskId, at, data };
}
const story = [
  event(1, 'run-started', null),
  event(2, 'task-started', 'leaf'),
  event(3, 'task-completed', 'leaf', { result: { cores: 2 }, generation: 0 }),
  event(4, 'task-started', 'root'),
  event(5, 'task-completed', 'root', { result: { summary: 's' }, generation: 0 }),
  event(6, 'run-ended', null, { status: 'completed', error: null }),
];
const wire = (value: RunEvent) => toSseEvents(run, value).map((sse) => JSON.stringify(sse.data));
const timestamp = '"timestamp":"2026-11-21T02:33:44.307057"';

describe('wording', () => {
  it('is the contract, member by member', () => {
    expect(story.flatMap(wire)).toEqual([
      `{"type":"progress","task_id":"root","status":"in_progress","progress":0,"message":"Task tree execution started",${timestamp}}`,
      `{"type":"task_start","task_id":"leaf","status":"in_progress",${timestamp}}`,
      `{"type":"task_completed","task_id":"leaf","status":"completed","result":{"cores":2},${timestamp}}`,
      `{"type":"task_start","task_id":"root","status":"in_progress",${timestamp}}`,
      `{"type":"task_completed","task_id":"root","status":"completed","result":{"summary":"s"},"final":true,${timestamp}}`,
      `{"type":"final","task_id":"root","status":"completed","result":{"progress":1},"error":null,"final":true,${timestamp}}`,
      '{"type":"stream_end","task_id":"root","final":true}',
    ]);
  });
  it('tells of a failed tree', () => {
    expect(wire(event(1, 'task-failed', 'root', { error: 'no route' }))).toEqual([
      `{"type":"task_failed","task_id":"root","status":"failed","error":"no route","final":true,${timestamp}}`,
    ]);
    expect(wire(event(2, 'run-ended', null, { status: 'failed', error: 'leaf failed' }))[0]).toBe(
      `{"type":"final","task_id":"root","status":"failed","result":null,"error":"Task tree execution failed","final":true,${timestamp}}`,
    );
  });
  it.each([
    ['task-skipped', { error: 'needs leaf' }, 'task_skipped'],
    ['task-cancelled', { error: 'Cancelled by user' }, 'task_cancelled'],
    ['task-progress', { progress: 0.5 }, 'progress'],
    ['task-retried', { attempt: 2 }, 'task_retry'],
    ['task-waiting', { kind: 'approval', until: null }, 'task_waiting'],
    ['task-delta', { text: 'hel' }, 'task_delta'],
  ] as const)('has %s as an event that is never final', (type, data, name) => {
    const [shown] = toSseEvents(run, event(1, type, 'leaf', data));
    expect(shown?.data).toMatchObject({ type: name, task_id: 'leaf', ...data });
    expect(shown?.data).not.toHaveProperty('final');
    expect(shown?.id === null).toBe(type === 'task-delta');
  });
  it('shows a large result by reference', () => {
    const [shown] = toSseEvents(run, event(1, 'task-completed', 'leaf', { result: 'x'.repeat(70_000) }));
    expect(shown?.data['result']).toMatchObject({ size: expect.any(Number), preview: expect.any(String) });
  });
  it('puts id and data on lines of their own', () => {
    expect(formatSse({ id: 'r:1', data: { text: 'a\nb' } })).toBe('id: r:1\ndata: {"text":"a\\nb"}\n\n');
    expect(formatSse({ id: null, data: {} })).toBe('data: {}\n\n');
  });
  it('reads back only its own ids', () => {
    expect(parseEventId(`${run.run_id}:7`)).toEqual({ runId: run.run_id, seq: 7 });
    for (const text of ['', 'x', ':1', 'a:b', 'a:-1', 'a b:1']) expect(parseEventId(text)).toBeNull();
  });
});

describe('streams', () => {
  let api: TestApi;
  let store: MemoryStore;
  beforeAll(async () => {
    store = createMemoryStore();
    api = await startTestApi(store);
  });
  afterAll(() => api.stop());

  let number = 0;
  /** A run of its own with the first events of the story stored. */
  function newRun(stored: number): Run {
    const own = { ...run, run_id: `019aa000-0000-7000-8000-0000000001${String(number++).padStart(2, '0')}` };
    store.putRun(own);
    for (const known of story.slice(0, stored)) store.emit({ ...known, runId: own.run_id });
    return own;
  }
  const idsOf = (text: string) => [...text.matchAll(/^id: .*:(\d+)$/gm)].map((match) => Number(match[1]));
  const follow = (own: Run, headers: Record<string, string> = {}) =>
    fetch(`${api.url}/runs/${own.run_id}/events`, { headers });

  it('replays what is stored and ends', async () => {
    const response = await follow(newRun(6));
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    const text = await response.text();
    expect(idsOf(text)).toEqual([1, 2, 3, 4, 5, 6, 6]);
    expect(text.endsWith('data: {"type":"stream_end","task_id":"root","final":true}\n\n')).toBe(true);
  });
  it('resumes behind Last-Event-ID', async () => {
    const own = newRun(6);
    const text = await (await follow(own, { 'last-event-id': `${own.run_id}:4` })).text();
    expect(idsOf(text)).toEqual([5, 6, 6]);
    const byQuery = await (await fetch(`${api.url}/runs/${own.run_id}/events?last_event_id=5`)).text();
    expect(idsOf(byQuery)).toEqual([6, 6]);
  });
  it('misses nothing and doubles nothing of what comes live, also out of order', async () => {
    const own = newRun(2);
    const other = newRun(0);
    const response = await follow(own);
    const whole = response.text();
    for (const live of [story[3], story[2], story[2], story[4], story[5]] as RunEvent[]) {
      store.emit({ ...live, runId: other.run_id });
      store.emit({ ...live, runId: own.run_id });
    }
    const ids = idsOf(await whole);
    // The memory store keeps the order of emission, so a gap read shows what it has; each number comes at most once.
    expect(new Set(ids.slice(0, -1)).size).toBe(ids.length - 1);
    expect(ids.at(-1)).toBe(6);
  });
  it('passes on tokens as they come, without an id', async () => {
    const own = newRun(2);
    const response = await follow(own);
    const whole = response.text();
    await new Promise((resolve) => setTimeout(resolve, 50));
    store.events.publish(event(2, 'task-delta', 'leaf', { text: 'hel' }, own.run_id));
    for (const live of story.slice(2)) store.emit({ ...live, runId: own.run_id });
    const text = await whole;
    expect(text).toContain('\n\ndata: {"type":"task_delta","task_id":"leaf","text":"hel"');
    expect(idsOf(text)).toEqual([1, 2, 3, 4, 5, 6, 6]);
  });
  it('ends for a run that ended without an event', async () => {
    const own = newRun(2);
    store.putRun({ ...own, status: 'cancelled', error: 'terminated', completed_at: at });
    const text = await (await follow(own)).text();
    expect(text).toContain(
      '"type":"final","task_id":"root","status":"cancelled","result":null,"error":"terminated"',
    );
    expect(text).toContain('stream_end');
  });
  it('streams an execute: answer first, then events', async () => {
    await api.rpc('tasks.create', { id: 'solo', name: 'solo' });
    const response = await api.post('/tasks', {
      jsonrpc: '2.0',
      id: 7,
      method: 'tasks.execute',
      params: { task_id: 'solo', use_streaming: true },
    });
    const reader = response.body?.getReader();
    const chunk = new TextDecoder().decode((await reader?.read())?.value);
    const first = JSON.parse(chunk.slice('data: '.length, chunk.indexOf('\n')));
    expect(first).toMatchObject({ jsonrpc: '2.0', id: 7 });
    expect(Object.entries(first.result).slice(0, 7)).toEqual([
      ['success', true],
      ['protocol', 'jsonrpc'],
      ['root_task_id', 'solo'],
      ['task_id', 'solo'],
      ['status', 'started'],
      ['streaming', true],
      ['message', 'Task execution started with streaming'],
    ]);
    await reader?.cancel();
  });
  it('attaches an execute with Last-Event-ID and starts nothing', async () => {
    const own = newRun(6);
    const response = await api.post(
      '/tasks',
      { jsonrpc: '2.0', id: 1, method: 'tasks.execute', params: { task_id: 'root', use_streaming: true } },
      { 'last-event-id': `${own.run_id}:5` },
    );
    const text = await response.text();
    expect(idsOf(text)).toEqual([6, 6]);
  });
  it('answers an unknown task as JSON, not as a stream', async () => {
    const { status, error } = await api.rpc('tasks.execute', { task_id: 'nope', use_streaming: true });
    expect(status).toBe(404);
    expect(error?.data).toBe('Task nope not found');
  });
  it('hides streams and results from others', async () => {
    const own = newRun(6);
    const other = { 'x-user': 'user-b' };
    expect((await follow(own, other)).status).toBe(404);
    expect((await fetch(`${api.url}/runs/${own.run_id}/tasks/root/result`, { headers: other })).status).toBe(
      404,
    );
  });
  it('gives whole results by reference', async () => {
    const own = newRun(6);
    store.putOutcome(own.run_id, {
      taskId: 'a/b c',
      generation: 0,
      status: 'completed',
      inputs: null,
      result: { big: true },
      error: null,
      progress: 1,
      startedAt: null,
      completedAt: null,
      attempts: 1,
      wait: null,
      demo: null,
      tokenUsage: null,
    });
    const path = `/runs/${own.run_id}/tasks/${encodeURIComponent('a/b c')}/result`;
    expect(await (await fetch(api.url + path)).json()).toEqual({ big: true });
    expect((await fetch(`${api.url}/runs/${own.run_id}/tasks/nope/result`)).status).toBe(404);
  });
  it('lets one user have so many streams open and no more, and starts nothing for one too many', async () => {
    const few = await startTestApi(store, { settings: { maxStreamsPerUser: 2 } });
    const open = (headers: Record<string, string> = {}) =>
      fetch(`${few.url}/runs/${newRun(2).run_id}/events`, { headers });
    const [first, second] = [await open(), await open()];
    const refused = await open();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(JSON.stringify(await refused.json())).toContain('You have 2 event streams open');
    const tasks = [{ id: 'too-many', name: 'n', schemas: { method: 'system_info_executor' } }];
    const { status, error } = await few.rpc('tasks.execute', { tasks, use_streaming: true });
    expect([status, error?.code]).toEqual([429, -32000]);
    expect(await store.tasks.get('too-many')).toBeNull();
    // Another user's run is not found, which is not "too many".
    expect((await open({ 'x-user': 'user-b' })).status).toBe(404);
    await first.body?.cancel();
    await vi.waitFor(async () => expect((await open()).status).toBe(200), { timeout: 5_000 });
    few.closeStreams();
    await second.text();
    await few.stop();
  });
  it('ends at shutdown without final, and takes no new streams', async () => {
    const own = newRun(2);
    const response = await follow(own);
    const whole = response.text();
    await new Promise((resolve) => setTimeout(resolve, 50));
    api.closeStreams();
    const text = await whole;
    expect(idsOf(text)).toEqual([1, 2]);
    expect(text).not.toContain('final');
    const refused = await follow(own);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
  });
});
