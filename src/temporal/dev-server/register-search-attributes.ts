/** Makes sure that the search attributes of runs exist: a start that names an unknown one fails. Safe to repeat. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { AppError } from '../../core/errors.ts';
import { SEARCH_ATTRIBUTES } from '../search-attributes.ts';

const GRPC_NOT_FOUND = 5;
const GRPC_ALREADY_EXISTS = 6;
const VISIBLE_WITHIN_MS = 30_000;
const POLL_MS = 100;

/** `IndexedValueType` of Temporal's API. */
const INDEXED_VALUE_TYPE = { Keyword: 2, Bool: 5, KeywordList: 7 } as const;

type Missing = [name: string, type: keyof typeof INDEXED_VALUE_TYPE][];

/**
 * Adds what is missing and returns when the server knows it all. Throws `unavailable`, with the command for an
 * operator, when the server refuses.
 */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const until = Date.now() + VISIBLE_WITHIN_MS;
  let hasAdded = false;
  for (;;) {
    const missing = await findMissing(connection, namespace);
    if (missing?.length === 0) return;
    if (missing !== null && !hasAdded) {
      await add(connection, namespace, missing);
      hasAdded = true;
    }
    if (Date.now() > until) {
      throw new AppError('unavailable', `Temporal did not take up the search attributes of ${namespace}`);
    }
    await delay(POLL_MS);
  }
}

/** null while the server's front end does not know a new namespace: it looks for them every few seconds. */
async function findMissing(connection: Connection, namespace: string): Promise<Missing | null> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => customAttributes?.[name] === undefined);
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === GRPC_NOT_FOUND) return null;
    throw error;
  }
}

async function add(connection: Connection, namespace: string, missing: Missing): Promise<void> {
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, INDEXED_VALUE_TYPE[type]])),
    });
  } catch (error) {
    // Another process was quicker.
    if (isGrpcServiceError(error) && error.code === GRPC_ALREADY_EXISTS) return;
    const commands = missing.map(([name, type]) => `--name ${name} --type ${type}`).join(' ');
    throw new AppError(
      'unavailable',
      `Temporal refused to add search attributes. An operator can: temporal operator search-attribute create --namespace ${namespace} ${commands}`,
      { cause: error },
    );
  }
}
