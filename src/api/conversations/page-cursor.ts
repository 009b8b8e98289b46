/** Places in a list that clients hand back as they got them. Stable: what is added meanwhile moves nothing. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';

const MOST = 100;
const DEFAULT = 20;

export const pageLimit = z
  .number()
  .int()
  .min(1)
  .max(MOST)
  .nullish()
  .describe(`Default ${DEFAULT}, at most ${MOST}`);
export const pageCursor = z.string().max(200).nullish().describe('`next_cursor` of the page before');
export const nextCursor = z.string().nullable().describe('For the next page; null: this is the last');

export function limitOf(limit: number | null | undefined): number {
  return limit ?? DEFAULT;
}

export function encodeCursor(kind: string, place: string): string {
  return Buffer.from(`${kind}:${place}`).toString('base64url');
}

/** undefined without a cursor. Throws `invalid_params` for one of another list, or made up. */
export function decodeCursor(kind: string, cursor: string | null | undefined): string | undefined {
  if (cursor === null || cursor === undefined || cursor === '') return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  if (text.startsWith(`${kind}:`) && encodeCursor(kind, text.slice(kind.length + 1)) === cursor)
    return text.slice(kind.length + 1);
  throw malformed();
}

/** For lists that are ordered by number. */
export function decodeNumber(kind: string, cursor: string | null | undefined): number | undefined {
  const text = decodeCursor(kind, cursor);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw malformed();
  return Number(text);
}

/** A page out of one item more than fits: its presence says that there is another page. */
export function pageOf<Item>(
  items: readonly Item[],
  limit: number,
  place: (last: Item) => string,
): { items: Item[]; next: string | null } {
  const page = items.slice(0, limit);
  const last = page.at(-1);
  return { items: page, next: items.length > limit && last !== undefined ? place(last) : null };
}

function malformed(): AppError {
  return new AppError('invalid_params', 'cursor is not one of this list: leave it out to begin anew', {
    details: { field: 'cursor' },
  });
}
