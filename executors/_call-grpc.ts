/** One gRPC call by names: finds the method, sends JSON, gives JSON. The address was checked before. */
import {
  type Client,
  credentials,
  Metadata,
  makeClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import type { MethodDefinition, PackageDefinition } from '@grpc/proto-loader';
import { AppError } from '../src/core/errors.ts';
import type { JsonObject, JsonValue } from '../src/core/json.ts';
import { type Connect, descriptorsFromFile, descriptorsFromServer } from './_grpc-descriptors.ts';

export interface GrpcCall {
  /** A checked address with its port: `93.184.216.34:443`, `[2606::1]:443`. */
  readonly target: string;
  /** The name that was asked for: what the server is called by, and its certificate is held against. */
  readonly authority: string;
  readonly isEncrypted: boolean;
  readonly service: string;
  readonly method: string;
  readonly request: JsonObject;
  readonly metadata: Readonly<Record<string, string>>;
  /** A checked path, with the only folder of imports; null = the server describes itself. */
  readonly proto: { readonly path: string; readonly folder: string } | null;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface GrpcAnswer {
  readonly response: JsonValue;
  /** Headers and trailers. */
  readonly metadata: Readonly<Record<string, string>>;
}

const PASSING = new Set([
  status.UNAVAILABLE,
  status.RESOURCE_EXHAUSTED,
  status.ABORTED,
  status.INTERNAL,
  status.UNKNOWN,
]);
const MAX_STREAMED = 10_000;

/** Streams from the server come as a list. Throws AppError, terminal or retryable by the status. */
export async function callGrpc(call: GrpcCall): Promise<GrpcAnswer> {
  const deadline = new Date(Date.now() + call.timeoutMs);
  const connect = connector(call);
  const what = `${call.service}/${call.method} at ${call.authority}`;
  try {
    const definitions =
      call.proto === null
        ? await descriptorsFromServer(connect, call.service, deadline)
        : descriptorsFromFile(call.proto.path, call.proto.folder);
    const method = methodIn(definitions, call);
    return await invoke(connect, method, call, deadline);
  } catch (error) {
    throw worded(error, what);
  }
}

function connector(call: GrpcCall): Connect {
  const kind = call.target.startsWith('[') ? 'ipv6' : 'ipv4';
  const options = {
    'grpc.default_authority': call.authority,
    'grpc.ssl_target_name_override': call.authority.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''),
    'grpc.max_receive_message_length': call.maxBytes,
    // Neither a proxy of the environment nor a service's own settings choose another address.
    'grpc.enable_http_proxy': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.enable_retries': 0,
    // No channel of another call, which may have been checked otherwise.
    'grpc.use_local_subchannel_pool': 1,
  };
  return (ClientKind) =>
    new ClientKind(
      `${kind}:${call.target}`,
      call.isEncrypted ? credentials.createSsl() : credentials.createInsecure(),
      options,
    );
}

function methodIn(definitions: PackageDefinition, { service, method }: GrpcCall) {
  const definition = definitions[service];
  if (definition === undefined || 'format' in definition) {
    const known = Object.keys(definitions).filter((name) => !('format' in (definitions[name] as object)));
    throw new AppError(
      'task_failed',
      `There is no service '${service}'. There are: ${known.join(', ') || 'none'}`,
    );
  }
  const found = Object.entries(definition).find(([name]) => name.toLowerCase() === method.toLowerCase());
  if (found !== undefined) return found[1] as MethodDefinition<object, object>;
  throw new AppError(
    'task_failed',
    `The service '${service}' has no method '${method}'. It has: ${Object.keys(definition).join(', ')}`,
  );
}

async function invoke(
  connect: Connect,
  method: MethodDefinition<object, object>,
  call: GrpcCall,
  deadline: Date,
): Promise<GrpcAnswer> {
  if (method.requestStream) {
    throw new AppError(
      'task_failed',
      `'${call.method}' takes a stream of messages; only single ones can be sent`,
    );
  }
  const client = connect(makeClientConstructor({}, 'Client'));
  try {
    return await (method.responseStream ? invokeStream : invokeUnary)(client, method, call, deadline);
  } finally {
    client.close();
  }
}

function invokeUnary(
  client: Client,
  method: MethodDefinition<object, object>,
  call: GrpcCall,
  deadline: Date,
): Promise<GrpcAnswer> {
  return new Promise((resolve, reject) => {
    const seen: Record<string, string> = {};
    let answer: object | undefined;
    const sent = client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      call.request,
      metadataOf(call),
      { deadline },
      (error, response) => {
        if (error) reject(error);
        else answer = response;
      },
    );
    sent.on('metadata', (metadata) => addTo(seen, metadata));
    sent.on('status', (ended) => {
      addTo(seen, ended.metadata);
      if (ended.code === status.OK) resolve({ response: (answer ?? null) as JsonValue, metadata: seen });
    });
    call.signal.addEventListener('abort', () => sent.cancel(), { once: true });
  });
}

function invokeStream(
  client: Client,
  method: MethodDefinition<object, object>,
  call: GrpcCall,
  deadline: Date,
): Promise<GrpcAnswer> {
  return new Promise((resolve, reject) => {
    const seen: Record<string, string> = {};
    const messages: object[] = [];
    let bytes = 0;
    const sent = client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      (packed: Buffer) => {
        bytes += packed.length;
        return method.responseDeserialize(packed);
      },
      call.request,
      metadataOf(call),
      { deadline },
    );
    sent.on('metadata', (metadata) => addTo(seen, metadata));
    sent.on('data', (message: object) => {
      messages.push(message);
      if (messages.length <= MAX_STREAMED && bytes <= call.maxBytes) return;
      sent.cancel();
      reject(
        new AppError(
          'task_failed',
          `The stream is larger than ${MAX_STREAMED} messages or ${call.maxBytes} bytes`,
        ),
      );
    });
    sent.on('status', (ended) => addTo(seen, ended.metadata));
    sent.on('error', reject);
    sent.on('end', () => resolve({ response: messages as JsonValue, metadata: seen }));
    call.signal.addEventListener('abort', () => sent.cancel(), { once: true });
  });
}

function metadataOf({ metadata }: GrpcCall): Metadata {
  const made = new Metadata();
  for (const [name, value] of Object.entries(metadata)) {
    made.set(name, name.toLowerCase().endsWith('-bin') ? Buffer.from(value, 'base64') : value);
  }
  return made;
}

function addTo(seen: Record<string, string>, metadata: Metadata): void {
  for (const [name, value] of Object.entries(metadata.getMap())) {
    seen[name] = typeof value === 'string' ? value : value.toString('base64');
  }
}

function worded(error: unknown, what: string): AppError {
  if (AppError.is(error)) return error;
  const { code, details } = error as ServiceError;
  const reason = details || (error instanceof Error ? error.message : String(error));
  if (code === status.DEADLINE_EXCEEDED)
    return new AppError('task_timeout', `${what} took too long: ${reason}`);
  const name = typeof code === 'number' ? `${status[code]}: ` : '';
  return new AppError(
    // Our own limit, not the server's.
    code !== undefined && PASSING.has(code) && !/larger than max/.test(reason)
      ? 'task_transient'
      : 'task_failed',
    `${what} failed: ${name}${reason}`,
    { details: { code: code ?? null }, cause: error },
  );
}
