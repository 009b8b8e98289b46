/** The routes that are no JSON-RPC method, as OpenAPI paths. A test holds them against the router. */

const pathParameter = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } });
const query = (name: string, type: string) => ({ name, in: 'query', schema: { type } });
const header = (name: string) => ({ name, in: 'header', schema: { type: 'string' } });
const json = (description: string) => ({
  description,
  content: { 'application/json': { schema: { type: 'object' } } },
});
const text = (description: string) => ({
  description,
  content: { 'text/plain': { schema: { type: 'string' } } },
});
const restError = json('Not found: `{error: {code, message, request_id, docs}}`');

const card = (operationId: string) => ({
  operationId,
  tags: ['agents'],
  summary: 'The agent card: what this server can do, for A2A 1.0 and 0.3',
  security: [],
  responses: { 200: json('The card') },
});

export const restPaths = {
  '/tasks/methods': {
    get: {
      operationId: 'listMethods',
      tags: ['docs'],
      summary: 'Methods of /tasks by category',
      responses: { 200: json('Methods') },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'openApi',
      tags: ['docs'],
      summary: 'This document',
      responses: { 200: json('OpenAPI 3.1') },
    },
  },
  '/docs': {
    get: {
      operationId: 'docs',
      tags: ['docs'],
      summary: 'Methods with a form to try them',
      responses: { 200: { description: 'A page', content: { 'text/html': { schema: { type: 'string' } } } } },
    },
  },
  '/docs/errors/{slug}': {
    get: {
      operationId: 'errorPage',
      tags: ['docs'],
      summary: 'What an error code means and what to do',
      parameters: [pathParameter('slug')],
      responses: { 200: text('Markdown'), 404: text('No such page') },
    },
  },
  '/api/executors/metadata': {
    get: {
      operationId: 'listExecutors',
      tags: ['executors'],
      summary: 'All executors with their input schemas',
      responses: { 200: json('`{executors: {id: metadata}, count}`') },
    },
  },
  '/api/executors/metadata/{id}': {
    get: {
      operationId: 'getExecutor',
      tags: ['executors'],
      summary: 'One executor',
      parameters: [pathParameter('id')],
      responses: { 200: json('Metadata'), 404: text("Executor 'x' not found") },
    },
  },
  '/runs/{run_id}/events': {
    get: {
      operationId: 'streamRunEvents',
      tags: ['runs'],
      summary: 'Server-sent events of a run; resumes behind Last-Event-ID',
      parameters: [
        pathParameter('run_id'),
        { name: 'Last-Event-ID', in: 'header', schema: { type: 'string' } },
        { name: 'last_event_id', in: 'query', schema: { type: 'string' } },
      ],
      responses: {
        200: { description: 'Events', content: { 'text/event-stream': { schema: { type: 'string' } } } },
        404: restError,
      },
    },
  },
  '/conversations/{conversation_id}/events': {
    get: {
      operationId: 'streamConversationEvents',
      tags: ['conversations'],
      summary:
        'Server-sent events of a conversation, replies while they are written; resumes behind Last-Event-ID',
      parameters: [
        pathParameter('conversation_id'),
        { name: 'Last-Event-ID', in: 'header', schema: { type: 'string' } },
        { name: 'last_event_id', in: 'query', schema: { type: 'string' } },
      ],
      responses: {
        200: { description: 'Events', content: { 'text/event-stream': { schema: { type: 'string' } } } },
        404: restError,
      },
    },
  },
  '/studies/{study_id}/events': {
    get: {
      operationId: 'streamStudyEvents',
      tags: ['studies'],
      summary: 'Server-sent events of a study: words while they are said; resumes behind Last-Event-ID',
      parameters: [
        pathParameter('study_id'),
        { name: 'Last-Event-ID', in: 'header', schema: { type: 'string' } },
        { name: 'last_event_id', in: 'query', schema: { type: 'string' } },
      ],
      responses: {
        200: { description: 'Events', content: { 'text/event-stream': { schema: { type: 'string' } } } },
        404: restError,
      },
    },
  },
  '/studies/{study_id}/report': {
    get: {
      operationId: 'studyReport',
      tags: ['studies'],
      summary: 'The study as a file: Markdown, a page of HTML, or JSON',
      parameters: [
        pathParameter('study_id'),
        { name: 'format', in: 'query', schema: { type: 'string', enum: ['md', 'html', 'json'] } },
      ],
      responses: {
        200: { description: 'The file', content: { 'text/markdown': { schema: { type: 'string' } } } },
        404: restError,
        409: json('It still runs'),
      },
    },
  },
  '/runs/{run_id}/tasks/{task_id}/result': {
    get: {
      operationId: 'getResult',
      tags: ['runs'],
      summary: 'The whole result of a task in a run',
      parameters: [pathParameter('run_id'), pathParameter('task_id')],
      responses: {
        200: { description: 'The result', content: { 'application/json': { schema: {} } } },
        404: restError,
      },
    },
  },
  '/webhook/trigger/{task_id}': {
    post: {
      operationId: 'triggerTask',
      tags: ['runs'],
      summary: 'Runs a task: signed (HMAC or Standard Webhooks), or as its owner',
      security: [],
      parameters: [
        pathParameter('task_id'),
        query('async', 'boolean'),
        header('X-Webhook-Signature'),
        header('X-Webhook-Timestamp'),
        header('webhook-id'),
        header('webhook-timestamp'),
        header('webhook-signature'),
      ],
      responses: {
        200: json('`{success, status, task_id, run_id, …}`'),
        401: json('Not signed, or not well: `{success: false, error, task_id, code, request_id}`'),
        404: json('No such task'),
        409: json('It is running, or this very request was accepted before'),
        429: json('A limit, with Retry-After'),
      },
    },
  },
  '/': {
    post: {
      operationId: 'a2a',
      tags: ['agents'],
      summary: 'Agent2Agent protocol 1.0 and 0.3, JSON-RPC: messages, tasks, push notifications',
      parameters: [header('A2A-Version'), header('Idempotency-Key'), header('Last-Event-ID')],
      requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
      responses: {
        200: {
          description:
            'The answer; errors too, with numbers of the protocol. An event stream for the streaming methods',
          content: {
            'application/json': { schema: { type: 'object' } },
            'text/event-stream': { schema: { type: 'string' } },
          },
        },
        400: json('No JSON'),
        401: json('A bad credential, or none where guests are off'),
        429: json('A limit, with Retry-After'),
      },
    },
  },
  '/.well-known/agent-card.json': { get: card('agentCard') },
  '/.well-known/agent.json': { get: card('agentCardOfOldClients') },
  '/.well-known/agent-card': { get: card('agentCardOfWebApps') },
  '/mcp': {
    post: {
      operationId: 'mcp',
      tags: ['agents'],
      summary: 'Model Context Protocol, streamable HTTP: the methods and the executors as tools',
      parameters: [header('MCP-Protocol-Version'), header('Mcp-Method'), header('Mcp-Name')],
      requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
      responses: {
        200: {
          description: 'The answer, or a stream of notifications with the answer at its end',
          content: {
            'application/json': { schema: { type: 'object' } },
            'text/event-stream': { schema: { type: 'string' } },
          },
        },
        202: { description: 'A notification was taken' },
        400: json('No message of the protocol, or of a version that is not spoken'),
        401: json('A bad credential, or none where guests are off'),
      },
    },
  },
  '/auth/auto-login': {
    get: {
      operationId: 'autoLogin',
      tags: ['users'],
      summary: 'Who is asking gets a session; a first visit too',
      responses: { 200: json('Signed in'), 401: json('Guests are off, or the credential is bad') },
    },
  },
  '/api/demo/tasks/init-status': {
    get: {
      operationId: 'demoTasksStatus',
      tags: ['executors'],
      summary: 'Which executors the caller has a demo tree for',
      responses: { 200: json('`{success, can_init, existing_executors, missing_executors, …}`') },
    },
  },
  '/api/demo/tasks/init-executors': {
    post: {
      operationId: 'createDemoTasks',
      tags: ['executors'],
      summary: 'Stores a demo tree for each executor that the caller has none for',
      responses: { 200: json('`{success, created_count, task_ids, message}`') },
    },
  },
  '/api/users/list': {
    get: {
      operationId: 'listUsers',
      tags: ['users'],
      summary: 'Users, latest activity first; for admins',
      parameters: [query('limit', 'integer'), query('status', 'string')],
      responses: { 200: json('Users'), 400: json('Bad parameter'), 401: json('Not an admin') },
    },
  },
  '/api/users/stats': {
    get: {
      operationId: 'userStats',
      tags: ['users'],
      summary: 'How many users there are, were active, and are new; for admins',
      parameters: [query('period', 'string')],
      responses: { 200: json('Numbers'), 400: json('Bad parameter'), 401: json('Not an admin') },
    },
  },
  '/api/quota/status': {
    get: {
      operationId: 'quotaStatus',
      tags: ['quota'],
      summary: 'What the caller has used today, and may use',
      responses: { 200: json('`{user_id, quota, is_premium}`') },
    },
  },
  '/api/quota/system-stats': {
    get: {
      operationId: 'systemStats',
      tags: ['quota'],
      summary: 'Trees that run now, and the limits; for admins, or everybody with DEMO_MODE',
      responses: { 200: json('Numbers'), 403: json('Not an admin') },
    },
  },
  '/api/usage/export': {
    get: {
      operationId: 'exportUsage',
      tags: ['usage'],
      summary: "Usage rows as a file: one's own; everybody's for admins",
      parameters: [
        query('format', 'string'),
        query('user_id', 'string'),
        query('executor', 'string'),
        query('model', 'string'),
        query('from', 'string'),
        query('to', 'string'),
      ],
      responses: {
        200: {
          description: 'CSV or Parquet',
          content: {
            'text/csv': { schema: { type: 'string' } },
            'application/vnd.apache.parquet': { schema: { type: 'string', format: 'binary' } },
          },
        },
        400: json('Bad parameter'),
        403: json("Another user's rows"),
      },
    },
  },
  '/healthz': {
    get: {
      operationId: 'healthz',
      tags: ['health'],
      summary: 'The process answers, as the word OK',
      responses: { 200: { description: 'OK', content: { 'text/plain': { schema: { type: 'string' } } } } },
    },
  },
  '/live': {
    get: {
      operationId: 'live',
      tags: ['health'],
      summary: 'The process answers',
      responses: { 200: json('ok') },
    },
  },
  '/ready': {
    get: {
      operationId: 'ready',
      tags: ['health'],
      summary: 'A posted tree would run',
      responses: { 200: json('Ready'), 503: json('Not ready, with what is missing') },
    },
  },
  '/health': {
    get: {
      operationId: 'health',
      tags: ['health'],
      summary: 'State of the parts',
      responses: { 200: json('Components') },
    },
  },
  '/metrics': {
    get: {
      operationId: 'metrics',
      tags: ['health'],
      summary: 'Prometheus metrics',
      responses: { 200: text('Metrics'), 404: text('Served elsewhere') },
    },
  },
} as const;
