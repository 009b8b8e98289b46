/** Inputs of a step planned by rules: the executor's example inputs, with what the words say put in. */
import type { AnyExecutor } from '../../core/executor.ts';
import type { JsonObject } from '../../core/json.ts';

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const ADDRESS = /https?:\/\/[^\s"'<>)]+/gi;

export interface StepWords {
  readonly text: string;
  readonly requirement: string;
  /** The web address this task is about. */
  readonly address: string | null;
}

/** Only the example inputs when the result would not fit. */
export function stepInputs(executor: AnyExecutor, { text, requirement, address }: StepWords): JsonObject {
  const { demoInput } = executor;
  const resource = /\b(cpu|memory|disk)\b/i.exec(text)?.[1]?.toLowerCase();
  const seconds = secondsIn(text);
  const isSending = /\b(post|send|sent|submit|push|publish)\b/i.test(text);
  const told: JsonObject = {
    ...('url' in demoInput && address !== null ? { url: address } : {}),
    ...('method' in demoInput && isSending ? { method: 'POST' } : {}),
    ...('resource' in demoInput ? { resource: resource ?? 'all' } : {}),
    ...('seconds' in demoInput && seconds !== null ? { seconds } : {}),
    ...('prompt' in demoInput ? { prompt: text } : {}),
    ...('topic' in demoInput ? { topic: text } : {}),
    ...('goal' in demoInput && 'tools' in demoInput ? { goal: text } : {}),
    ...('requirement' in demoInput ? { requirement } : {}),
  };
  const inputs = { ...demoInput, ...told };
  return executor.input.safeParse(inputs).success ? inputs : { ...demoInput };
}

/** Web addresses in a text, in order, each once. */
export function addressesIn(text: string): string[] {
  const found = [...text.matchAll(ADDRESS)].map(([address]) => address.replace(/[.,;:!?]+$/, ''));
  return [...new Set(found)];
}

function secondsIn(text: string): number | null {
  const [, number, unit] = /(\d+)\s*(s|m|h|d)/i.exec(text) ?? [];
  if (number === undefined || unit === undefined) return null;
  return Number(number) * SECONDS[unit.toLowerCase() as keyof typeof SECONDS];
}
