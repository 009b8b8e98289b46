/** `personas.create`, `.replace`, `.update`, `.delete`, `.duplicate`, `.import`: changes of the caller's own personas. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import {
  type Persona,
  type PersonaFields,
  persona,
  personaFields,
  personaId,
} from '../../core/persona/persona.ts';
import { type Call, defineMethod } from '../method.ts';
import {
  noPersona,
  requireOwnPersona,
  requirePersona,
  requireWriter,
  versionOfCall,
} from '../personas/persona-access.ts';
import {
  byId,
  createOnce,
  locationOf,
  personaResult,
  personaShared,
  versionOf,
} from '../personas/persona-results.ts';
import { instrumented } from '../rest/instrumented.ts';

const MOST_IMPORTED = 1_000;
const sample = {
  name: 'Noor Haddad',
  occupation: 'Pharmacist',
  location: 'Amman, Jordan',
  tech_proficiency: 'Medium',
  behavioral_traits: ['compares prices', 'asks colleagues first'],
};
const ifVersion = z
  .number()
  .int()
  .min(1)
  .nullish()
  .describe('The version the change was made from; over HTTP If-Match says the same');

export const personasCreate = instrumented(
  defineMethod<PersonaFields>({
    ...personaShared,
    name: 'personas.create',
    title: 'Create Persona',
    description: 'A persona of your own.',
    category: 'crud',
    tags: ['persona', 'create'],
    params: personaFields,
    result: personaResult,
    rest: { verb: 'POST', path: '/personas', status: 201, tag: 'personas', versionOf, locationOf },
    errors: ['unauthorized', 'conflict', 'idempotency_conflict'],
    examples: [{ name: 'a pharmacist', params: sample }],
    handle: (fields, call) => createOne(call, 'personas.create', fields, async () => fields),
  }),
);

async function createOne(
  call: Call,
  method: string,
  params: unknown,
  draft: () => Promise<PersonaFields>,
): Promise<Persona> {
  requireWriter(call.identity);
  const [made] = await createOnce(call, method, params, async () => [await draft()]);
  if (made === undefined)
    throw new AppError('not_found', 'The persona made under this Idempotency-Key has been deleted since');
  return made;
}

const replaceParams = personaFields.extend({ persona_id: personaId, if_version: ifVersion });

export const personasReplace = instrumented(
  defineMethod<z.infer<typeof replaceParams>>({
    ...personaShared,
    name: 'personas.replace',
    title: 'Replace Persona',
    description: 'All fields of a persona of your own.',
    category: 'crud',
    tags: ['persona', 'update'],
    params: replaceParams,
    result: personaResult,
    rest: { verb: 'PUT', path: '/personas/:persona_id', tag: 'personas', versionOf },
    errors: ['unauthorized', 'forbidden', 'not_found', 'precondition_failed'],
    examples: [{ name: 'anew', params: { persona_id: 13, ...sample } }],
    handle: ({ persona_id, if_version, ...fields }, call) => change(call, persona_id, if_version, fields),
  }),
);

const updateParams = personaFields.partial().extend({ persona_id: personaId, if_version: ifVersion });

export const personasUpdate = instrumented(
  defineMethod<z.infer<typeof updateParams>>({
    ...personaShared,
    name: 'personas.update',
    title: 'Update Persona',
    description: 'Some fields of a persona of your own; the others stay.',
    category: 'crud',
    tags: ['persona', 'update'],
    params: updateParams,
    result: personaResult,
    rest: { verb: 'PATCH', path: '/personas/:persona_id', tag: 'personas', versionOf },
    errors: ['unauthorized', 'forbidden', 'not_found', 'precondition_failed'],
    examples: [{ name: 'moved', params: { persona_id: 13, location: 'Irbid, Jordan' } }],
    handle: ({ persona_id, if_version, ...fields }, call) => change(call, persona_id, if_version, fields),
  }),
);

async function change(
  call: Call,
  id: number,
  given: number | null | undefined,
  fields: { [Name in keyof PersonaFields]?: PersonaFields[Name] | undefined },
): Promise<Persona> {
  const { owner } = await requireOwnPersona(call, id);
  const version = versionOfCall(call, given);
  const named = Object.entries(fields).filter(([, value]) => value !== undefined);
  const changed = await call.deps.personas.update({
    id,
    owner,
    fields: Object.fromEntries(named),
    ...(version === undefined ? {} : { version }),
  });
  if (changed === null) throw noPersona(id);
  return changed;
}

const deleteParams = byId.extend({ if_version: ifVersion });

export const personasDelete = instrumented(
  defineMethod<z.infer<typeof deleteParams>>({
    ...personaShared,
    name: 'personas.delete',
    title: 'Delete Persona',
    description: 'Deletes a persona of your own. Its number is not used again.',
    category: 'crud',
    tags: ['persona', 'delete'],
    isDestructive: true,
    params: deleteParams,
    result: z.object({ persona_id: personaId, deleted: z.literal(true) }),
    rest: { verb: 'DELETE', path: '/personas/:persona_id', status: 204, tag: 'personas' },
    errors: ['unauthorized', 'forbidden', 'not_found', 'precondition_failed'],
    examples: [{ name: 'by id', params: { persona_id: 13 } }],
    handle: async ({ persona_id, if_version }, call) => {
      const { owner } = await requireOwnPersona(call, persona_id);
      const version = versionOfCall(call, if_version);
      if (!(await call.deps.personas.remove(persona_id, owner, version))) throw noPersona(persona_id);
      return { persona_id, deleted: true };
    },
  }),
);

const duplicateParams = byId.extend({ name: personaFields.shape.name.optional().describe('Of the copy') });

export const personasDuplicate = instrumented(
  defineMethod<z.infer<typeof duplicateParams>>({
    ...personaShared,
    name: 'personas.duplicate',
    title: 'Duplicate Persona',
    description: 'A copy of a persona, shipped or yours, that is your own and can be changed.',
    category: 'crud',
    tags: ['persona', 'create', 'copy'],
    params: duplicateParams,
    result: personaResult,
    rest: {
      verb: 'POST',
      path: '/personas/:persona_id/duplicate',
      status: 201,
      tag: 'personas',
      versionOf,
      locationOf,
    },
    errors: ['unauthorized', 'not_found', 'conflict', 'idempotency_conflict'],
    examples: [{ name: 'of a shipped one', params: { persona_id: 1 } }],
    handle: (params, call) =>
      createOne(call, 'personas.duplicate', params, async () => {
        const fields = personaFields.parse(await requirePersona(call, params.persona_id));
        return { ...fields, name: params.name ?? fields.name };
      }),
  }),
);

const importParams = z.object({
  personas: z
    .array(
      personaFields.extend({ id: z.number().nullish().describe('Ignored: yours get numbers of their own') }),
    )
    .min(1)
    .max(MOST_IMPORTED)
    .describe('As personas.json has them'),
});

export const personasImport = instrumented(
  defineMethod<z.infer<typeof importParams>>({
    ...personaShared,
    name: 'personas.import',
    title: 'Import Personas',
    description:
      'Makes the personas of a file your own. Those that you have already, field for field, are skipped.',
    category: 'crud',
    tags: ['persona', 'import'],
    params: importParams,
    result: z.object({
      personas: z.array(persona).describe('The new ones'),
      imported: z.number().int(),
      skipped: z.number().int().describe('You had them'),
    }),
    rest: { verb: 'POST', path: '/personas/import', tag: 'personas', listParam: 'personas' },
    errors: ['unauthorized', 'conflict', 'idempotency_conflict'],
    examples: [{ name: 'one', params: { personas: [sample] } }],
    handle: async (params, call) => {
      requireWriter(call.identity);
      const made = await createOnce(call, 'personas.import', params, () => unknownOf(call, params.personas));
      return { personas: made, imported: made.length, skipped: params.personas.length - made.length };
    },
  }),
);

/** Those that the caller does not have yet, each once. */
async function unknownOf(call: Call, given: readonly PersonaFields[]): Promise<PersonaFields[]> {
  const { personas: own } = await call.deps.store.personas.list({
    viewer: call.identity.userId,
    only: 'owned',
    limit: call.deps.personas.mostPerUser,
    offset: 0,
  });
  const known = new Set(own.map(sameness));
  return given.filter((fields) => {
    const key = sameness(fields);
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
}

function sameness({
  name,
  occupation,
  location,
  tech_proficiency,
  behavioral_traits,
}: PersonaFields): string {
  return JSON.stringify([name, occupation, location, tech_proficiency, behavioral_traits]);
}
