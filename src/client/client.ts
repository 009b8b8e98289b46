/** The typed client: JSON-RPC calls, convenience methods by name, and event streams that resume by themselves. */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { followEvents, type StreamEvent } from './follow-events.ts';
import { openMcpSession } from './forward-mcp.ts';
import type {
  ExecuteAnswer,
  ExecuteParams,
  GenerateAnswer,
  KnownMethod,
  MethodTypes,
  NewTask,
} from './method-types.ts';
import { type GenerationEvent, streamGeneration } from './stream-generation.ts';
import { exchange, type TransportOptions, toRpcError } from './transport.ts';
import { UnreachableError } from './unreachable-error.ts';

export type { StreamEvent } from './follow-events.ts';
export type {
  ExecuteAnswer,
  ExecuteParams,
  GenerateAnswer,
  MethodTypes,
  NewTask,
  TaskTree,
} from './method-types.ts';
export { RpcError } from './rpc-error.ts';
export type { GenerationEvent } from './stream-generation.ts';
export { UnreachableError } from './unreachable-error.ts';

export interface ClientOptions {
  /** Base URL, e.g. `http://127.0.0.1:8000`. */
  readonly url: string;
  /** Sent with every call, e.g. `Authorization` or `X-API-Key`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: typeof fetch;
  /** Repeats of 429, 503 and, for reads, network failures. Default 2. */
  readonly retries?: number;
}

export interface CallOptions {
  /** Makes a repeat of create, execute and cancel harmless for 24 hours. Made for every call when absent. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

export interface FollowRunOptions {
  /** Only what came behind this event. */
  readonly lastEventId?: string;
  readonly signal?: AbortSignal;
}

type ParamsOf<Name extends string> = Name extends KnownMethod ? MethodTypes[Name]['params'] : JsonValue;
type ResultOf<Name extends string> = Name extends KnownMethod ? MethodTypes[Name]['result'] : unknown;

const KEYED = new Set([
  'tasks.create',
  'tasks.execute',
  'tasks.generate',
  'tasks.cancel',
  'conversations.create',
  'messages.create',
  'messages.regenerate',
  'studies.run',
  'studies.report',
  'personas.create',
  'personas.duplicate',
  'personas.import',
]);
/** Methods of the endpoint /system. */
const SYSTEM = /^(system|config|keys|models|policies|quota|usage)\./;
const READS =
  /^(tasks\.(get|detail|tree|list|count|children|running\.(list|status|count)|scheduled\.(list|due|export-ical))|runs\.(get|list|events)|conversations\.(list|get)|messages\.(list|get|revisions)|studies\.(get|list|export)|personas\.(list|get|export|backups)|(system|usage|models)\..+|config\.llm_key\.get|keys\.list|policies\.list|webhooks\.secret)$/;

/** Every method throws RpcError (refused) or UnreachableError (no answer). */
export type Client = ReturnType<typeof createClient>;

export function createClient(options: ClientOptions) {
  const transport: TransportOptions = {
    url: options.url.replace(/\/+$/, ''),
    headers: options.headers ?? {},
    fetch: options.fetch ?? fetch,
    retries: options.retries ?? 2,
  };

  async function call<Name extends KnownMethod | (string & {})>(
    method: Name,
    params: ParamsOf<Name>,
    callOptions: CallOptions = {},
  ): Promise<ResultOf<Name>> {
    const response = await post(transport, method, params as JsonValue, callOptions);
    return (await resultOf(transport.url, response)) as ResultOf<Name>;
  }

  /** The events of a run until its end. */
  function events(runId: string, followOptions: FollowRunOptions = {}): AsyncGenerator<StreamEvent> {
    return followEvents({
      url: transport.url,
      connect: (lastEventId) => openRun(transport, runId, lastEventId, followOptions.signal),
      lastEventId: followOptions.lastEventId ?? null,
      retries: Math.max(transport.retries, 5),
      signal: followOptions.signal,
    });
  }

  /** What happens in a conversation, from `lastEventId` on (now, without one) until it is deleted or the loop is left. */
  function conversationEvents(
    conversationId: string,
    followOptions: FollowRunOptions = {},
  ): AsyncGenerator<StreamEvent> {
    const path = `/conversations/${encodeURIComponent(conversationId)}/events`;
    return followEvents({
      url: transport.url,
      connect: (lastEventId) => openEvents(transport, path, lastEventId, followOptions.signal),
      lastEventId: followOptions.lastEventId ?? null,
      retries: Math.max(transport.retries, 5),
      signal: followOptions.signal,
    });
  }

  function execute(
    params: ExecuteParams,
    executeOptions: CallOptions & { stream: true },
  ): AsyncGenerator<StreamEvent>;
  function execute(
    params: ExecuteParams,
    executeOptions?: CallOptions & { stream?: false },
  ): Promise<ExecuteAnswer>;
  function execute(params: ExecuteParams, executeOptions: CallOptions & { stream?: boolean } = {}) {
    return executeOptions.stream
      ? streamExecution(transport, params, executeOptions)
      : call('tasks.execute', params, executeOptions);
  }

  type GenerateParams = MethodTypes['tasks.generate']['params'];
  /** With `stream` the tree as it grows, then the answer. Who leaves the loop stops the model. */
  function generate(
    params: GenerateParams,
    generateOptions: CallOptions & { stream: true },
  ): AsyncGenerator<GenerationEvent, void, undefined>;
  function generate(
    params: GenerateParams,
    generateOptions?: CallOptions & { stream?: false },
  ): Promise<GenerateAnswer>;
  function generate(params: GenerateParams, generateOptions: CallOptions & { stream?: boolean } = {}) {
    return generateOptions.stream
      ? streamedGeneration(transport, params, generateOptions)
      : call('tasks.generate', params, generateOptions);
  }

  const bind =
    <Name extends KnownMethod>(method: Name) =>
    (params: MethodTypes[Name]['params'], callOptions?: CallOptions) =>
      call(method, params as ParamsOf<Name>, callOptions);

  return {
    url: transport.url,
    call,
    events,
    execute,
    tasks: {
      create: (tasks: NewTask | NewTask[], callOptions?: CallOptions) =>
        call('tasks.create', tasks, callOptions),
      execute,
      get: bind('tasks.get'),
      tree: bind('tasks.tree'),
      list: bind('tasks.list'),
      count: bind('tasks.count'),
      children: bind('tasks.children'),
      update: bind('tasks.update'),
      delete: bind('tasks.delete'),
      clone: bind('tasks.clone'),
      generate,
      cancel: bind('tasks.cancel'),
      detail: bind('tasks.detail'),
      running: {
        list: bind('tasks.running.list'),
        status: bind('tasks.running.status'),
        count: bind('tasks.running.count'),
      },
      scheduled: {
        list: bind('tasks.scheduled.list'),
        due: bind('tasks.scheduled.due'),
        init: bind('tasks.scheduled.init'),
        complete: bind('tasks.scheduled.complete'),
        exportIcal: bind('tasks.scheduled.export-ical'),
      },
      webhook: {
        trigger: bind('tasks.webhook.trigger'),
        secret: bind('tasks.webhook.secret'),
        revoke: bind('tasks.webhook.revoke'),
      },
    },
    runs: {
      list: bind('runs.list'),
      get: bind('runs.get'),
      events: bind('runs.events'),
      pause: bind('runs.pause'),
      resume: bind('runs.resume'),
      retry: bind('runs.retry'),
      rerun: bind('runs.rerun'),
      approve: bind('runs.approve'),
      reject: bind('runs.reject'),
    },
    studies: {
      run: bind('studies.run'),
      get: bind('studies.get'),
      list: bind('studies.list'),
      report: bind('studies.report'),
      export: bind('studies.export'),
      delete: bind('studies.delete'),
    },
    conversations: {
      create: bind('conversations.create'),
      list: bind('conversations.list'),
      get: bind('conversations.get'),
      replace: bind('conversations.replace'),
      update: bind('conversations.update'),
      delete: bind('conversations.delete'),
      stop: bind('conversations.stop'),
      events: conversationEvents,
    },
    messages: {
      create: bind('messages.create'),
      list: bind('messages.list'),
      get: bind('messages.get'),
      update: bind('messages.update'),
      delete: bind('messages.delete'),
      revisions: bind('messages.revisions'),
      regenerate: bind('messages.regenerate'),
    },
    keys: {
      create: bind('keys.create'),
      list: bind('keys.list'),
      revoke: bind('keys.revoke'),
    },
    personas: {
      list: bind('personas.list'),
      get: bind('personas.get'),
      create: bind('personas.create'),
      replace: bind('personas.replace'),
      update: bind('personas.update'),
      delete: bind('personas.delete'),
      duplicate: bind('personas.duplicate'),
      import: bind('personas.import'),
      export: bind('personas.export'),
      backup: bind('personas.backup'),
      restore: bind('personas.restore'),
      backups: bind('personas.backups'),
    },
    models: { list: bind('models.list'), route: bind('models.route') },
    config: {
      llmKey: {
        get: bind('config.llm_key.get'),
        set: bind('config.llm_key.set'),
        delete: bind('config.llm_key.delete'),
      },
    },
    policies: { list: bind('policies.list'), set: bind('policies.set') },
    quota: { set: bind('quota.set') },
    usage: { summary: bind('usage.summary'), export: bind('usage.export') },
    webhooks: { secret: bind('webhooks.secret') },
    /** For programs that speak the Model Context Protocol over a pipe. */
    openMcpSession: () => openMcpSession(transport),
    /** A plain route that answers a JSON object, e.g. `/api/users/stats?period=week`. */
    get: async (path: string, callOptions: CallOptions = {}): Promise<JsonObject> => {
      const response = await exchange(transport, { path, isRead: true, signal: callOptions.signal });
      return (await response.json()) as JsonObject;
    },
    system: {
      health: (callOptions?: CallOptions) => call('system.health', {}, callOptions),
      executors: (callOptions?: CallOptions) => call('system.executors', {}, callOptions),
      /** Metadata of one executor with its input schema. */
      executor: async (id: string, callOptions: CallOptions = {}) => {
        const path = `/api/executors/metadata/${encodeURIComponent(id)}`;
        const response = await exchange(transport, { path, isRead: true, signal: callOptions.signal });
        return (await response.json()) as JsonObject;
      },
    },
  };
}

function post(
  transport: TransportOptions,
  method: string,
  params: JsonValue,
  options: CallOptions,
): Promise<Response> {
  const isKeyed = KEYED.has(method);
  const key = options.idempotencyKey ?? (isKeyed ? crypto.randomUUID() : undefined);
  return exchange(transport, {
    path: SYSTEM.test(method) ? '/system' : '/tasks',
    body: { jsonrpc: '2.0', id: 1, method, params },
    headers: key === undefined ? {} : { 'idempotency-key': key },
    isRead: READS.test(method),
    isKeyed,
    signal: options.signal,
  });
}

function openRun(
  transport: TransportOptions,
  runId: string,
  lastEventId: string | null,
  signal: AbortSignal | undefined,
): Promise<Response> {
  return openEvents(transport, `/runs/${encodeURIComponent(runId)}/events`, lastEventId, signal);
}

function openEvents(
  transport: TransportOptions,
  path: string,
  lastEventId: string | null,
  signal: AbortSignal | undefined,
): Promise<Response> {
  return exchange(
    // followEvents does the repeating: it knows whether events came in between.
    { ...transport, retries: 0 },
    {
      path,
      headers: {
        accept: 'text/event-stream',
        ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }),
      },
      isRead: true,
      signal,
    },
  );
}

async function* streamExecution(
  transport: TransportOptions,
  params: ExecuteParams,
  options: CallOptions,
): AsyncGenerator<StreamEvent, void, undefined> {
  const body = { ...params, use_streaming: true } as JsonObject;
  const response = await post(transport, 'tasks.execute', body, options);
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  let runId: string | null = null;
  if (!isStream) {
    const data = (await resultOf(transport.url, response)) as JsonObject;
    yield { id: null, type: 'started', data };
    if (typeof data['run_id'] !== 'string') return;
    runId = data['run_id'];
  }
  const followed = followEvents({
    url: transport.url,
    connect: (lastEventId) => {
      if (runId === null)
        throw new UnreachableError(transport.url, 'the stream broke off before the run was known');
      return openRun(transport, runId, lastEventId, options.signal);
    },
    lastEventId: null,
    ...(isStream ? { opened: response } : {}),
    retries: Math.max(transport.retries, 5),
    signal: options.signal,
  });
  for await (const event of followed) {
    if (event.type === 'started' && typeof event.data['run_id'] === 'string') runId = event.data['run_id'];
    yield event;
  }
}

async function* streamedGeneration(
  transport: TransportOptions,
  params: MethodTypes['tasks.generate']['params'],
  options: CallOptions,
): AsyncGenerator<GenerationEvent, void, undefined> {
  const body = { ...params, use_streaming: true } as JsonObject;
  const response = await post(transport, 'tasks.generate', body, options);
  if (response.headers.get('content-type')?.startsWith('text/event-stream') === true)
    yield* streamGeneration(transport.url, response);
  else yield { type: 'answer', answer: (await resultOf(transport.url, response)) as GenerateAnswer };
}

/** The `result` of a JSON-RPC answer; its `error` as RpcError (some servers answer errors with 200). */
async function resultOf(url: string, response: Response): Promise<unknown> {
  let body: unknown;
  try {
    body = await response.json();
  } catch (error) {
    throw new UnreachableError(url, 'the answer is not JSON', error);
  }
  if (isJsonObject(body) && isJsonObject(body['error']))
    throw toRpcError(body['error'], response.status, response.headers.get('retry-after'));
  if (isJsonObject(body) && 'result' in body) return body['result'];
  throw new UnreachableError(url, 'the answer is no JSON-RPC');
}
