/** The personas of the store in memory. */
import { AppError } from '../../../src/core/errors.ts';
import { type Persona, searchForm, searchText } from '../../../src/core/persona/persona.ts';
import type { StoredEntry } from '../../../src/core/persona/persona-file.ts';
import type { PersonaBackup, PersonaStore } from '../../../src/ports/persona-store.ts';

export function memoryPersonas(): PersonaStore {
  let personas = new Map<number, Persona>();
  const backups: PersonaBackup[] = [];
  let nextId = 1;
  let revision = 0;
  const all = () => [...personas.values()].sort((left, right) => left.id - right.id);
  const fromEntry = ({ owner = '', ...entry }: StoredEntry, at: string): Persona => ({
    ...entry,
    owner: owner || null,
    is_shipped: owner === '',
    created_at: at,
    updated_at: at,
    version: 1,
  });
  const owned = (id: number, owner: string, version: number | undefined) => {
    const found = personas.get(id);
    if (found === undefined || found.owner !== owner) return null;
    if (version !== undefined && version !== found.version)
      throw new AppError('precondition_failed', `Persona ${id} has been changed meanwhile`);
    return found;
  };
  const fill = (entries: readonly StoredEntry[], at: string) => {
    personas = new Map(entries.map((entry) => [entry.id, fromEntry(entry, at)]));
    nextId = Math.max(nextId, ...entries.map(({ id }) => id + 1));
    revision++;
  };
  return {
    getMany: async (ids) => all().filter(({ id }) => ids.includes(id)),
    list: async ({ viewer, only, search = '', techProficiency, limit, offset }) => {
      const found = all()
        .filter(({ owner }) => viewer === null || owner === null || owner === viewer)
        .filter(({ owner }) => only === undefined || (owner === null) === (only === 'shipped'))
        .filter((one) => techProficiency === undefined || one.tech_proficiency === techProficiency)
        .filter((one) => searchText(one).includes(searchForm(search)));
      return { personas: found.slice(offset, offset + limit), total: found.length };
    },
    create: async ({ owner, drafts, at, mostOfOwner }) => {
      if (all().filter((one) => one.owner === owner).length + drafts.length > mostOfOwner)
        throw new AppError('conflict', `A user may have at most ${mostOfOwner} personas`);
      revision++;
      return drafts.map((draft) => {
        const made = fromEntry({ ...draft, id: nextId++, owner }, at);
        personas.set(made.id, made);
        return made;
      });
    },
    update: async ({ id, owner, fields, at, version }) => {
      const found = owned(id, owner, version);
      if (found === null) return null;
      const changed = { ...found, ...fields, updated_at: at, version: found.version + 1 };
      personas.set(id, changed);
      revision++;
      return changed;
    },
    remove: async (id, owner, version) => {
      if (owned(id, owner, version) === null) return false;
      revision++;
      return personas.delete(id);
    },
    removeOf: async (owners) => {
      const gone = all().filter(({ owner }) => owner !== null && owners.includes(owner));
      for (const { id } of gone) personas.delete(id);
      return gone.length;
    },
    seed: async (entries, at) => {
      if (personas.size > 0) return null;
      fill(entries, at);
      return entries.length;
    },
    replaceAll: async (entries, at) => {
      const before = personas.size;
      fill(entries, at);
      return { added: entries.length, changed: 0, removed: before };
    },
    revision: async () => revision,
    withSnapshot: (use) => use({ revision, personas: all() }),
    recordBackup: async (backup) => void backups.unshift(backup),
    backups: async (limit) => backups.slice(0, limit),
  };
}
