/** A Model Context Protocol server as a program of this machine: one JSON message a line, over its standard streams. */
import { type ChildProcess, spawn } from 'node:child_process';
import { endGroup, SEARCH_PATH } from './_run-program.ts';

export interface McpProgram {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Longest message; a longer one ends the conversation. */
  readonly maxBytes: number;
}

const KILL_AFTER_MS = 300;
const MAX_NOTES = 2_000;

/** The SDK's transport, for one program in a process group of its own: closing it ends all that it started. */
export class McpProgramTransport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: never) => void) | undefined;
  readonly #options: McpProgram;
  #child: ChildProcess | null = null;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #notes = '';

  constructor(options: McpProgram) {
    this.#options = options;
  }

  /** The end of what the program wrote to standard error. */
  get notes(): string {
    return this.#notes.trim();
  }

  start(): Promise<void> {
    const { program, parameters, env, cwd } = this.#options;
    const child = spawn(program, parameters, {
      cwd,
      env: { HOME: cwd, LANG: 'C.UTF-8', ...env, PATH: SEARCH_PATH },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#notes = (this.#notes + chunk.toString('utf8')).slice(-MAX_NOTES);
    });
    // The program may end while we write; its end is reported by 'close'.
    child.stdin.on('error', (error) => this.onerror?.(error));
    child.once('close', () => this.onclose?.());
    return new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
  }

  send(message: unknown): Promise<void> {
    const child = this.#child;
    if (child === null || child.stdin === null || !child.stdin.writable)
      return Promise.reject(new Error('The program has ended'));
    const { stdin } = child;
    return new Promise((resolve, reject) => {
      stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Asks the program to end by closing its input, then makes it. */
  async close(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.pid === undefined) return;
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.stdin?.end();
    if (child.exitCode === null && child.signalCode === null) {
      endGroup(child, 'SIGTERM');
      const timer = setTimeout(() => {
        endGroup(child, 'SIGKILL');
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, KILL_AFTER_MS);
      await ended;
      clearTimeout(timer);
    }
    // What it started may have outlived it.
    endGroup(child, 'SIGKILL');
  }

  #read(chunk: Buffer): void {
    let rest = chunk;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      const line = Buffer.concat([...this.#pending, rest.subarray(0, end)]).toString('utf8');
      this.#pending = [];
      this.#pendingBytes = 0;
      rest = rest.subarray(end + 1);
      this.#take(line);
    }
    this.#pending.push(rest);
    this.#pendingBytes += rest.length;
    if (this.#pendingBytes <= this.#options.maxBytes) return;
    this.onerror?.(new Error(`A message is longer than ${this.#options.maxBytes} bytes`));
    this.#notes = `A message is longer than the limit of ${this.#options.maxBytes} bytes`;
    if (this.#child !== null) endGroup(this.#child, 'SIGKILL');
  }

  #take(line: string): void {
    if (line.trim() === '') return;
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      // Programs print greetings where only messages belong.
      this.onerror?.(new Error(`Not a message: ${line.slice(0, 200)}`));
      return;
    }
    this.onmessage?.(message as never);
  }
}
