/** Tells people what takes so long: silent for two seconds, then a line every five. */

const FIRST_MS = 2_000;
const EVERY_MS = 5_000;

/** Runs `work`; while it lasts, calls `onProgress` with `text` and the seconds so far. */
export async function withProgress<Result>(
  text: string,
  onProgress: (text: string) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  const startedAt = Date.now();
  const tell = () => onProgress(`${text} (${Math.round((Date.now() - startedAt) / 1000)} s)`);
  let every: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    tell();
    every = setInterval(tell, EVERY_MS);
  }, FIRST_MS);
  try {
    return await work();
  } finally {
    clearTimeout(first);
    clearInterval(every);
  }
}
