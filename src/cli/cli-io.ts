/** What the commands have of the world around them; tests pass their own. */
export interface CliIo {
  /** Writes to standard output as it is. */
  out(text: string): void;
  /** Writes to standard error as it is. */
  err(text: string): void;
  /** All of standard input. */
  readInput(): Promise<string>;
  /** Standard input as it comes, line by line. */
  inputLines(): AsyncIterable<string>;
  /** The key a local server has left for its operator; null when there is none. */
  operatorKey(): string | null;
  /** Standard output is a terminal: views redraw themselves. */
  readonly isTerminal: boolean;
  readonly hasColors: boolean;
  /** Terminal size. */
  columns(): number;
  rows(): number;
  /** Runs the server program (`start`, `migrate`, `doctor`) in the same terminal; resolves with its exit code. */
  runServer(command: string): Promise<number>;
}
