/** The same trouble with every request is told once, until it is over. */

export interface TellOnce {
  failed(error: unknown): void;
  worked(): void;
}

export function tellOnce(
  logger: { warn(fields: Record<string, unknown>, message: string): void },
  message: string,
): TellOnce {
  let isTold = false;
  return {
    failed(error) {
      if (!isTold) logger.warn({ err: error }, message);
      isTold = true;
    },
    worked() {
      isTold = false;
    },
  };
}
