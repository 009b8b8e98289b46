/** The pid file of our Temporal server in DATA_DIR: how a start after a crash finds the server that outlived us. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { processFacts } from './process-facts.ts';

const schema = z.object({
  pid: z.number().int().positive(),
  /** See `ProcessFacts.startedAt`. */
  startedAt: z.string(),
  port: z.number().int(),
  uiPort: z.number().int(),
  dbPath: z.string(),
  namespace: z.string(),
  /** The program that was started, to start it again. */
  cliPath: z.string(),
  /** The process that stops the server when it ends. */
  owner: z.object({ pid: z.number().int(), startedAt: z.string() }),
});
export type ServerRecord = z.infer<typeof schema>;

/** null when there is none, or when it cannot be read as one (a half-written or foreign file). */
export async function readServerRecord(path: string): Promise<ServerRecord | null> {
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (content === null) return null;
  try {
    return schema.parse(JSON.parse(content));
  } catch {
    return null;
  }
}

/** Replaces the file in one step. */
export async function writeServerRecord(path: string, record: ServerRecord): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, path);
}

export async function removeServerRecord(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** True when the recorded process still runs, is a Temporal dev server and has the recorded database open. */
export async function isRecordedServer(record: ServerRecord): Promise<boolean> {
  const facts = await processFacts(record.pid);
  if (facts === null || facts.startedAt !== record.startedAt) return false;
  if (process.platform === 'win32') return true;
  return facts.commandLine.includes('start-dev') && facts.commandLine.includes(record.dbPath);
}

/** True when another living process is in charge of the server. */
export async function hasOtherOwner(record: ServerRecord): Promise<boolean> {
  if (record.owner.pid === process.pid) return false;
  const facts = await processFacts(record.owner.pid);
  return facts !== null && facts.startedAt === record.owner.startedAt;
}

export async function thisProcess(): Promise<ServerRecord['owner']> {
  const facts = await processFacts(process.pid);
  return { pid: process.pid, startedAt: facts?.startedAt ?? '' };
}
