/** What changes personas, each inside a transaction that has the lock. */
import { AppError } from '../core/errors.ts';
import type { Persona, PersonaFields } from '../core/persona/persona.ts';
import type { StoredEntry } from '../core/persona/persona-file.ts';
import type { NewPersonas, PersonaChange } from '../ports/persona-store.ts';
import { insertIdempotency } from './accept-runs.ts';
import { EVERYBODY, type NewRow, personaToRow, rowToPersona } from './persona-rows.ts';
import type { Session } from './session.ts';

export async function createPersonas(session: Session, input: NewPersonas): Promise<Persona[]> {
  const { owner, drafts, at, mostOfOwner, idempotency } = input;
  const [row] = await session.query(
    'SELECT CAST(count(*) AS integer) AS used FROM personas WHERE owner = $1',
    [owner],
  );
  if (Number(row?.['used'] ?? 0) + drafts.length > mostOfOwner)
    throw new AppError('conflict', `A user may have at most ${mostOfOwner} personas: delete some first`);
  const first = await takeIds(session, drafts.length);
  const made = drafts.map(
    (fields, index): NewRow => ({
      id: first + index,
      owner,
      fields,
      createdAt: at,
      updatedAt: at,
      version: 1,
    }),
  );
  if (idempotency !== undefined) {
    const answer = { ...idempotency.answer, ids: made.map(({ id }) => id) };
    await insertIdempotency(session, [{ ...idempotency, answer }]);
  }
  const rows = made.map(personaToRow);
  await session.insert('personas', rows);
  return rows.map(rowToPersona);
}

export async function updatePersona(session: Session, change: PersonaChange): Promise<Persona | null> {
  const current = await findOwned(session, change.id, change.owner);
  if (current === null) return null;
  requireVersion(current, change.version);
  const changed: Persona = {
    ...current,
    ...change.fields,
    updated_at: change.at,
    version: current.version + 1,
  };
  await writeRow(session, changed);
  await countChange(session);
  return changed;
}

export async function removePersona(
  session: Session,
  id: number,
  owner: string,
  version: number | undefined,
): Promise<boolean> {
  const current = await findOwned(session, id, owner);
  if (current === null) return false;
  requireVersion(current, version);
  await session.query('DELETE FROM personas WHERE id = $1', [id]);
  await countChange(session);
  return true;
}

export async function seedPersonas(
  session: Session,
  entries: readonly StoredEntry[],
  at: string,
): Promise<number | null> {
  const [row] = await session.query('SELECT CAST(count(*) AS integer) AS used FROM personas');
  if (Number(row?.['used'] ?? 0) > 0) return null;
  await session.insert(
    'personas',
    entries.map((entry) => personaToRow(newRow(entry, at))),
  );
  await reserveIds(session, entries);
  return entries.length;
}

export async function replacePersonas(session: Session, entries: readonly StoredEntry[], at: string) {
  const rows = await session.query('SELECT * FROM personas');
  const standing = new Map(rows.map(rowToPersona).map((persona) => [persona.id, persona]));
  const kept = new Set(entries.map(({ id }) => id));
  const removed = [...standing.keys()].filter((id) => !kept.has(id));
  for (const id of removed) await session.query('DELETE FROM personas WHERE id = $1', [id]);
  const added = entries.filter(({ id }) => !standing.has(id));
  await session.insert(
    'personas',
    added.map((entry) => personaToRow(newRow(entry, at))),
  );
  let changed = 0;
  for (const entry of entries) {
    const current = standing.get(entry.id);
    if (current === undefined || isSame(current, entry)) continue;
    const owner = entry.owner ?? null;
    const fields = fieldsOf(entry);
    await writeRow(session, { ...current, ...fields, owner, updated_at: at, version: current.version + 1 });
    changed += 1;
  }
  await reserveIds(session, entries);
  return { added: added.length, changed, removed: removed.length };
}

function newRow(entry: StoredEntry, at: string): NewRow {
  const fields = fieldsOf(entry);
  return { id: entry.id, owner: entry.owner ?? null, fields, createdAt: at, updatedAt: at, version: 1 };
}

function fieldsOf(entry: PersonaFields): PersonaFields {
  const { name, occupation, location, tech_proficiency, behavioral_traits } = entry;
  return { name, occupation, location, tech_proficiency, behavioral_traits };
}

function isSame(persona: Persona, entry: StoredEntry): boolean {
  const text = (fields: PersonaFields) => JSON.stringify(fieldsOf(fields));
  return text(persona) === text(entry) && persona.owner === (entry.owner ?? null);
}

async function findOwned(session: Session, id: number, owner: string): Promise<Persona | null> {
  const [row] = await session.query('SELECT * FROM personas WHERE id = $1 AND owner = $2', [id, owner]);
  return row === undefined || owner === EVERYBODY ? null : rowToPersona(row);
}

function requireVersion(current: Persona, version: number | undefined): void {
  if (version === undefined || version === current.version) return;
  throw new AppError(
    'precondition_failed',
    `Persona ${current.id} has been changed meanwhile: it is at version ${current.version}, not ${version}. Read it again and repeat the change`,
    { details: { version: current.version } },
  );
}

async function writeRow(session: Session, persona: Persona): Promise<void> {
  const row = personaToRow({
    id: persona.id,
    owner: persona.owner,
    fields: fieldsOf(persona),
    createdAt: persona.created_at,
    updatedAt: persona.updated_at,
    version: persona.version,
  });
  const names = Object.keys(row).filter((name) => name !== 'id');
  await session.query(
    `UPDATE personas SET ${names.map((name, index) => `${name} = $${index + 2}`).join(', ')} WHERE id = $1`,
    [persona.id, ...names.map((name) => row[name] ?? null)],
  );
}

/** The first of as many ids as are wanted. Ids of the deleted do not come back: what names them means the old one. */
async function takeIds(session: Session, wanted: number): Promise<number> {
  const [row] = await session.query(
    'UPDATE persona_state SET next_id = next_id + $1, revision = revision + 1 RETURNING next_id',
    [wanted],
  );
  return Number(row?.['next_id']) - wanted;
}

async function reserveIds(session: Session, entries: readonly StoredEntry[]): Promise<void> {
  const above = entries.reduce((most, { id }) => Math.max(most, id), 0) + 1;
  await session.query('UPDATE persona_state SET next_id = greatest(next_id, $1), revision = revision + 1', [
    above,
  ]);
}

async function countChange(session: Session): Promise<void> {
  await session.query('UPDATE persona_state SET revision = revision + 1');
}
