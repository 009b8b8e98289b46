/** Collects what a container writes from the engine's multiplexed stream, up to a limit; the rest is read and dropped. */
import { Writable } from 'node:stream';

const MAX_BYTES = 512 * 1024;

export class ContainerOutput {
  readonly stdout = new Writable({
    write: (chunk: Buffer, _encoding, done) => this.#add(chunk, 'out', done),
  });
  readonly stderr = new Writable({
    write: (chunk: Buffer, _encoding, done) => this.#add(chunk, 'err', done),
  });
  readonly #pieces: { readonly from: 'out' | 'err'; readonly bytes: Buffer }[] = [];
  readonly #room = { out: MAX_BYTES, err: MAX_BYTES };
  #isTruncated = false;

  #add(chunk: Buffer, from: 'out' | 'err', done: () => void): void {
    const kept = chunk.subarray(0, this.#room[from]);
    this.#isTruncated ||= kept.length < chunk.length;
    this.#room[from] -= kept.length;
    // A copy: a slice would hold on to all that was read with it.
    if (kept.length > 0) this.#pieces.push({ from, bytes: Buffer.from(kept) });
    done();
  }

  result() {
    const text = (pieces: readonly { bytes: Buffer }[]) =>
      Buffer.concat(pieces.map(({ bytes }) => bytes)).toString('utf8');
    return {
      stdout: text(this.#pieces.filter(({ from }) => from === 'out')),
      stderr: text(this.#pieces.filter(({ from }) => from === 'err')),
      logs: text(this.#pieces),
      isTruncated: this.#isTruncated,
    };
  }
}
