/** The DuckDB file: one process at a time, and a damaged file is refused and left as it is. */
import { createHash } from 'node:crypto';
import { copyFile, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { post, quickTree, refusedStart, serverProcess, testFolder } from './wire.ts';

const STACK = /\n\s+at .+:\d+:\d+/;

it('a second process on the same file is refused, with the way out, and the first goes on', async () => {
  const dataDir = await testFolder();
  const first = await serverProcess(dataDir);
  await first.start();
  const said = await refusedStart(await serverProcess(dataDir));
  expect(said).toContain('The server ended while starting (1)');
  expect(said).toContain(join(dataDir, 'taskgrove.duckdb'));
  expect(said).toContain(`pid ${first.pid}`);
  expect(said).toContain('DATABASE_URL=postgres://');
  expect(said).toContain('DATA_DIR');
  expect(said).not.toMatch(STACK);
  const { status, body } = await post(first.url, 'tasks.execute', { tasks: quickTree() });
  expect({ status, tree: body.result?.tree_status }).toEqual({ status: 200, tree: 'completed' });
  expect(await first.stop()).toBe(0);
});

it.each(['api', 'worker'])('ROLE=%s on DuckDB is refused and names DATABASE_URL', async (role) => {
  const said = await refusedStart(await serverProcess(await testFolder(), { ROLE: role }));
  expect(said).toContain('The server ended while starting (1)');
  expect(said).toContain(`ROLE=${role}`);
  expect(said).toContain('DATABASE_URL=postgres://');
  expect(said).not.toMatch(STACK);
});

it('a damaged file is refused in one sentence, wherever the damage is, and is not touched', async () => {
  const dataDir = await testFolder();
  const path = join(dataDir, 'taskgrove.duckdb');
  const server = await serverProcess(dataDir);
  await server.start();
  for (let number = 0; number < 5; number++)
    await post(server.url, 'tasks.execute', { tasks: quickTree('x'.repeat(100_000)) });
  expect(await server.stop()).toBe(0);
  await copyFile(path, `${path}.sound`);
  for (const part of ['header', 'middle'] as const) {
    await copyFile(`${path}.sound`, path);
    await damage(path, part);
    const before = await checksum(path);
    const said = await refusedStart(server);
    expect(said).toContain('The server ended while starting (1)');
    expect(said).toContain(`The database ${path} cannot be read`);
    expect(said).toMatch(/backup|move it away/);
    expect(said).not.toMatch(STACK);
    expect(await checksum(path)).toBe(before);
  }
  await copyFile(`${path}.sound`, path);
  await server.start();
  expect(await server.stop()).toBe(0);
});

/** The header tells where everything is; the middle half holds rows and the lists of them. */
async function damage(path: string, part: 'header' | 'middle'): Promise<void> {
  const { size } = await stat(path);
  const from = part === 'header' ? 0 : Math.floor(size / 4);
  const length = part === 'header' ? 12_288 : Math.floor(size / 2);
  const file = await open(path, 'r+');
  await file.write(Buffer.alloc(length, 0xa5), 0, length, from);
  await file.close();
}

async function checksum(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
