/** What a file or standard input (`-`) holds. */
import { readFile } from 'node:fs/promises';
import type { CliIo } from './cli-io.ts';
import { UsageError } from './exit-code.ts';

/** Throws UsageError with the file's name. */
export async function readSource(path: string, io: CliIo): Promise<string> {
  if (path === '-') return io.readInput();
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
