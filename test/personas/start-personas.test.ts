/** Table and files: what a start finds, what every change leaves, what a bucket gets. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../src/http/guarded-fetch.ts';
import { CloudBackup, type CloudSettings } from '../../src/personas/cloud-backup.ts';
import { type StartedPersonas, startPersonas } from '../../src/personas/start-personas.ts';
import type { PersonaStore } from '../../src/ports/persona-store.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import { memoryPersonas } from '../api/support/memory-personas.ts';
import { samplePersona } from '../store/persona-conformance.ts';
import { ACCESS_KEY, type FakeBucket, SECRET_KEY, startFakeBucket } from './fake-bucket.ts';

let dataDir: string;
let store: PersonaStore;
let metrics: Metrics;
let started: StartedPersonas | null = null;
let lines: { level: string; message: string; fields: Record<string, unknown> }[] = [];
const log = (level: string) => (fields: Record<string, unknown>, message: string) =>
  void lines.push({ level, message, fields });
const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-files-'));
  store = memoryPersonas();
  metrics = createMetrics({ coreAddress: null });
  lines = [];
});
afterEach(async () => {
  await started?.close();
  started = null;
  await rm(dataDir, { recursive: true, force: true });
});

const file = () => join(dataDir, 'personas.json');
const backup = () => join(dataDir, 'personas_backup.json');
const read = async (path: string) =>
  JSON.parse(await readFile(path, 'utf8')) as { id: number; name: string }[];
const write = (path: string, value: unknown) =>
  writeFile(path, typeof value === 'string' ? value : JSON.stringify(value));
const entry = (id: number, name: string, more: object = {}) => ({ id, ...samplePersona({ name }), ...more });
const names = async (path: string) => (await read(path)).map(({ name }) => name);
async function start(cloud: CloudBackup | null = null): Promise<StartedPersonas> {
  started = await startPersonas({ store, dataDir, mostPerUser: 9, logger, metrics, cloud, now: Date.now });
  return started;
}
const restores = async (labels: string) =>
  (await metrics.render()).body.includes(`taskgrove_persona_restores_total{${labels}} 1`);

describe('a start', () => {
  it('with nothing puts the shipped ones in place', async () => {
    await start();
    expect(await read(file())).toHaveLength(12);
    expect(await readFile(backup(), 'utf8')).toBe(await readFile(file(), 'utf8'));
    expect(Object.keys((await read(file()))[0] ?? {})).toEqual([
      'id',
      'name',
      'occupation',
      'location',
      'tech_proficiency',
      'behavioral_traits',
    ]);
    expect(await restores('source="shipped",reason="missing"')).toBe(true);
  });

  it('loads the file of another program into an empty table', async () => {
    await write(file(), [entry(4, 'From the file'), entry(9, 'Owned', { owner: 'ann', extra: 1 })]);
    await write(backup(), [entry(1, 'From the backup')]);
    await start();
    expect(await names(backup())).toEqual(['From the file', 'Owned']);
    const [shipped, owned] = await store.getMany([4, 9]);
    expect(shipped).toMatchObject({ is_shipped: true, owner: null });
    expect(owned).toMatchObject({ is_shipped: false, owner: 'ann' });
    expect((await read(file()))[1]).toMatchObject({ owner: 'ann' });
  });

  it.each([
    ['no JSON', '[{"id": 1, "name": "Half'],
    ['an object', { personas: [] }],
    ['a wrong proficiency', [{ ...entry(1, 'x'), tech_proficiency: 'Expert' }]],
    ['a missing field', [{ id: 1, name: 'x' }]],
    ['a number twice', [entry(1, 'a'), entry(1, 'b')]],
    ['empty', ''],
    ['bytes', '\u0000\u0001\ufffd'],
  ])('restores from the backup when the file is damaged: %s', async (_what, content) => {
    await write(file(), content);
    await write(backup(), [entry(3, 'Kept', { owner: 'ann' })]);
    await start();
    expect(await names(file())).toEqual(['Kept']);
    expect(await names(backup())).toEqual(['Kept']);
    expect(lines.find(({ message }) => message.includes('restored from personas_backup.json'))).toMatchObject(
      {
        level: 'warn',
        fields: { file: 'corrupt', count: 1 },
      },
    );
    expect(await restores('source="backup",reason="corrupt"')).toBe(true);
    expect(await readFile(`${file()}.damaged`, 'utf8')).toBe(
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  });

  it('restores from the backup when the file is missing', async () => {
    await write(backup(), [entry(3, 'Kept')]);
    await start();
    expect(await names(file())).toEqual(['Kept']);
    expect(await restores('source="backup",reason="missing"')).toBe(true);
  });

  it('takes the shipped ones when both are damaged, and keeps what was there', async () => {
    await write(file(), 'x');
    await write(backup(), 'y');
    await start();
    expect(await read(file())).toHaveLength(12);
    expect((await readdir(dataDir)).sort()).toEqual([
      'personas.json',
      'personas.json.damaged',
      'personas_backup.json',
      'personas_backup.json.damaged',
    ]);
  });

  it('with a full table writes the files anew, and says when one was damaged', async () => {
    await store.seed([entry(7, 'In the table')], '2026-01-01T00:00:00.000000+00:00');
    await write(file(), '{');
    await write(backup(), [entry(1, 'Old')]);
    await start();
    expect(await names(file())).toEqual(['In the table']);
    expect(await names(backup())).toEqual(['In the table']);
    expect(lines.some(({ message }) => message.includes('written anew from the database'))).toBe(true);
    expect(await restores('source="table",reason="corrupt"')).toBe(true);
  });

  it('an empty list is a list: nobody wanted the shipped ones', async () => {
    await write(file(), []);
    await start();
    expect(await read(file())).toEqual([]);
  });
});

describe('a change', () => {
  it('is in both files when it is answered, whoever else changes at the same time', async () => {
    const personas = await start();
    await Promise.all(
      Array.from({ length: 9 }, async (_, index) => {
        const [made] = await personas.create('ann', [samplePersona({ name: `P ${index}` })]);
        for (const path of [file(), backup()])
          expect((await read(path)).find(({ id }) => id === made?.id)?.name).toBe(`P ${index}`);
      }),
    );
    const [mine] = (await store.list({ viewer: 'ann', only: 'owned', limit: 9, offset: 0 })).personas;
    await personas.update({ id: mine?.id ?? 0, owner: 'ann', fields: { name: 'Changed' } });
    expect(await names(file())).toContain('Changed');
    expect(await personas.remove(mine?.id ?? 0, 'ann')).toBe(true);
    expect(await names(backup())).not.toContain('Changed');
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await readdir(dataDir)).sort()).toEqual(['personas.json', 'personas_backup.json']);
  });

  it('stands when the files cannot be written; they follow with the next', async () => {
    const personas = await start();
    await mkdir(`${backup()}.tmp`);
    const [made] = await personas.create('ann', [samplePersona({ name: 'Unwritten' })]);
    expect(made?.name).toBe('Unwritten');
    expect(await names(file())).not.toContain('Unwritten');
    const state = await personas.state();
    expect(state).toMatchObject({ isCurrent: false, lastError: 'The files cannot be written (EISDIR)' });
    await expect(personas.backup('file', 'root')).rejects.toMatchObject({ code: 'unavailable' });
    expect(lines.at(-1)?.level).toBe('error');
    await rm(`${backup()}.tmp`, { recursive: true });
    await personas.create('ann', [samplePersona({ name: 'Second' })]);
    expect(await names(file())).toEqual(expect.arrayContaining(['Unwritten', 'Second']));
    expect(await personas.state()).toMatchObject({ isCurrent: true, lastError: null });
    expect((await metrics.render()).body).toContain(
      'taskgrove_persona_backups_total{target="file",outcome="error"} 2',
    );
  });

  it('of another process is in the files a little later', async () => {
    started = await startPersonas({
      store,
      dataDir,
      mostPerUser: 9,
      logger,
      cloud: null,
      now: Date.now,
      catchUpEveryMs: 20,
    });
    await store.create({
      owner: 'eva',
      drafts: [samplePersona({ name: 'Elsewhere' })],
      at: 'x',
      mostOfOwner: 9,
    });
    await expect.poll(() => names(file())).toContain('Elsewhere');
  });
});

describe('a restore', () => {
  it('makes the table what the backup says', async () => {
    const personas = await start();
    const [made] = await personas.create('ann', [samplePersona({ name: 'To be kept' })]);
    const saved = await readFile(backup(), 'utf8');
    await personas.remove(made?.id ?? 0, 'ann');
    await write(backup(), saved);
    expect(await personas.restore('backup', 'root')).toMatchObject({ source: 'backup', count: 13 });
    expect(await store.getMany([made?.id ?? 0])).toMatchObject([{ name: 'To be kept', owner: 'ann' }]);
    expect((await store.backups(1))[0]).toMatchObject({ kind: 'restore', by: 'root', count: 13 });
    expect(await restores('source="backup",reason="asked"')).toBe(true);
  });

  it.each(['', '{}', '[{}]'])('from a damaged one (%j) changes nothing', async (content) => {
    const personas = await start();
    await write(backup(), content);
    await expect(personas.restore('backup', 'root')).rejects.toMatchObject({ code: 'conflict' });
    expect((await store.list({ viewer: null, limit: 1, offset: 0 })).total).toBe(12);
    expect(await read(file())).toHaveLength(12);
  });

  it('a file that cannot be read is no file', async () => {
    if (process.getuid?.() === 0) return;
    const personas = await start();
    await chmod(backup(), 0o000);
    expect((await personas.state()).files[1]).toMatchObject({
      health: 'corrupt',
      problem: 'cannot be read (EACCES)',
    });
  });
});

describe('a bucket', () => {
  const region = 'eu-test-1';
  let bucket: FakeBucket;
  beforeAll(async () => {
    bucket = await startFakeBucket(region);
  });
  afterAll(() => bucket.stop());
  const KEY = "/backups/a (b)!/it's/personas_backup.json";
  const cloudOf = (more: Partial<CloudSettings> = {}, waitsMs = [10, 10]) =>
    new CloudBackup({
      settings: {
        endpoint: bucket.url,
        bucket: 'backups',
        prefix: "a (b)!/it's/",
        region,
        accessKeyId: ACCESS_KEY,
        secretAccessKey: SECRET_KEY,
        ...more,
      },
      http: createHttpClient({ allowPrivateUrls: true }),
      logger,
      metrics,
      now: Date.now,
      waitsMs,
    });

  it('gets every change, signed, and gives it back', async () => {
    const personas = await start(cloudOf());
    await personas.create('ann', [samplePersona({ name: 'In the cloud' })]);
    await expect.poll(() => bucket.objects.get(KEY)).toBe(await readFile(backup(), 'utf8'));
    const made = await personas.backup('s3', 'root');
    expect(made).toMatchObject({
      path: "s3://backups/a (b)!/it's/personas_backup.json",
      target: 's3',
      count: 13,
    });
    expect((await personas.state()).cloud).toMatchObject({ lastError: null });
    await personas.restore([], 'root');
    await personas.close();
    bucket.objects.set(KEY, JSON.stringify([entry(5, 'Saved far away')]));
    expect(await personas.restore('s3', 'root')).toMatchObject({ source: 's3', added: 1 });
    // What was restored goes there too; closing waits for that.
    await personas.close();
    bucket.objects.set(KEY, 'not JSON');
    await expect(personas.restore('s3', 'root')).rejects.toMatchObject({ code: 'conflict' });
    bucket.objects.delete(KEY);
    await expect(personas.restore('s3', 'root')).rejects.toMatchObject({
      message: /There is no backup at s3:/,
    });
  });

  it('gets what a start has restored, and not the shipped ones', async () => {
    bucket.objects.set(KEY, 'of a machine that is gone');
    await (await start(cloudOf())).close();
    expect(bucket.objects.get(KEY)).toBe('of a machine that is gone');
    store = memoryPersonas();
    await write(file(), 'x');
    await write(backup(), [entry(3, 'Kept')]);
    await (await start(cloudOf())).close();
    expect(bucket.objects.get(KEY)).toContain('Kept');
  });

  it('gets what is written later, too', async () => {
    started = await startPersonas({
      store,
      dataDir,
      mostPerUser: 9,
      logger,
      cloud: cloudOf(),
      now: Date.now,
      catchUpEveryMs: 20,
    });
    const drafts = [samplePersona({ name: 'Caught up' })];
    await store.create({ owner: 'eva', drafts, at: 'x', mostOfOwner: 9 });
    await expect.poll(() => bucket.objects.get(KEY)).toContain('Caught up');
  });

  it('is tried again, and never blocks a change', async () => {
    const personas = await start(cloudOf());
    bucket.answered.length = 0;
    bucket.failNext(2);
    await personas.create('ann', [samplePersona({ name: 'Third time lucky' })]);
    await expect.poll(() => bucket.answered).toEqual([503, 503, 200]);
    expect(bucket.objects.get(KEY)).toContain('Third time lucky');
    const warned = lines.filter(({ level, message }) => level === 'warn' && message.includes('not uploaded'));
    expect(warned).toHaveLength(2);
    expect(String(warned[0]?.fields['err'])).toContain('HTTP 503 SlowDown');
    expect((await metrics.render()).body).toContain(
      'taskgrove_persona_backups_total{target="s3",outcome="error"} 2',
    );
  });

  it('that refuses the key says so, without the key', async () => {
    const personas = await start(cloudOf({ secretAccessKey: 'wrong-secret' }, []));
    await expect(personas.backup('s3', 'root')).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The bucket took no backup: HTTP 403 SignatureDoesNotMatch',
    });
    expect((await personas.state()).cloud?.lastError).toContain('SignatureDoesNotMatch');
    expect(JSON.stringify(lines)).not.toContain('wrong-secret');
  });
});
