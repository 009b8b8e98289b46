/** One small tree for each path of `runTree`, one for `runScheduled` and two for `replyToMessage`, driven over HTTP: what gets recorded at every release and replayed for ever. */
import { setTimeout as delay } from 'node:timers/promises';
import type { SlowService } from '../support/slow-service.ts';

type Call = (method: string, params: object) => Promise<Record<string, unknown>>;

export interface Scenario {
  readonly name: string;
  /** Limits of the server it runs on; absent = the product's. */
  readonly continueAfterEvents?: number;
  /** Which of the workflows it starts is recorded; absent = `runTree`. */
  readonly workflowType?: string;
  /** Runs it to its end and returns the root task's id. */
  run(call: Call, service: SlowService): Promise<string>;
}

const task = (id: string, method: string, inputs: object, extra: object = {}) => ({
  id,
  name: id,
  schemas: { method },
  inputs,
  ...extra,
});
const info = (id: string, extra: object = {}) => task(id, 'system_info_executor', { resource: 'cpu' }, extra);
const bad = (id: string, extra: object = {}) =>
  task(id, 'system_info_executor', { resource: 'nonsense' }, extra);
const gather = (id: string, dependencies: unknown[]) =>
  task(id, 'aggregate_results_executor', {}, { dependencies });
const get = (id: string, url: string, extra: object = {}) => task(id, 'rest_executor', { url }, extra);

export async function until(check: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (await check()) return;
    await delay(20);
  }
  throw new Error('What the scenario waited for did not happen');
}

const statusIs = (call: Call, taskId: string, status: string) => async () =>
  ((await call('tasks.get', { task_id: taskId })) as { status?: string } | null)?.status === status;

async function runIdOf(call: Call, taskId: string): Promise<string> {
  const runs = (await call('runs.list', { task_id: taskId, limit: 1 })) as unknown as { run_id: string }[];
  return runs[0]?.run_id ?? '';
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'success-inline',
    run: async (call) => {
      await call('tasks.execute', {
        tasks: [
          gather('si', ['si-a', 'si-b']),
          info('si-a', { parent_id: 'si' }),
          info('si-b', { parent_id: 'si' }),
        ],
      });
      return 'si';
    },
  },
  {
    name: 'success-activities',
    run: async (call, service) => {
      const url = `${service.url}/now`;
      await call('tasks.execute', {
        tasks: [
          gather('sa', ['sa-b']),
          get('sa-a', url, { parent_id: 'sa' }),
          get('sa-b', url, { parent_id: 'sa', dependencies: ['sa-a'] }),
        ],
      });
      return 'sa';
    },
  },
  {
    name: 'failure-and-skip',
    run: async (call, service) => {
      await call('tasks.execute', {
        tasks: [
          gather('fs', ['fs-after']),
          bad('fs-bad', { parent_id: 'fs' }),
          get('fs-after', `${service.url}/now`, { parent_id: 'fs', dependencies: ['fs-bad'] }),
        ],
      });
      return 'fs';
    },
  },
  {
    name: 'retried-attempts',
    run: async (call) => {
      await call('tasks.execute', {
        tasks: [{ ...get('ra', 'http://127.0.0.1:9/none'), policy: { max_attempts: 3, backoff_ms: 10 } }],
      });
      return 'ra';
    },
  },
  {
    name: 'cancelled',
    run: async (call, service) => {
      await call('tasks.execute', { tasks: [get('ca', `${service.url}/hold-ca`)], wait_seconds: 0 });
      await service.arrived('/hold-ca');
      await call('tasks.cancel', { task_ids: ['ca'] });
      await until(statusIs(call, 'ca', 'cancelled'));
      return 'ca';
    },
  },
  {
    name: 'cancelled-one-task',
    run: async (call, service) => {
      const execution = call('tasks.execute', {
        tasks: [
          gather('co', [{ id: 'co-slow', required: false }]),
          get('co-slow', `${service.url}/hold-co`, { parent_id: 'co' }),
          info('co-after', { parent_id: 'co', dependencies: [{ id: 'co-slow', required: true }] }),
        ],
      });
      await service.arrived('/hold-co');
      await call('tasks.cancel', { task_ids: ['co-slow'] });
      await execution;
      return 'co';
    },
  },
  {
    name: 'paused-and-resumed',
    run: async (call, service) => {
      const execution = call('tasks.execute', {
        tasks: [
          gather('pa', ['pa-b']),
          get('pa-a', `${service.url}/hold-pa`, { parent_id: 'pa' }),
          info('pa-b', { parent_id: 'pa', dependencies: ['pa-a'] }),
        ],
      });
      await service.arrived('/hold-pa');
      const run_id = await runIdOf(call, 'pa');
      await call('runs.pause', { run_id });
      service.release('/hold-pa');
      await until(statusIs(call, 'pa-a', 'completed'));
      await call('runs.resume', { run_id });
      await execution;
      return 'pa';
    },
  },
  {
    name: 'approved-after-timer',
    run: async (call) => {
      const execution = call('tasks.execute', {
        tasks: [
          gather('ap', ['ap-ask']),
          task('ap-nap', 'wait_executor', { seconds: 0.1 }, { parent_id: 'ap' }),
          task(
            'ap-ask',
            'approval_executor',
            { prompt: 'Go on?' },
            { parent_id: 'ap', dependencies: ['ap-nap'] },
          ),
        ],
      });
      await until(async () => {
        const found = (await call('tasks.get', { task_id: 'ap-ask' })) as { wait?: { kind?: string } } | null;
        return found?.wait?.kind === 'approval';
      });
      await call('runs.approve', { run_id: await runIdOf(call, 'ap'), task_id: 'ap-ask' });
      await execution;
      return 'ap';
    },
  },
  {
    name: 'asked-in-the-middle',
    run: async (call) => {
      const inputs = {
        goal: 'add: {"expression": "1 + 1"}',
        tools: ['transform_executor'],
        model: 'agent-3',
        autonomous_steps: 1,
      };
      await call('tasks.execute', { tasks: [task('ag', 'agent_executor', inputs)], wait_seconds: 0 });
      for (const step of [1, 2]) {
        await until(async () => {
          const steps = (await call('tasks.children', { parent_id: 'ag' })) as unknown as { name: string }[];
          const asked = steps.some(({ name }) => name.endsWith(`after step ${step}?`));
          const found = (await call('tasks.get', { task_id: 'ag' })) as { wait?: unknown };
          return asked && found.wait !== undefined;
        });
        await call('runs.approve', { run_id: await runIdOf(call, 'ag'), task_id: 'ag' });
      }
      await until(statusIs(call, 'ag', 'completed'));
      return 'ag';
    },
  },
  {
    name: 'retried-and-rerun-by-hand',
    run: async (call, service) => {
      const execution = call('tasks.execute', {
        tasks: [
          gather('rr', ['rr-bad', 'rr-slow']),
          {
            ...get('rr-bad', `${service.url}/hold-rr-bad`, { parent_id: 'rr' }),
            policy: { timeout_ms: 200 },
          },
          get('rr-slow', `${service.url}/hold-rr-slow`, { parent_id: 'rr' }),
        ],
      });
      await until(statusIs(call, 'rr-bad', 'failed'));
      service.release('/hold-rr-bad');
      const run_id = await runIdOf(call, 'rr');
      await call('runs.retry', { run_id, task_id: 'rr-bad' });
      await until(statusIs(call, 'rr-bad', 'completed'));
      await call('runs.rerun', { run_id, task_id: 'rr-bad' });
      await until(async () => (service.seen.get('/hold-rr-bad') ?? 0) >= 3);
      await until(statusIs(call, 'rr-bad', 'completed'));
      service.release('/hold-rr-slow');
      await execution;
      return 'rr';
    },
  },
  {
    name: 'batched-500',
    run: async (call) => {
      const inputs = { items: [1], executor: 'system_info_executor', inputs: { resource: 'cpu' } };
      const leaves = Array.from({ length: 500 }, (_, number) =>
        task(`ba-${number}`, 'map_executor', inputs, { parent_id: 'ba' }),
      );
      await call('tasks.execute', { tasks: [{ id: 'ba', name: 'ba' }, ...leaves], wait_seconds: 60 });
      return 'ba';
    },
  },
  {
    name: 'continued-as-new',
    continueAfterEvents: 30,
    run: async (call, service) => {
      const url = `${service.url}/now`;
      const leaves = Array.from({ length: 30 }, (_, number) =>
        get(`cn-${number}`, url, { parent_id: 'cn', dependencies: number < 3 ? [] : [`cn-${number - 3}`] }),
      );
      await call('tasks.execute', { tasks: [{ id: 'cn', name: 'cn' }, ...leaves], wait_seconds: 60 });
      return 'cn';
    },
  },
  {
    name: 'scheduled',
    workflowType: 'runScheduled',
    run: async (call) => {
      await call('tasks.create', {
        ...info('sc'),
        schedule_type: 'interval',
        schedule_expression: '1',
        schedule_enabled: true,
        max_runs: 1,
      });
      await until(
        async () => ((await call('tasks.get', { task_id: 'sc' })) as { run_count?: number }).run_count === 1,
      );
      return 'sc';
    },
  },
  {
    name: 'reply',
    workflowType: 'replyToMessage',
    run: async (call) => {
      const { conversationId, messageId } = await asked(call, { use_demo: true });
      await until(replyIs(call, conversationId, messageId, 'completed'));
      return conversationId;
    },
  },
  {
    name: 'reply-stopped',
    workflowType: 'replyToMessage',
    run: async (call) => {
      const { conversationId, messageId } = await asked(call, { model: 'slow' });
      await until(replyIs(call, conversationId, messageId, 'streaming'));
      await call('conversations.stop', { conversation_id: conversationId });
      return conversationId;
    },
  },
];

async function asked(call: Call, more: object): Promise<{ conversationId: string; messageId: string }> {
  const conversationId = String((await call('conversations.create', {}))['conversation_id']);
  const text = 'word '.repeat(200);
  const { reply } = await call('messages.create', { conversation_id: conversationId, text, ...more });
  return { conversationId, messageId: (reply as { message_id: string }).message_id };
}

const replyIs = (call: Call, conversationId: string, messageId: string, status: string) => async () =>
  (await call('messages.get', { conversation_id: conversationId, message_id: messageId }))['status'] ===
  status;
