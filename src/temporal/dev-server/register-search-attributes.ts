/** Makes sure that the search attributes of runs exist: a start that names an unknown one fails. Safe to repeat. */
import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { AppError } from '../../core/errors.ts';
import { SEARCH_ATTRIBUTES } from '../search-attributes.ts';

const GRPC_ALREADY_EXISTS = 6;

/** `IndexedValueType` of Temporal's API. */
const INDEXED_VALUE_TYPE = { Keyword: 2, Bool: 5, KeywordList: 7 } as const;

/** Adds what is missing. Throws `unavailable` with the command for an operator when the server refuses. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const existing = await connection.operatorService.listSearchAttributes({ namespace });
  const known = { ...existing.customAttributes, ...existing.systemAttributes };
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => known[name] === undefined);
  if (missing.length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, INDEXED_VALUE_TYPE[type]])),
    });
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === GRPC_ALREADY_EXISTS) return;
    const commands = missing.map(([name, type]) => `--name ${name} --type ${type}`).join(' ');
    throw new AppError(
      'unavailable',
      `Temporal refused to add search attributes. An operator can: temporal operator search-attribute create --namespace ${namespace} ${commands}`,
      { cause: error },
    );
  }
}
