/** Ids we make: UUIDv7 for runs (sorts by time), UUIDv4 for tasks (as the contract has it), readable workflow ids. */

type RandomBytes = (size: number) => Uint8Array;
const webRandom: RandomBytes = (size) => crypto.getRandomValues(new Uint8Array(size));

let lastMs = 0;
let sequence = 0;

/** Monotonic within a process: two ids made in the same millisecond still sort in order. */
export function uuidV7(nowMs = Date.now(), random: RandomBytes = webRandom): string {
  sequence = nowMs > lastMs ? 0 : sequence + 1;
  lastMs = Math.max(nowMs, lastMs) + (sequence > 0xfff ? 1 : 0);
  if (sequence > 0xfff) sequence = 0;
  const bytes = random(16);
  let rest = lastMs;
  for (let index = 5; index >= 0; index--) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = 0x70 | (sequence >> 8);
  bytes[7] = sequence & 0xff;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return format(bytes);
}

export function uuidV4(): string {
  return crypto.randomUUID();
}

/** `tree:<user>:<root task id>:<n>`: what an operator sees and searches in Temporal's UI. */
export function workflowIdOf(userId: string, rootTaskId: string, runNumber: number): string {
  return `tree:${userId}:${rootTaskId}:${runNumber}`;
}

function format(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
