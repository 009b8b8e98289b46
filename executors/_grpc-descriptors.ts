/** What messages a gRPC service takes and gives: from a .proto file, or from the server itself by reflection. */
import { realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { type Client, makeClientConstructor, status } from '@grpc/grpc-js';
import { fromJSON, loadFileDescriptorSetFromBuffer, type PackageDefinition } from '@grpc/proto-loader';
import protobuf from 'protobufjs';
import { AppError } from '../src/core/errors.ts';

/** How messages show as JSON: names as in the .proto, 64-bit numbers as text, enums by name, bytes as base64. */
export const MESSAGE_OPTIONS = {
  keepCase: true,
  longs: String,
  enums: String,
  bytes: String,
  defaults: true,
  oneofs: true,
} as const;

/** Makes a client of one kind for the server that was checked. */
export type Connect = (kind: ReturnType<typeof makeClientConstructor>) => Client;

const MAX_FILES = 500;
/** The newer name first; many servers know only the older one. */
const REFLECTION = ['grpc.reflection.v1', 'grpc.reflection.v1alpha'];

/** What comes with the library under these names needs no file. */
const BUNDLED = /^google\/protobuf\/[a-z_]+\.proto$/;

/** Imports are found below `folder` and nowhere else, links included. Throws AppError `task_failed`. */
export function descriptorsFromFile(path: string, folder: string): PackageDefinition {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => {
    if (BUNDLED.test(target)) return target;
    const real = realpathSync(resolve(folder, target));
    if (real.startsWith(folder + sep)) return real;
    throw new Error(`'${target}' lies outside the folder of the proto file`);
  };
  try {
    root.loadSync(path);
    return fromJSON(root.toJSON(), MESSAGE_OPTIONS);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('task_failed', `The proto file cannot be read: ${reason}`, { cause });
  }
}

/** Everything that the file with the service needs, in as many questions as it takes. */
export async function descriptorsFromServer(
  connect: Connect,
  service: string,
  deadline: Date,
): Promise<PackageDefinition> {
  let refused: unknown;
  for (const name of REFLECTION) {
    try {
      const files = await reflectedFiles(connect, name, service, deadline);
      return loadFileDescriptorSetFromBuffer(descriptorSet(files), MESSAGE_OPTIONS);
    } catch (error) {
      if (!isUnimplemented(error)) throw error;
      refused = error;
    }
  }
  throw new AppError(
    'task_failed',
    'The server does not describe itself (no reflection). Give "proto_file", a .proto file below the files folder',
    { cause: refused },
  );
}

function isUnimplemented(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === status.UNIMPLEMENTED;
}

interface ReflectionAnswer {
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Buffer[] } | null;
  readonly error_response?: { readonly error_message: string } | null;
}

function reflectedFiles(
  connect: Connect,
  reflection: string,
  service: string,
  deadline: Date,
): Promise<Buffer[]> {
  const client = connect(makeClientConstructor(reflectionService(reflection), 'ServerReflection'));
  const found = new Map<string, Buffer>();
  const asked = new Set<string>();
  return new Promise<Buffer[]>((resolve, reject) => {
    const call = (client as unknown as ReflectionClient)['ServerReflectionInfo']({}, { deadline });
    const ask = (question: object) => call.write(question);
    let open = 1;
    call.on('error', reject);
    call.on('data', (answer: ReflectionAnswer) => {
      if (answer.error_response) {
        call.cancel();
        reject(
          new AppError(
            'task_failed',
            `The server knows no service '${service}': ${answer.error_response.error_message}`,
          ),
        );
        return;
      }
      open -= 1;
      for (const file of answer.file_descriptor_response?.file_descriptor_proto ?? []) {
        const { name, imports } = namesIn(file);
        found.set(name, file);
        asked.add(name);
        for (const missing of imports) {
          if (asked.has(missing)) continue;
          asked.add(missing);
          open += 1;
          ask({ file_by_filename: missing });
        }
      }
      if (asked.size > MAX_FILES) {
        call.cancel();
        reject(new AppError('task_failed', `The service needs more than ${MAX_FILES} files`));
      } else if (open === 0) {
        call.end();
        resolve([...found.values()]);
      }
    });
    call.on('end', () => resolve([...found.values()]));
    ask({ file_containing_symbol: service });
  }).finally(() => client.close());
}

interface ReflectionClient {
  ServerReflectionInfo(
    metadata: object,
    options: { deadline: Date },
  ): import('node:stream').Duplex & { cancel(): void };
}

function reflectionService(name: string) {
  const string = (id: number) => ({ type: 'string', id });
  const definition = fromJSON(
    {
      nested: {
        [name]: {
          nested: {
            Request: {
              oneofs: { message_request: { oneof: ['file_by_filename', 'file_containing_symbol'] } },
              fields: { host: string(1), file_by_filename: string(3), file_containing_symbol: string(4) },
            },
            Files: { fields: { file_descriptor_proto: { rule: 'repeated', type: 'bytes', id: 1 } } },
            Failure: { fields: { error_code: { type: 'int32', id: 1 }, error_message: string(2) } },
            Answer: {
              fields: {
                file_descriptor_response: { type: 'Files', id: 4 },
                error_response: { type: 'Failure', id: 7 },
              },
            },
            ServerReflection: {
              methods: {
                ServerReflectionInfo: {
                  requestType: 'Request',
                  requestStream: true,
                  responseType: 'Answer',
                  responseStream: true,
                },
              },
            },
          },
        },
      },
    },
    { keepCase: true },
  );
  return definition[`${name}.ServerReflection`] as Parameters<typeof makeClientConstructor>[0];
}

/** FileDescriptorSet: field 1, repeated, of what the server sent as it is. */
function descriptorSet(files: readonly Buffer[]): Buffer {
  return Buffer.concat(files.flatMap((file) => [Buffer.from([0x0a]), varint(file.length), file]));
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}

/** Field 1 (name) and 3 (dependency) of a FileDescriptorProto; all other fields are passed over. */
function namesIn(file: Buffer): { name: string; imports: string[] } {
  let offset = 0;
  const read = () => {
    let value = 0;
    for (let shift = 1; offset < file.length; shift *= 0x80) {
      const byte = file[offset++] as number;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  let name = '';
  const imports: string[] = [];
  while (offset < file.length) {
    const tag = read();
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === 0) read();
    else if (wire === 1) offset += 8;
    else if (wire === 5) offset += 4;
    else {
      const length = read();
      const text = () => file.toString('utf8', offset, offset + length);
      if (field === 1) name = text();
      if (field === 3) imports.push(text());
      offset += length;
    }
  }
  return { name, imports };
}
