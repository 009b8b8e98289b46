/** Starts reserving-process.ts and kills it (SIGKILL) when it has reserved. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const PROGRAM = new URL('./reserving-process.ts', import.meta.url).pathname;

/** Resolves when the process is gone. */
export async function killReserving(where: string, count: number, userId: string): Promise<void> {
  const child = spawn(process.execPath, [PROGRAM, where, String(count), userId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const said = await Promise.race([once(child.stdout, 'data'), exit]);
  child.kill('SIGKILL');
  await exit;
  if (!String(said[0]).startsWith('reserved')) throw new Error('The process ended before it had reserved');
}
