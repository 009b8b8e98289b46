/** Personas by id: what is not yours does not exist. */
import { expect, test } from 'vitest';
import { readPersonas } from '../../src/personas/read-personas.ts';
import { memoryPersonas } from '../api/support/memory-personas.ts';
import { samplePersona } from '../store/persona-conformance.ts';

const at = '2026-01-01T00:00:00.000000+00:00';

test('shipped and own ones come in the order asked for, each once; others do not exist', async () => {
  const store = memoryPersonas();
  await store.seed(
    [1, 2].map((id) => ({ id, ...samplePersona() })),
    at,
  );
  const create = (owner: string) =>
    store.create({ owner, drafts: [samplePersona()], at, mostOfOwner: 9 }).then(([made]) => made?.id ?? 0);
  const [mine, other] = [await create('ann'), await create('bob')];
  const read = await readPersonas(store, [mine, 2, 1, mine], 'ann');
  expect(read.map(({ id }) => id)).toEqual([mine, 2, 1]);
  await expect(readPersonas(store, [1, other, 99], 'ann')).rejects.toMatchObject({
    code: 'not_found',
    message: `There is no persona ${other}, 99: GET /personas lists yours`,
  });
  expect(await readPersonas(store, [], 'ann')).toEqual([]);
});
