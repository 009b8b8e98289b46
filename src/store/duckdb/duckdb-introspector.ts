/** Lists DuckDB's tables and columns for Kysely's migrator. */
import { type DatabaseIntrospector, type Kysely, type SchemaMetadata, sql, type TableMetadata } from 'kysely';

export class DuckdbIntrospector implements DatabaseIntrospector {
  readonly #database: Kysely<unknown>;
  constructor(database: Kysely<unknown>) {
    this.#database = database;
  }
  async getSchemas(): Promise<SchemaMetadata[]> {
    return [{ name: 'main' }];
  }
  async getTables(): Promise<TableMetadata[]> {
    const { rows } = await sql<{
      table_name: string;
      column_name: string;
      data_type: string;
      is_nullable: string;
    }>`
      SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
      WHERE table_schema = 'main' ORDER BY table_name, ordinal_position`.execute(this.#database);
    const byTable = Map.groupBy(rows, (row) => row.table_name);
    return [...byTable].map(([name, columns]) => ({
      name,
      isView: false,
      isForeign: false,
      schema: 'main',
      columns: columns.map((column) => ({
        name: column.column_name,
        dataType: column.data_type,
        isNullable: column.is_nullable === 'YES',
        isAutoIncrementing: false,
        hasDefaultValue: false,
      })),
    }));
  }
}
