/** Runs one program without a shell, in a process group of its own, so that it and all it started can be ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface RunProgramOptions {
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Kept of standard output and of standard error each; what follows is read and dropped. */
  readonly maxOutputBytes: number;
}

export interface ProgramResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly isTruncated: boolean;
  /** Why it was ended before its time. */
  readonly ended: 'timeout' | 'abort' | null;
}

/** Time between the request to end and the kill. */
const KILL_AFTER_MS = 500;
/** Nothing of the server's own environment, which holds its secrets. */
export const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin';

/** Rejects with the system's error when the program cannot be started (`ENOENT`, `EACCES`). */
export function runProgram(words: readonly string[], options: RunProgramOptions): Promise<ProgramResult> {
  const [program = '', ...parameters] = words;
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, {
      cwd: options.cwd,
      env: { PATH: SEARCH_PATH, HOME: options.cwd, LANG: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    const stdout = collect(child.stdout, options.maxOutputBytes);
    const stderr = collect(child.stderr, options.maxOutputBytes);
    let ended: ProgramResult['ended'] = null;
    let killTimer: NodeJS.Timeout | undefined;
    const end = (why: 'timeout' | 'abort') => {
      if (ended !== null) return;
      ended = why;
      endGroup(child, 'SIGTERM');
      killTimer = setTimeout(() => {
        endGroup(child, 'SIGKILL');
        // A program that left the group may still hold the pipes: it must not hold the task.
        child.stdout.destroy();
        child.stderr.destroy();
      }, KILL_AFTER_MS);
    };
    const onAbort = () => end('abort');
    const timer = setTimeout(() => end('timeout'), options.timeoutMs);
    const release = () => {
      clearTimeout(timer);
      clearTimeout(killTimer);
      options.signal.removeEventListener('abort', onAbort);
    };
    child.once('error', (error) => {
      release();
      reject(error);
    });
    child.once('close', (exitCode) => {
      release();
      // The program may be gone at the first signal while what it started is not.
      if (ended !== null) endGroup(child, 'SIGKILL');
      const isTruncated = stdout.isTruncated() || stderr.isTruncated();
      resolve({ exitCode, stdout: stdout.text(), stderr: stderr.text(), isTruncated, ended });
    });
    options.signal.addEventListener('abort', onAbort, { once: true });
    if (options.signal.aborted) onAbort();
  });
}

function collect(stream: Readable, maxBytes: number) {
  const chunks: Buffer[] = [];
  let size = 0;
  let isTruncated = false;
  stream.on('data', (chunk: Buffer) => {
    const room = maxBytes - size;
    if (chunk.length > room) isTruncated = true;
    if (room <= 0) return;
    const kept = chunk.subarray(0, room);
    chunks.push(kept);
    size += kept.length;
  });
  return { text: () => Buffer.concat(chunks).toString('utf8').trim(), isTruncated: () => isTruncated };
}

/** Sends a signal to a program started in a group of its own, and to all it started. */
export function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    // Everything in the group has ended already.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
