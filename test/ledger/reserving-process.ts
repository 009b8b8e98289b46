/** A process that has reserved places and stores nothing: the test kills it there. Arguments: database URL or folder, count. */
import { isoMicros } from '../../src/core/time.ts';
import { openStore } from '../../src/store/open-store.ts';
import { openLedger, reserve } from './ledger-conformance.ts';

const [where = '', count = '1', userId = ''] = process.argv.slice(2);
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const isUrl = where.startsWith('postgres:');
const store = await openStore({
  databaseUrl: isUrl ? where : null,
  dataDir: isUrl ? '' : where,
  logger: silent,
});
const ledger = await openLedger(store, { clock: { ms: Date.now() } });
const charged = { userId, subject: `user:${userId}`, ipHash: 'ip', plan: 'free' } as const;
for (let turn = 0; turn < Number(count); turn++) await reserve(ledger, charged);
process.stdout.write(`reserved ${isoMicros(Date.now())}\n`);
setInterval(() => undefined, 60_000);
