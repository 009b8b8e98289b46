/** The verbs on personas, written once for both databases. */
import { searchForm } from '../core/persona/persona.ts';
import type { PersonaFilter, PersonaSnapshot, PersonaStore } from '../ports/persona-store.ts';
import {
  createPersonas,
  removePersona,
  replacePersonas,
  seedPersonas,
  updatePersona,
} from './persona-changes.ts';
import { backupToRow, EVERYBODY, rowToBackup, rowToPersona } from './persona-rows.ts';
import type { Database, Parameter, Session } from './session.ts';

const KEPT_BACKUPS = 200;

export function createPersonaStorage(database: Database): PersonaStore {
  /** A change by a process at a time: ids and limits are counted from what stands. */
  const change = <T>(work: (session: Session) => Promise<T>) =>
    database.write(async (session) => {
      await lock(session);
      return work(session);
    });
  return {
    getMany: (ids) =>
      database.read(async (session) => {
        const rows = await session.query(
          'SELECT * FROM personas WHERE id IN (SELECT CAST(unnest($1::text[]) AS integer)) ORDER BY id',
          [ids.map(String)],
        );
        return rows.map(rowToPersona);
      }),
    list: (filter) => database.read((session) => list(session, filter)),
    create: (input) => change((session) => createPersonas(session, input)),
    update: (input) => change((session) => updatePersona(session, input)),
    remove: (id, owner, version) => change((session) => removePersona(session, id, owner, version)),
    removeOf: (owners) => change((session) => removeOf(session, owners)),
    seed: (entries, at) => change((session) => seedPersonas(session, entries, at)),
    replaceAll: (entries, at) => change((session) => replacePersonas(session, entries, at)),
    revision: () => database.read(readRevision),
    withSnapshot: async (use) => {
      // What is written to one file by several processes must not overtake what is newer, so the lock is kept meanwhile.
      let isShared = false;
      const read = await database.read(async (session) => {
        isShared = session.kind === 'postgres';
        return isShared ? null : readSnapshot(session);
      });
      return read === null ? change(async (session) => use(await readSnapshot(session))) : use(read);
    },
    recordBackup: (backup) =>
      database.write(async (session) => {
        await session.insert('persona_backups', [backupToRow(backup)]);
        await session.query(
          `DELETE FROM persona_backups WHERE made_at < (SELECT min(made_at) FROM
             (SELECT made_at FROM persona_backups ORDER BY made_at DESC LIMIT ${KEPT_BACKUPS}) AS newest)`,
        );
      }),
    backups: (limit) =>
      database.read(async (session) => {
        const rows = await session.query(
          `SELECT * FROM persona_backups ORDER BY made_at DESC, id DESC LIMIT ${Math.trunc(limit)}`,
        );
        return rows.map(rowToBackup);
      }),
  };
}

/** On DuckDB one process writes, one transaction after the other. */
async function lock(session: Session): Promise<void> {
  if (session.kind === 'postgres')
    await session.query("SELECT pg_advisory_xact_lock(hashtext('taskgrove personas'))");
}

async function list(session: Session, filter: PersonaFilter) {
  const parameters: Parameter[] = [];
  const conditions: string[] = [];
  const where = (condition: (place: string) => string, value: Parameter) => {
    parameters.push(value);
    conditions.push(condition(`$${parameters.length}`));
  };
  if (filter.viewer !== null)
    where((place) => `owner IN (SELECT unnest(${place}::text[]))`, [EVERYBODY, filter.viewer]);
  if (filter.only !== undefined)
    where((place) => `owner ${filter.only === 'shipped' ? '=' : '<>'} ${place}`, EVERYBODY);
  if (filter.techProficiency !== undefined)
    where((place) => `tech_proficiency = ${place}`, filter.techProficiency);
  if (filter.search !== undefined && filter.search !== '')
    where((place) => `strpos(search_text, ${place}) > 0`, searchForm(filter.search));
  const clause = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const [counted] = await session.query(
    `SELECT CAST(count(*) AS integer) AS total FROM personas ${clause}`,
    parameters,
  );
  const rows = await session.query(
    `SELECT * FROM personas ${clause} ORDER BY id LIMIT ${Math.trunc(filter.limit)} OFFSET ${Math.trunc(filter.offset)}`,
    parameters,
  );
  return { personas: rows.map(rowToPersona), total: Number(counted?.['total'] ?? 0) };
}

async function removeOf(session: Session, owners: readonly string[]): Promise<number> {
  const gone = await session.query(
    'DELETE FROM personas WHERE owner IN (SELECT unnest($1::text[])) AND owner <> $2 RETURNING id',
    [owners, EVERYBODY],
  );
  if (gone.length > 0) await session.query('UPDATE persona_state SET revision = revision + 1');
  return gone.length;
}

async function readRevision(session: Session): Promise<number> {
  const [row] = await session.query('SELECT revision FROM persona_state');
  return Number(row?.['revision'] ?? 0);
}

/** The revision first: personas that are newer than it are written again, older ones would be missed. */
async function readSnapshot(session: Session): Promise<PersonaSnapshot> {
  const revision = await readRevision(session);
  const rows = await session.query('SELECT * FROM personas ORDER BY id');
  return { revision, personas: rows.map(rowToPersona) };
}
