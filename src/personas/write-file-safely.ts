/** Writes a file so that whoever reads it finds the old text or the new one, whatever happens in between. */
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** On disk when this resolves. Only one writer of a path at a time. */
export async function writeFileSafely(path: string, text: string): Promise<void> {
  const unfinished = `${path}.tmp`;
  const file = await open(unfinished, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  await syncFolder(dirname(path));
}

/** The new name is safe as well. */
async function syncFolder(path: string): Promise<void> {
  // Windows has no such thing, and needs none.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
