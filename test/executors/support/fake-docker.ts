/**
 * A server that speaks the part of the Docker Engine API that running a container takes, on a socket of its own. Its
 * containers are processes of this machine; their output comes in the engine's frames, cut at awkward places.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface CreateBody {
  readonly Image: string;
  readonly Cmd: readonly string[];
  readonly Env: readonly string[];
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly HostConfig: { readonly Mounts: readonly { Source: string; Target: string }[] };
}

interface FakeContainer {
  readonly id: string;
  readonly name: string;
  readonly body: CreateBody;
  readonly changed: EventEmitter;
  state: 'created' | 'running' | 'exited';
  exitCode: number;
  frames: Buffer;
  child: ChildProcess | null;
}

export interface FakeDocker {
  readonly address: string;
  /** By name. */
  readonly containers: Map<string, FakeContainer>;
  readonly images: Set<string>;
  /** What was asked to be pulled, as `name:tag`. */
  readonly pulls: string[];
  /** What a pull answers: lines, then the connection ends. Default: two layers, and the image is there. */
  pullAnswer: { readonly status: number; readonly lines: readonly string[] } | null;
  /** The next requests of this kind are refused with the status. */
  readonly refuse: Map<'create' | 'start' | 'remove', number>;
  /** Cuts log streams after so many bytes, once. */
  cutLogsAfter: number | null;
  close(): Promise<void>;
}

const LAYERS = [
  { status: 'Pulling fs layer', progressDetail: {}, id: 'a1' },
  { status: 'Downloading', progressDetail: { current: 10, total: 100 }, id: 'a1' },
  { status: 'Downloading', progressDetail: { current: 100, total: 100 }, id: 'a1' },
  { status: 'Status: Downloaded newer image' },
].map((line) => JSON.stringify(line));

export async function startFakeDocker(images: readonly string[]): Promise<FakeDocker> {
  const folder = await mkdtemp(join(tmpdir(), 'fake-docker-'));
  const path = join(folder, 'engine.sock');
  const sockets = new Set<Socket>();
  const fake: FakeDocker = {
    address: `unix://${path}`,
    containers: new Map(),
    images: new Set(images),
    pulls: [],
    pullAnswer: null,
    refuse: new Map(),
    cutLogsAfter: null,
    async close() {
      for (const { child } of fake.containers.values()) child?.kill('SIGKILL');
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
  const server = createServer((request, response) => {
    answer(fake, request, response).catch((error: unknown) => say(response, 500, { message: String(error) }));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return fake;
}

function say(response: ServerResponse, status: number, body?: unknown): undefined {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function answer(fake: FakeDocker, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://docker');
  const [, group, id = '', verb = ''] = url.pathname.split('/');
  const query = url.searchParams;
  if (group === 'images' && id === 'create') return pull(fake, query, response);
  if (group !== 'containers') return say(response, 404, { message: 'page not found' });
  if (id === 'json')
    return say(
      response,
      200,
      [...fake.containers.values()].map(({ id: Id }) => ({ Id })),
    );
  if (id === 'create') return create(fake, query.get('name') ?? '', await bodyOf(request), response);
  const container = [...fake.containers.values()].find((known) => known.id === id || known.name === id);
  if (container === undefined) return say(response, 404, { message: `No such container: ${id}` });
  if (request.method === 'DELETE') return remove(fake, container, query.get('force') === 'true', response);
  if (verb === 'json') return say(response, 200, described(container));
  if (verb === 'start') return start(fake, container, response);
  if (verb === 'logs') return follow(fake, container, response);
  if (verb === 'wait') return wait(container, response);
  if (verb === 'kill') {
    if (container.state !== 'running')
      return say(response, 409, { message: `Container ${id} is not running` });
    container.child?.kill((query.get('signal') ?? 'SIGKILL') as NodeJS.Signals);
    return say(response, 204);
  }
  say(response, 404, { message: 'page not found' });
}

async function bodyOf(request: IncomingMessage): Promise<CreateBody> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function refused(fake: FakeDocker, what: 'create' | 'start' | 'remove', response: ServerResponse): boolean {
  const status = fake.refuse.get(what);
  if (status === undefined) return false;
  fake.refuse.delete(what);
  say(response, status, { message: `no ${what} today` });
  return true;
}

function create(fake: FakeDocker, name: string, body: CreateBody, response: ServerResponse): undefined {
  if (refused(fake, 'create', response)) return undefined;
  const image = /[:@]/.test(body.Image.split('/').at(-1) ?? '') ? body.Image : `${body.Image}:latest`;
  if (!fake.images.has(image)) return say(response, 404, { message: `No such image: ${image}` });
  const known = fake.containers.get(name);
  if (known !== undefined) {
    return say(response, 409, {
      message: `Conflict. The container name "/${name}" is already in use by container "${known.id}".`,
    });
  }
  const id = randomBytes(32).toString('hex');
  fake.containers.set(name, {
    id,
    name,
    body,
    changed: new EventEmitter(),
    state: 'created',
    exitCode: 0,
    frames: Buffer.alloc(0),
    child: null,
  });
  return say(response, 201, { Id: id, Warnings: [] });
}

function described({ id, name, body, state, exitCode }: FakeContainer) {
  return {
    Id: id,
    Name: `/${name}`,
    State: { Status: state, Running: state === 'running', ExitCode: exitCode },
    Config: { Image: body.Image, Labels: body.Labels ?? {} },
    HostConfig: body.HostConfig,
  };
}

function start(fake: FakeDocker, container: FakeContainer, response: ServerResponse): undefined {
  if (refused(fake, 'start', response)) return undefined;
  if (container.state === 'running') return say(response, 304);
  const { body } = container;
  // No file system of its own: what is mounted is found where it comes from.
  const words = body.Cmd.map((word) =>
    body.HostConfig.Mounts.reduce((text, { Source, Target }) => text.replaceAll(Target, Source), word),
  );
  const child = spawn(words[0] ?? '', words.slice(1), {
    cwd: body.WorkingDir ?? '/',
    env: { PATH: process.env['PATH'] ?? '', ...Object.fromEntries(body.Env.map((pair) => splitPair(pair))) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.once('error', () => {
    const message = `OCI runtime create failed: exec: "${words[0]}": executable file not found in $PATH: unknown`;
    say(response, 400, { message });
  });
  child.once('spawn', () => {
    container.state = 'running';
    container.child = child;
    say(response, 204);
  });
  for (const [kind, stream] of [
    [1, child.stdout],
    [2, child.stderr],
  ] as const) {
    stream.on('data', (chunk: Buffer) => {
      const head = Buffer.alloc(8);
      head.writeUInt8(kind, 0);
      head.writeUInt32BE(chunk.length, 4);
      container.frames = Buffer.concat([container.frames, head, chunk]);
      container.changed.emit('change');
    });
  }
  child.once('close', (code, signal) => {
    container.state = 'exited';
    container.exitCode = code ?? (signal === 'SIGTERM' ? 143 : 137);
    container.changed.emit('change');
  });
  return undefined;
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
}

/** In pieces of 5 bytes first, so that every header of the first frames is torn. */
function follow(fake: FakeDocker, container: FakeContainer, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/vnd.docker.raw-stream' });
  response.flushHeaders();
  const cutAfter = fake.cutLogsAfter;
  fake.cutLogsAfter = null;
  let sent = 0;
  const send = () => {
    while (sent < container.frames.length && !response.destroyed) {
      const piece = container.frames.subarray(sent, sent + (sent < 200 ? 5 : 64 * 1024));
      response.write(piece);
      sent += piece.length;
      if (cutAfter !== null && sent >= cutAfter) return response.destroy();
    }
    if (container.state === 'exited') response.end();
  };
  container.changed.on('change', send);
  response.once('close', () => container.changed.off('change', send));
  send();
}

function wait(container: FakeContainer, response: ServerResponse): void {
  const check = () => {
    if (container.state === 'running') return;
    container.changed.off('change', check);
    say(response, 200, { StatusCode: container.exitCode });
  };
  container.changed.on('change', check);
  check();
}

function remove(
  fake: FakeDocker,
  container: FakeContainer,
  isForced: boolean,
  response: ServerResponse,
): undefined {
  if (refused(fake, 'remove', response)) return undefined;
  if (container.state === 'running' && !isForced)
    return say(response, 409, { message: 'You cannot remove a running container' });
  container.child?.kill('SIGKILL');
  fake.containers.delete(container.name);
  return say(response, 204);
}

function pull(fake: FakeDocker, query: URLSearchParams, response: ServerResponse): void {
  const name = `${query.get('fromImage')}:${query.get('tag')}`;
  fake.pulls.push(name);
  const { status, lines } = fake.pullAnswer ?? { status: 200, lines: LAYERS };
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(status === 200 ? `${lines.join('\r\n')}\r\n` : lines.join(''));
  if (fake.pullAnswer === null) fake.images.add(name);
}
