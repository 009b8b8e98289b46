/**
 * Finds executors: every file of a folder that default-exports `defineExecutor({...})`. A file that cannot be used stops
 * the start with its name and what is wrong. Files whose names begin with `_` are parts of executors, not executors.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import type { AnyExecutor, ExecutorMetadata, ExecutorSettings } from '../core/executor.ts';
import type { JsonObject } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import { SecretFields } from '../core/secrets/secret-fields.ts';
import { type SecretShape, secretShape } from '../core/secrets/secret-shape.ts';
import type { ExecutorRegistry } from '../ports/registry.ts';
import { checkDefinition } from './check-definition.ts';

export interface RegistryOptions {
  /** Absolute folder of executor files. */
  readonly directory: string;
  readonly settings: ExecutorSettings;
}

/** Throws `invalid_params` naming the file and the mistake. */
export async function loadRegistry(options: RegistryOptions): Promise<ExecutorRegistry> {
  const names = (await readdir(options.directory)).filter(isExecutorFile).sort();
  const loaded = await Promise.all(names.map((name) => loadFile(options.directory, name)));
  const executors = loaded.sort((left, right) => (left.id < right.id ? -1 : 1));
  const byId = new Map<string, AnyExecutor>();
  for (const executor of executors) {
    for (const id of [executor.id, ...(executor.aliases ?? [])]) {
      if (byId.has(id))
        throw new AppError('invalid_params', `Two executors are called '${id}': rename one of them`);
      byId.set(id, executor);
    }
  }
  const schemas = new Map<AnyExecutor, Schemas>();
  const schemasOf = (executor: AnyExecutor) => {
    const known = schemas.get(executor) ?? deriveSchemas(executor);
    schemas.set(executor, known);
    return known;
  };
  const shapeOf = (id: string) => {
    const executor = byId.get(id);
    return executor === undefined ? null : schemasOf(executor).secrets;
  };
  const secretFields = new Map(
    executors.flatMap((executor) => {
      const { secrets } = schemasOf(executor);
      return secrets === null ? [] : [[executor, new SecretFields(secrets, shapeOf)]];
    }),
  );
  return {
    find: (id) => byId.get(id),
    all: () => executors,
    availability: (executor) => {
      const isOff = executor.unsafe !== undefined && !options.settings.allowedExecutors.has(executor.id);
      return isOff
        ? { available: false, reason: executor.unsafe ?? null }
        : { available: true, reason: null };
    },
    metadata: (executor) => metadataOf(executor, schemasOf(executor).input),
    inputProperties: (executor) => propertiesOf(schemasOf(executor).input),
    outputProperties: (executor) => propertiesOf(schemasOf(executor).output),
    secretFields: (executor) => secretFields.get(executor) ?? null,
  };
}

function isExecutorFile(name: string): boolean {
  return /^[^_.].*\.(ts|js)$/.test(name) && !/\.(test|d)\.(ts|js)$/.test(name);
}

async function loadFile(directory: string, name: string): Promise<AnyExecutor> {
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(join(directory, name)).href)) as { default?: unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('invalid_params', `executors/${name} cannot be loaded: ${reason}`, { cause: error });
  }
  return checkDefinition(name, module.default);
}

interface Schemas {
  readonly input: JsonObject;
  readonly output: JsonObject;
  readonly secrets: SecretShape | null;
}

function deriveSchemas(executor: AnyExecutor): Schemas {
  try {
    const input = jsonSchema(executor.input, 'input');
    return { input, output: jsonSchema(executor.output, 'output'), secrets: secretShape(input) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('invalid_params', `The schemas of '${executor.id}' cannot be read: ${reason}`, {
      cause: error,
    });
  }
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest as JsonObject;
}

function metadataOf(executor: AnyExecutor, input: JsonObject): ExecutorMetadata {
  const { id, name, description, examples, tags, type } = executor;
  return { id, name, description, input_schema: input, examples, tags, type };
}

function propertiesOf(schema: JsonObject): readonly string[] {
  const { properties } = schema;
  return isJsonObject(properties) ? Object.keys(properties) : [];
}
