/** Ends a process politely, then not. */
import { setTimeout as delay } from 'node:timers/promises';
import { processFacts } from './process-facts.ts';

const POLITE_MS = 8_000;
const POLL_MS = 50;

/** SIGTERM, and SIGKILL after eight seconds; resolves when the process is gone. Nothing happens when `startedAt` is another's. */
export async function endProcess(pid: number, startedAt: string): Promise<void> {
  const isThere = async () => (await processFacts(pid))?.startedAt === startedAt;
  if (!(await isThere())) return;
  signal(pid, 'SIGTERM');
  const until = Date.now() + POLITE_MS;
  while (await isThere()) {
    if (Date.now() > until) signal(pid, 'SIGKILL');
    await delay(POLL_MS);
  }
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
