/** Texts of a query become what the method's schema wants, and nothing else. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { queryParams } from '../../../src/api/rest/query-params.ts';

const schema = z.object({
  name: z.string(),
  limit: z.number().int().nullish(),
  share: z.number().optional(),
  active: z.boolean().nullish(),
  ids: z.array(z.number().int()).optional(),
  level: z.enum(['Low', 'High']).optional(),
});

const read = (query: Record<string, string | string[]>) => queryParams(schema, Object.entries(query));

describe('query params', () => {
  it('reads numbers and flags', () => {
    expect(read({ limit: '20', share: '-0.5', active: 'true' })).toEqual({
      limit: 20,
      share: -0.5,
      active: true,
    });
  });

  it('leaves texts, also those that look like numbers', () => {
    expect(read({ name: '007', level: 'Low' })).toEqual({ name: '007', level: 'Low' });
  });

  it('leaves what does not fit to the schema', () => {
    expect(read({ limit: 'many', active: 'yes' })).toEqual({ limit: 'many', active: 'yes' });
    expect(schema.safeParse({ name: 'x', ...read({ limit: 'many' }) }).success).toBe(false);
  });

  it('reads lists, repeated or with commas', () => {
    expect(read({ ids: '1,2' })).toEqual({ ids: [1, 2] });
    expect(read({ ids: ['3', '4'] })).toEqual({ ids: [3, 4] });
  });

  it('takes the last of a value that may stand once', () => {
    expect(read({ name: ['a', 'b'] })).toEqual({ name: 'b' });
  });
});
