/** Secret inputs open for their owner under the secret they were sealed with, and for nobody else. */
import { expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/json.ts';
import { createInputSecrets } from '../../src/secrets/input-secrets.ts';
import { createSealer } from '../../src/secrets/sealer.ts';

const secrets = createInputSecrets(createSealer('a secret of the tests, long enough'));
const of = (userId: string) => ({ runId: 'run', taskId: 'task', userId });

it.each<[JsonValue]>([['text'], [7], [true], [{ a: ['b', null] }]])(
  '%j comes back as it was',
  async (value) => {
    const sealed = secrets.seal('ann', value);
    expect(sealed).toMatch(/^sealed:1:[\w-]+$/);
    expect(await secrets.open(of('ann'), [sealed])).toEqual(new Map([[sealed, value]]));
  },
);

it('does not open for another user, under another secret, or when it was changed', async () => {
  const sealed = secrets.seal('ann', 'text');
  const elsewhere = createInputSecrets(createSealer('another secret of the tests, long enough'));
  const nothing = new Map();
  expect(await secrets.open(of('bob'), [sealed])).toEqual(nothing);
  expect(await elsewhere.open(of('ann'), [sealed])).toEqual(nothing);
  expect(await secrets.open(of('ann'), [`${sealed.slice(0, -2)}AA`, 'sealed:1:', 'plain'])).toEqual(nothing);
});
