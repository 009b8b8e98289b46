/**
 * How well and how fast the safety engine judges: `node bench/safety.ts FOLDER`. FOLDER holds prompts.jsonl ({set, label,
 * text}; label 1 = injection) and pii.jsonl ({text, spans: [{type, start, end}]}). Prints Markdown tables.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SensitiveType } from '../src/core/safety/redaction.ts';
import { createSafety } from '../src/safety/create-safety.ts';

interface PromptRow {
  readonly set: string;
  readonly label: 0 | 1;
  readonly text: string;
}
interface SpanRow {
  readonly text: string;
  readonly spans: readonly { readonly type: string; readonly start: number; readonly end: number }[];
}

/** Names of the data set, and ours. */
const TYPES: Readonly<Record<string, SensitiveType>> = {
  CREDIT_CARD: 'credit_card',
  US_SSN: 'us_ssn',
  EMAIL_ADDRESS: 'email',
  PHONE_NUMBER: 'phone',
  IBAN_CODE: 'iban',
  IP_ADDRESS: 'ip_address',
};
const ROUNDS = 2_000;

const folder = process.argv[2];
if (folder === undefined) throw new Error('Which folder? node bench/safety.ts FOLDER');
const safety = createSafety({
  settings: {
    killSwitch: '0',
    maxPromptChars: 1_000_000,
    denylist: [],
    defaultLatencyBudgetMs: 3_500,
    mode: null,
    tokenBudget: null,
    costBudgetUsd: null,
    costModel: 'gpt-4o-mini',
    judgeModel: null,
  },
});
printInjections(rowsOf<PromptRow>('prompts.jsonl'));
printSensitive(rowsOf<SpanRow>('pii.jsonl'), rowsOf<PromptRow>('prompts.jsonl'));
printTime(rowsOf<PromptRow>('prompts.jsonl'));

function rowsOf<Row>(name: string): Row[] {
  const lines = readFileSync(join(folder ?? '', name), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}

function printInjections(rows: readonly PromptRow[]): void {
  console.log(
    '\n| set | label | texts | strict: flagged | share | contract: flagged | share |\n|---|---|---|---|---|---|---|',
  );
  const sets = Map.groupBy(rows, ({ set, label }) => `${label} ${set}`);
  const whole = [1, 0].map((label) => ({
    name: 'all',
    label,
    group: rows.filter((row) => row.label === label),
  }));
  const single = [...sets].map(([name, group]) => ({ name: name.slice(2), label: Number(name[0]), group }));
  for (const { name, label, group } of [...single.sort((one, other) => other.label - one.label), ...whole]) {
    const strict = group.filter(({ text }) => isInjection(text, 'strict')).length;
    const contract = group.filter(({ text }) => isInjection(text, 'contract')).length;
    const kind = label === 1 ? 'injection' : 'harmless';
    console.log(
      `| ${name} | ${kind} | ${group.length} | ${strict} | ${share(strict, group.length)} | ${contract} | ${share(contract, group.length)} |`,
    );
  }
}

function isInjection(text: string, mode: 'strict' | 'contract'): boolean {
  const { exit } = safety.check({ text, mode, rules: ['injection'] });
  return exit?.reason === 'jailbreak_detected';
}

function printSensitive(rows: readonly SpanRow[], prompts: readonly PromptRow[]): void {
  const tally = new Map<SensitiveType, { texts: number; found: number; spans: number; foundSpans: number }>();
  let cleanTexts = 0;
  let flagged = 0;
  for (const { text, spans } of rows) {
    const { findings } = safety.check({ text, rules: ['pii', 'secret'] });
    const known = spans.flatMap(({ type, ...span }) => {
      const ours = TYPES[type];
      return ours === undefined ? [] : [{ ...span, type: ours }];
    });
    if (known.length === 0) {
      cleanTexts++;
      if (findings.length > 0) flagged++;
    }
    for (const [type, wanted] of Map.groupBy(known, (span) => span.type)) {
      const met = wanted.filter(({ start, end }) =>
        findings.some((finding) => finding.type === type && finding.start < end && finding.end > start),
      );
      const counts = tally.get(type) ?? { texts: 0, found: 0, spans: 0, foundSpans: 0 };
      counts.texts++;
      if (met.length > 0) counts.found++;
      counts.spans += wanted.length;
      counts.foundSpans += met.length;
      tally.set(type, counts);
    }
  }
  console.log('\n| kind | texts | found | share | values | found |\n|---|---|---|---|---|---|');
  for (const [type, { texts, found, spans, foundSpans }] of tally)
    console.log(`| ${type} | ${texts} | ${found} | ${share(found, texts)} | ${spans} | ${foundSpans} |`);
  console.log(
    `\nTexts without any of these: ${flagged} of ${cleanTexts} flagged (${share(flagged, cleanTexts)}).`,
  );
  const harmless = prompts.filter(({ label }) => label === 0);
  const alarms = harmless.filter(
    ({ text }) => safety.check({ text, rules: ['pii', 'secret'] }).findings.length > 0,
  );
  console.log(
    `Harmless prompts: ${alarms.length} of ${harmless.length} flagged (${share(alarms.length, harmless.length)}).`,
  );
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

/** Time of the processor, not of the wall: other work on the machine does not count. */
function printTime(rows: readonly PromptRow[]): void {
  const text = rows.map((row) => row.text).join('\n');
  const pieces = Array.from({ length: 100 }, (_, index) => text.slice(index * 1_000, (index + 1) * 1_000));
  console.log('\n| check of 1,000 characters | processor time |\n|---|---|');
  for (const mode of ['strict', 'contract'] as const) {
    for (const piece of pieces) safety.check({ text: piece, mode });
    const before = process.cpuUsage();
    for (let round = 0; round < ROUNDS; round++)
      safety.check({ text: pieces[round % pieces.length] ?? '', mode });
    const { user, system } = process.cpuUsage(before);
    console.log(`| ${mode} | ${((user + system) / 1_000 / ROUNDS).toFixed(3)} ms |`);
  }
}
