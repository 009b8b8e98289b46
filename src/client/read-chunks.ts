/** A response's body piece by piece. Not every browser can iterate over a stream, but all can read one. */

/** Leaving the loop early cancels the stream. */
export async function* readChunks(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader();
  let isDone = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      isDone = done;
      if (done) return;
      yield value;
    }
  } finally {
    // A stream that broke off has nothing left to cancel.
    if (!isDone) await reader.cancel().catch(() => undefined);
  }
}
