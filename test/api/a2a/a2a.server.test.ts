/** The SDK's own clients, of 1.0 and of 0.3, against a whole server: card, messages, streams, lists, cancel, push. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Message,
  Role,
  type SendMessageRequest,
  type StreamResponse,
  type Task,
  TaskState,
} from '@a2a-js/sdk';
import { type Client, ClientFactory } from '@a2a-js/sdk/client';
import { LegacyJsonRpcTransport } from '@a2a-js/sdk/compat/v0_3/client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

let server: TestServer;
let current: Client;
let legacy: LegacyJsonRpcTransport;
beforeAll(async () => {
  server = await startTestServer();
  current = await new ClientFactory().createFromUrl(server.url);
  legacy = new LegacyJsonRpcTransport({ endpoint: `${server.url}/` });
});
afterAll(() => server?.stop());

let count = 0;
type Part = Message['parts'][number];
const part = (content: NonNullable<Part['content']>): Part => ({
  content,
  metadata: undefined,
  filename: '',
  mediaType: '',
});
const data = (value: unknown) => part({ $case: 'data', value });
const text = (value: string) => part({ $case: 'text', value });
function request(parts: Part[], more: Partial<Message> = {}, configuration = {}): SendMessageRequest {
  count += 1;
  return {
    tenant: '',
    message: {
      messageId: `message-${count}`,
      contextId: '',
      taskId: '',
      role: Role.ROLE_USER,
      parts,
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
      ...more,
    },
    configuration: {
      acceptedOutputModes: [],
      taskPushNotificationConfig: undefined,
      returnImmediately: false,
      ...configuration,
    },
    metadata: undefined,
  };
}
const cpu = { name: 'cpu', schemas: { method: 'system_info_executor' }, inputs: { resource: 'cpu' } };
const slow = { name: 'slow', schemas: { method: 'wait_executor' }, inputs: { seconds: 600 } };
const tree = (...tasks: object[]) => [data({ tasks })];
const get = (id: string) => ({ tenant: '', id, historyLength: undefined });

describe.each(['1.0', '0.3'] as const)('a client of %s', (version) => {
  const client = () => (version === '1.0' ? current : legacy);

  it('runs a tree and reads its result', async () => {
    const task = (await client().sendMessage(request(tree(cpu)))) as Task;
    expect(task.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    const said = task.status?.message?.parts[0]?.content;
    expect(said?.value).toMatchObject({ protocol: 'a2a', status: 'completed', progress: 1, task_count: 1 });
    expect(task.artifacts[0]?.parts[0]?.content?.value).toHaveProperty('cores');
    expect(task.history).toHaveLength(1);
    const again = await client().getTask(get(task.id));
    expect(again).toMatchObject({ id: task.id, contextId: task.contextId });
    expect(again.artifacts[0]?.parts[0]?.content?.value).toHaveProperty('cores');
  });

  it('streams: the task first, its result, its end', async () => {
    const seen: StreamResponse[] = [];
    for await (const event of client().sendMessageStream(request(tree(cpu)))) seen.push(event);
    const kinds = seen.map(({ payload }) => payload?.$case);
    expect(kinds[0]).toBe('task');
    expect(kinds).toContain('artifactUpdate');
    expect(kinds.at(-1)).toBe('statusUpdate');
    const last = seen.at(-1)?.payload;
    expect(last?.$case === 'statusUpdate' && last.value.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
  });

  it('cancels what runs, once, and is told so in its stream', async () => {
    const begun = (await client().sendMessage(request(tree(slow), {}, { returnImmediately: true }))) as Task;
    expect(begun.status?.state).toBe(TaskState.TASK_STATE_WORKING);
    const stream = client().resubscribeTask({ tenant: '', id: begun.id });
    const first = await stream.next();
    expect(first.value?.payload?.$case).toBe('task');
    const canceled = await client().cancelTask({ tenant: '', id: begun.id, metadata: undefined });
    expect(canceled.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
    const rest: StreamResponse[] = [];
    for await (const event of stream) rest.push(event);
    const last = rest.at(-1)?.payload;
    expect(last?.$case === 'statusUpdate' && last.value.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
    await expect(client().cancelTask({ tenant: '', id: begun.id, metadata: undefined })).rejects.toThrow(
      /cancelled already/,
    );
  });

  it('asks for an approval and goes on with the answer', async () => {
    const approval = {
      name: 'approval',
      schemas: { method: 'approval_executor' },
      inputs: { prompt: 'Go on?' },
    };
    const asked = (await client().sendMessage(request(tree(approval), {}))) as Task;
    expect(asked.status?.state).toBe(TaskState.TASK_STATE_INPUT_REQUIRED);
    const answered = (await client().sendMessage(request([text('yes, do')], { taskId: asked.id }))) as Task;
    expect(answered).toMatchObject({ id: asked.id, status: { state: TaskState.TASK_STATE_COMPLETED } });
    await expect(client().sendMessage(request([text('yes')], { taskId: asked.id }))).rejects.toThrow(
      /has ended/,
    );
  });

  it('knows only its own tasks', async () => {
    await expect(client().getTask(get('019aa000-0000-7000-8000-00000000ffff'))).rejects.toThrow(/not found/);
  });

  it('says what a failed tree failed of', async () => {
    const failing = { name: 'call', schemas: { method: 'no_such_executor' } };
    const task = (await client().sendMessage(request(tree(failing)))) as Task;
    expect(task.status?.state).toBe(TaskState.TASK_STATE_FAILED);
  });

  it('is told of its task where it asks to be: signed, with its token', async () => {
    const { secret } = await server.call('webhooks.secret');
    const receiver = await startReceiver(secret);
    const config = { tenant: '', taskId: '', id: 'mine', url: receiver.url, token: 'of-mine' };
    const authentication = { scheme: 'Bearer', credentials: 'of-the-receiver' };
    const task = (await client().sendMessage(
      request(tree(cpu), {}, { taskPushNotificationConfig: { ...config, authentication } }),
    )) as Task;
    const received = await receiver.ended;
    for (const { headers, isSigned } of received) {
      expect(isSigned).toBe(true);
      expect(headers['x-a2a-notification-token']).toBe('of-mine');
      expect(headers['authorization']).toBe('Bearer of-the-receiver');
    }
    const bodies = received.map(({ body }) => body);
    if (version === '1.0') {
      expect(bodies.map((body) => Object.keys(body)[0])).toEqual([
        'statusUpdate',
        'artifactUpdate',
        'statusUpdate',
      ]);
      expect(bodies.at(-1).statusUpdate).toMatchObject({
        taskId: task.id,
        status: { state: 'TASK_STATE_COMPLETED' },
      });
    } else {
      expect(bodies.map(({ kind, status }) => [kind, status.state])).toEqual([
        ['task', 'working'],
        ['task', 'completed'],
      ]);
      expect(bodies.at(-1).artifacts[0].parts[0].data).toHaveProperty('cores');
    }
    const listed = await client().listTaskPushNotificationConfig({
      tenant: '',
      taskId: task.id,
      pageSize: 0,
      pageToken: '',
    });
    expect(listed.configs).toMatchObject([{ id: 'mine', url: receiver.url, token: '[secret]' }]);
    expect(JSON.stringify(listed)).not.toContain('of-the-receiver');
  });

  it('sets, gets and takes back where it is told', async () => {
    const begun = (await client().sendMessage(request(tree(slow), {}, { returnImmediately: true }))) as Task;
    const receiver = await startReceiver('');
    const wanted = {
      tenant: '',
      taskId: begun.id,
      id: 'later',
      url: receiver.url,
      token: '',
      authentication: undefined,
    };
    const made = await client().createTaskPushNotificationConfig(wanted);
    expect(made).toMatchObject({ id: 'later', url: receiver.url });
    const named = { tenant: '', taskId: begun.id, id: 'later' };
    expect(await client().getTaskPushNotificationConfig(named)).toMatchObject({ url: receiver.url });
    await receiver.first;
    await client().deleteTaskPushNotificationConfig(named);
    await expect(client().getTaskPushNotificationConfig(named)).rejects.toThrow(/no such push notification/);
    await client().cancelTask({ tenant: '', id: begun.id, metadata: undefined });
  });
});

it('plans words, in 1.0', async () => {
  const task = (await current.sendMessage(
    request([text('Check the CPU and the memory of this machine')]),
  )) as Task;
  expect(task.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
  const said = task.status?.message?.parts[0]?.content?.value;
  expect(said.task_count).toBeGreaterThan(1);
});

it('runs a stored task that a part names, in 1.0', async () => {
  await server.call('tasks.create', { id: 'stored-for-agents', ...cpu });
  const task = (await current.sendMessage(request([data({ task_id: 'stored-for-agents' })]))) as Task;
  expect(task).toMatchObject({
    contextId: 'stored-for-agents',
    status: { state: TaskState.TASK_STATE_COMPLETED },
  });
});

it('keeps the name of a conversation, and lists by it', async () => {
  const send = () => current.sendMessage(request(tree(cpu), { contextId: 'our-talk' })) as Promise<Task>;
  const ids = [await send(), await send()].map(({ id, contextId }) => {
    expect(contextId).toBe('our-talk');
    return id;
  });
  const page = (pageToken: string) =>
    current.listTasks({
      tenant: '',
      contextId: 'our-talk',
      status: TaskState.TASK_STATE_UNSPECIFIED,
      pageSize: 1,
      pageToken,
      statusTimestampAfter: undefined,
    });
  const first = await page('');
  const second = await page(first.nextPageToken);
  expect([first.totalSize, second.nextPageToken]).toEqual([2, '']);
  expect([...first.tasks, ...second.tasks].map(({ id }) => id)).toEqual(ids.toReversed());
});

interface Received {
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies as receivers do, field by field
  readonly body: any;
  readonly headers: Record<string, unknown>;
  readonly isSigned: boolean;
}

async function startReceiver(secret: string) {
  const received: Received[] = [];
  const ended = Promise.withResolvers<Received[]>();
  const first = Promise.withResolvers<void>();
  const receiver = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const content = Buffer.concat(chunks).toString('utf8');
    const { headers } = incoming;
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${content}`;
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
    received.push({
      body: JSON.parse(content),
      headers,
      isSigned: headers['webhook-signature'] === expected,
    });
    response.writeHead(204).end();
    first.resolve();
    if (/completed"/i.test(content) && !content.includes('artifactUpdate')) ended.resolve(received);
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  onTestFinished(() => void receiver.close());
  const { port } = receiver.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/push`, ended: ended.promise, first: first.promise };
}
