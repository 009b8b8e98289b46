/** Where the store says what an operator should know. */
type Write = (fields: Record<string, unknown>, message: string) => void;

export interface StoreLogger {
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}
