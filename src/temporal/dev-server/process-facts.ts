/** What the system says of a process id, so that a reused id is never taken for the process it once meant. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** `startedAt` is opaque: equal for the same process, different for a later one with the same id. */
export interface ProcessFacts {
  readonly commandLine: string;
  readonly startedAt: string;
}

/** null when no such process runs (a zombie does not run). */
export async function processFacts(pid: number): Promise<ProcessFacts | null> {
  if (!isSignalled(pid)) return null;
  if (process.platform === 'linux') return fromProc(pid);
  if (process.platform === 'win32') return { commandLine: '', startedAt: '' };
  return fromPs(pid);
}

function isSignalled(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function fromProc(pid: number): Promise<ProcessFacts | null> {
  try {
    const [commandLine, stat] = await Promise.all([
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The name in parentheses may hold blanks; what follows it starts with the state. Field 22 is the start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    return { commandLine: commandLine.replaceAll('\0', ' ').trim(), startedAt: fields[19] ?? '' };
  } catch {
    // It ended between the two looks.
    return null;
  }
}

async function fromPs(pid: number): Promise<ProcessFacts | null> {
  try {
    const { stdout } = await run('ps', ['-ww', '-o', 'lstart=,stat=,args=', '-p', String(pid)]);
    const match = /^\s*(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(\S+)\s+(.*)$/s.exec(stdout);
    if (match === null || match[2]?.startsWith('Z')) return null;
    return { commandLine: (match[3] ?? '').trim(), startedAt: match[1] ?? '' };
  } catch {
    // `ps` ends with 1 when there is no such process.
    return null;
  }
}
