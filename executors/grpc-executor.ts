/** Calls a gRPC service by names, with JSON: the messages are learnt from the server itself or from a .proto file. */
import { dirname } from 'node:path';
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor, type ExecutorContext, secretNames } from '../src/core/executor.ts';
import { isJsonObject, type JsonValue } from '../src/core/json.ts';
import { CREDENTIAL_HEADER, CREDENTIAL_NAME } from '../src/core/secrets/secret-field.ts';
import { Deadline } from './_deadline.ts';
import { filesPath } from './_files-path.ts';

const MAX_BYTES = 8 * 1024 * 1024;
const MAX_TIMEOUT_SECONDS = 3_600;

const input = z.object({
  server: z.string().min(1).describe('gRPC server address (e.g., "localhost:50051") (required)'),
  service: z.string().min(1).describe('Service name (required)'),
  method: z.string().min(1).describe('Method name (required)'),
  request: z
    .record(z.string(), z.custom<JsonValue>())
    .meta(secretNames(CREDENTIAL_NAME))
    .describe('Request parameters as dict (required)'),
  proto_file: z
    .string()
    .nullable()
    .default(null)
    .describe('Path to proto file (optional, for dynamic loading)'),
  timeout: z
    .number()
    .positive()
    .max(MAX_TIMEOUT_SECONDS)
    .default(30)
    .describe('Request timeout in seconds (default: 30.0)'),
  metadata: z
    .record(z.string(), z.string())
    .nullable()
    .default(null)
    .meta(secretNames(CREDENTIAL_HEADER))
    .describe('gRPC metadata dict (optional)'),
});
type GrpcInput = z.infer<typeof input>;

export default defineExecutor({
  id: 'grpc_executor',
  name: 'gRPC Executor',
  description: 'Call gRPC services with dynamic proto loading',
  tags: ['grpc', 'rpc', 'microservice'],
  type: 'grpc',
  examples: ['Call gRPC service', 'Invoke microservice via gRPC', 'RPC-based service communication'],
  input,
  output: z.object({
    success: z.boolean().describe('Always true: a call that fails fails the task'),
    server: z.string().describe('The server'),
    service: z.string().describe('The service'),
    method: z.string().describe('The method'),
    request: z.custom<JsonValue>().describe('What was asked'),
    response: z.custom<JsonValue>().describe('The answer; of a streaming method a list'),
    metadata: z.record(z.string(), z.string()).describe("The answer's headers and trailers"),
  }),
  placement: 'activity',
  timeoutMs: MAX_TIMEOUT_SECONDS * 1_000,
  // A call may have an effect: a task's policy may ask for more attempts.
  maxAttempts: 1,
  demoInput: {
    server: 'grpc.example.com:443',
    service: 'demo.Greeter',
    method: 'SayHello',
    request: { name: 'World' },
  },
  demoDelayMs: 150,
  demo: ({ input: given }) => ({
    success: true,
    server: typeof given['server'] === 'string' ? given['server'] : 'grpc.example.com:443',
    service: typeof given['service'] === 'string' ? given['service'] : 'DemoService',
    method: typeof given['method'] === 'string' ? given['method'] : 'DemoMethod',
    request: isJsonObject(given['request']) ? given['request'] : {},
    response: { status: 'success', data: { result: 'Demo gRPC response', processed: true } },
    metadata: {},
  }),
  async run(context) {
    const deadline = new Deadline(context.signal, context.input.timeout);
    const { server, service, method } = context.input;
    return deadline.hold(`The call of ${service}/${method} at ${server}`, call(context, deadline));
  },
});

async function call(
  { input: given, network, settings, idempotencyKey }: ExecutorContext<GrpcInput>,
  deadline: Deadline,
) {
  const { host, port, isEncrypted } = targetOf(given.server);
  const proto = given.proto_file === null ? null : await filesPath(settings.filesDir, given.proto_file);
  const [address] = await network.resolve(host);
  if (address === undefined) throw new AppError('task_transient', `${host} has no address`);
  const { callGrpc } = await import('./_call-grpc.ts');
  const answer = await callGrpc({
    target: `${address.includes(':') ? `[${address}]` : address}:${port}`,
    authority: `${host}:${port}`,
    isEncrypted,
    service: given.service,
    method: given.method,
    request: given.request,
    metadata: { 'idempotency-key': idempotencyKey, ...given.metadata },
    proto: proto === null ? null : { path: proto, folder: dirname(proto) },
    maxBytes: MAX_BYTES,
    timeoutMs: Math.ceil(given.timeout * 1_000),
    signal: deadline.signal,
  });
  const { server, service, method, request } = given;
  return { success: true, server, service, method, request, ...answer, metadata: { ...answer.metadata } };
}

/** `host:port`, plain unless `grpcs://` or `https://` stands before it or the port is 443. */
function targetOf(server: string): { host: string; port: number; isEncrypted: boolean } {
  const match = /^(?:(grpcs?|https?):\/\/)?(\[[0-9a-fA-F:.]+\]|[^\s:/@[\]]+)(?::(\d{1,5}))?\/?$/.exec(server);
  if (match === null) {
    throw new AppError('task_failed', `'${server}' is no gRPC server. Give one like grpc.example.com:443`);
  }
  const [, scheme, host = '', given] = match;
  const isEncryptedScheme = scheme === 'grpcs' || scheme === 'https';
  const port = given === undefined ? (isEncryptedScheme ? 443 : 80) : Number(given);
  if (port < 1 || port > 65_535) throw new AppError('task_failed', `'${server}' has no usable port`);
  return { host, port, isEncrypted: isEncryptedScheme || (scheme === undefined && port === 443) };
}
