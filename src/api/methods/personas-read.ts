/** `personas.list`, `personas.get`, `personas.export`: shipped personas and the caller's own; all of them for admins. */
import { z } from 'zod';
import { persona, TECH_PROFICIENCIES, toEntry } from '../../core/persona/persona.ts';
import { storedEntry, toStoredEntry } from '../../core/persona/persona-file.ts';
import type { PersonaFilter } from '../../ports/persona-store.ts';
import { type Call, defineMethod } from '../method.ts';
import { requirePersona } from '../personas/persona-access.ts';
import { byId, personaResult, personaShared, versionOf } from '../personas/persona-results.ts';
import { instrumented } from '../rest/instrumented.ts';

const DEFAULT_LIMIT = 50;
const MOST_LIMIT = 200;
const PAGE = 1_000;

const only = z.enum(['shipped', 'owned']).nullish().describe('Only these; default both');
const listParams = z.object({
  q: z.string().max(200).nullish().describe('Found in name, occupation, location, proficiency or a trait'),
  tech_proficiency: z.enum(TECH_PROFICIENCIES).nullish(),
  only,
  limit: z.number().int().min(1).max(MOST_LIMIT).nullish().describe(`Default ${DEFAULT_LIMIT}`),
  offset: z.number().int().min(0).max(1_000_000_000).nullish(),
});

export const personasList = instrumented(
  defineMethod<z.infer<typeof listParams>>({
    ...personaShared,
    name: 'personas.list',
    title: 'List Personas',
    description: 'Simulated users: those that come with the server, and your own. By id.',
    category: 'query',
    tags: ['persona', 'list'],
    params: listParams,
    result: z.object({
      personas: z.array(persona),
      total: z.number().int().describe('How many match'),
      limit: z.number().int(),
      offset: z.number().int(),
    }),
    rest: { verb: 'GET', path: '/personas', tag: 'personas' },
    examples: [
      { name: 'all', params: {} },
      { name: 'those who know technology well', params: { tech_proficiency: 'High', limit: 10 } },
    ],
    handle: async ({ q, tech_proficiency, only: which, ...page }, call) => {
      const limit = page.limit ?? DEFAULT_LIMIT;
      const offset = page.offset ?? 0;
      const found = await call.deps.store.personas.list({
        viewer: viewerOf(call),
        limit,
        offset,
        ...(which == null ? {} : { only: which }),
        ...(q == null ? {} : { search: q.trim() }),
        ...(tech_proficiency == null ? {} : { techProficiency: tech_proficiency }),
      });
      return { ...found, limit, offset };
    },
  }),
);

export const personasGet = instrumented(
  defineMethod<z.infer<typeof byId>>({
    ...personaShared,
    name: 'personas.get',
    title: 'Get Persona',
    description: 'One persona.',
    category: 'query',
    tags: ['persona', 'get'],
    params: byId,
    result: personaResult,
    rest: { verb: 'GET', path: '/personas/:persona_id', tag: 'personas', versionOf },
    errors: ['not_found'],
    examples: [{ name: 'by id', params: { persona_id: 1 } }],
    handle: ({ persona_id }, call) => requirePersona(call, persona_id),
  }),
);

const exportParams = z.object({
  only,
  with_owners: z
    .boolean()
    .nullish()
    .describe('Also whose each one is, as personas.restore takes it: for admins, others see no difference'),
});

export const personasExport = instrumented(
  defineMethod<z.infer<typeof exportParams>>({
    ...personaShared,
    name: 'personas.export',
    title: 'Export Personas',
    description: 'Personas in the form of personas.json: those you see, as a list.',
    category: 'query',
    tags: ['persona', 'export'],
    params: exportParams,
    result: z.array(storedEntry),
    rest: { verb: 'GET', path: '/personas/export', tag: 'personas' },
    examples: [{ name: 'your own', params: { only: 'owned' } }],
    handle: async ({ only: which, with_owners }, call) => {
      const filter = { viewer: viewerOf(call), ...(which == null ? {} : { only: which }) };
      const found = await readAll(call, filter);
      const hasOwners = with_owners === true && call.identity.isAdmin;
      return found.map(hasOwners ? toStoredEntry : toEntry);
    },
  }),
);

async function readAll(call: Call, filter: Pick<PersonaFilter, 'viewer' | 'only'>) {
  const { personas } = call.deps.store;
  const first = await personas.list({ ...filter, limit: PAGE, offset: 0 });
  const all = first.personas;
  while (all.length < first.total) {
    const next = await personas.list({ ...filter, limit: PAGE, offset: all.length });
    if (next.personas.length === 0) break;
    all.push(...next.personas);
  }
  return all;
}

function viewerOf({ identity }: Call): string | null {
  return identity.isAdmin ? null : identity.userId;
}
