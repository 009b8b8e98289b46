/**
 * Fits the weights of the injection rules: `node bench/safety-fit.ts FOLDER`. FOLDER holds prompts.jsonl ({set, label,
 * text}); our own fixtures and the documentation of our dependencies (harmless by nature) are learned from too. What comes
 * out is a weight for each rule, no text. First each half of the rows is judged by what the other half taught.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FEATURE_NAMES, readInjectionFeatures } from '../src/safety/injection/read-injection-features.ts';
import { windowInputs } from '../src/safety/injection/window-inputs.ts';
import { cleanText } from '../src/safety/text/clean-text.ts';
import { tokenize } from '../src/safety/text/tokenize.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The last input is the length, the one behind it the bias. */
const LENGTH = FEATURE_NAMES.length;
const BIAS = LENGTH + 1;

/** What an order to a model is made of, before any row is seen; the fit is held near it. */
const EXPECTED: Readonly<Record<string, number>> = {
  order_override_prior: 2.5,
  order_override_behind: 1.5,
  prior_instruction_override: 2,
  your_rules_void: 1,
  weak_limit: 0.5,
  you_need_not: 2,
  act_without: 2,
  you_without: 1,
  model_without: 1.5,
  jailbreak_enabled: 2,
  enable_jailbreak: 2,
  ask_prompt: 1.5,
  reveal_above: 0.8,
  order_reveal_above: 1,
  above_exactly: 1,
  order_override: 1,
  override_prior: 1,
  override_rules: 0.8,
  instructions_overridden: 0.8,
  order_reveal: 1,
  reveal_prompt: 2.5,
  reveal_prior: 0.8,
  secret_prompt: 0.5,
  exactly_prompt: 1,
  you_free: 2,
  free_of: 1,
  free_model: 1.2,
  model_free: 1.2,
  from_now_you: 0.8,
  new_rules_follow: 1.5,
  mode_enabled: 1,
  never_refuse: 1,
  no_limits: 1,
  no_rules: 1,
  must_comply: 0.8,
  model_diverted: 1.5,
  send_secret: 1.2,
  reveal_secret: 0.5,
  turn_marker: 0.8,
};
/** Only these may speak for a text, and only so much: otherwise padding would hide an injection. */
const LEAST: Readonly<Record<string, number>> = { discuss: -0.8, discuss_attack: -2 };
const LEAST_LENGTH = -0.6;
const PULL = 0.001;
const ROUNDS = 6;
const STEPS = 400;
/** Above even odds: a false alarm costs more than a miss. */
const MARGIN = 0.4;
/** Small sets would not be heard otherwise. */
const IMPORTANCE: Readonly<Record<string, number>> = { NotInject: 2, 'wildguard-benign': 1.5, own: 4 };

interface Row {
  readonly set: string;
  readonly label: number;
  readonly half: number;
  readonly windows: readonly Float64Array[];
}

const folder = process.argv[2];
if (folder === undefined) throw new Error('Which folder? node bench/safety-fit.ts FOLDER');
const rows = [...publicRows(join(folder, 'prompts.jsonl')), ...ownRows(), ...documents()];
for (const half of [0, 1]) {
  const weights = learn(rows.filter((row) => row.half !== half));
  console.log(
    `Half ${half}, never seen:`,
    rates(
      weights,
      rows.filter((row) => row.half === half),
    ),
  );
}
const weights = learn(rows);
console.log('All rows:', rates(weights, rows));
writeFileSync(join(ROOT, 'src/safety/injection/injection-weights.ts'), source(weights));

function row(set: string, label: number, text: string): Row {
  const { text: clean } = cleanText(text);
  const { windows } = readInjectionFeatures(clean, tokenize(clean));
  const half = (createHash('sha256').update(text).digest()[1] ?? 0) & 1;
  return { set, label, half, windows: windows.map(windowInputs) };
}

function publicRows(path: string): Row[] {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const { set, label, text } = JSON.parse(line) as { set: string; label: number; text: string };
    return row(set, label, text);
  });
}

function ownRows(): Row[] {
  const read = (name: string, label: number) =>
    readFileSync(join(ROOT, 'test/safety/fixtures', name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => row('own', label, line.replaceAll('\\n', '\n')));
  return [...read('injections.txt', 1), ...read('look-alikes.txt', 0)];
}

function documents(): Row[] {
  const folders = [join(ROOT, 'node_modules'), join(ROOT, 'docs')];
  const paths = folders.flatMap((from) =>
    readdirSync(from, { recursive: true }).map((path) => join(from, String(path))),
  );
  return paths
    .filter((path) => /\.md$/i.test(path) && isShort(path))
    .map((path) => row('documents', 0, readFileSync(path, 'utf8')));
}

function isShort(path: string): boolean {
  const { size } = statSync(path);
  return size > 300 && size < 300_000;
}

/** Logistic regression on the worst window of each text, chosen anew in every round. */
function learn(taught: readonly Row[]): Float64Array {
  const expected = Float64Array.from(
    { length: BIAS + 1 },
    (_, index) => EXPECTED[FEATURE_NAMES[index] ?? ''] ?? 0,
  );
  const weights = Float64Array.from(expected);
  weights[BIAS] = -3.5;
  for (let round = 0; round < ROUNDS; round++) {
    const chosen = taught.map(({ windows, label, set }) => ({
      inputs: worst(weights, windows).inputs,
      label,
      importance: IMPORTANCE[set] ?? 1,
    }));
    descend(weights, expected, chosen);
  }
  return weights;
}

function descend(
  weights: Float64Array,
  expected: Float64Array,
  chosen: readonly { readonly inputs: Float64Array; readonly label: number; readonly importance: number }[],
): void {
  const total = chosen.reduce((sum, { importance }) => sum + importance, 0);
  const means = new Float64Array(weights.length);
  const squares = new Float64Array(weights.length);
  for (let step = 1; step <= STEPS; step++) {
    const slope = weights.map((weight, index) =>
      index === BIAS ? 0 : PULL * (weight - (expected[index] ?? 0)),
    );
    for (const { inputs, label, importance } of chosen) {
      const error = ((1 / (1 + Math.exp(-odds(weights, inputs))) - label) * importance) / total;
      for (let index = 0; index < BIAS; index++)
        slope[index] = (slope[index] ?? 0) + error * (inputs[index] ?? 0);
      slope[BIAS] = (slope[BIAS] ?? 0) + error;
    }
    weights.forEach((weight, index) => {
      const mean = 0.9 * (means[index] ?? 0) + 0.1 * (slope[index] ?? 0);
      const square = 0.999 * (squares[index] ?? 0) + 0.001 * (slope[index] ?? 0) ** 2;
      means[index] = mean;
      squares[index] = square;
      const move = (0.05 * (mean / (1 - 0.9 ** step))) / (Math.sqrt(square / (1 - 0.999 ** step)) + 1e-8);
      weights[index] = bounded(index, weight - move);
    });
  }
}

function bounded(index: number, weight: number): number {
  if (index === BIAS) return weight;
  if (index === LENGTH) return Math.min(0, Math.max(LEAST_LENGTH, weight));
  const least = LEAST[FEATURE_NAMES[index] ?? ''];
  return least === undefined ? Math.max(0, weight) : Math.min(0, Math.max(least, weight));
}

function odds(weights: Float64Array, inputs: Float64Array): number {
  let sum = weights[BIAS] ?? 0;
  for (let index = 0; index < BIAS; index++) sum += (weights[index] ?? 0) * (inputs[index] ?? 0);
  return sum;
}

function worst(weights: Float64Array, windows: readonly Float64Array[]) {
  const scored = windows.map((inputs) => ({ inputs, odds: odds(weights, inputs) }));
  return scored.reduce((one, other) => (other.odds > one.odds ? other : one));
}

function rates(weights: Float64Array, judged: readonly Row[]): string {
  const sets = new Map<string, [number, number]>();
  for (const { set, label, windows } of judged) {
    const key = label === 1 ? `${set} (found)` : `${set} (false)`;
    const [hits, all] = sets.get(key) ?? [0, 0];
    sets.set(key, [hits + (worst(weights, windows).odds > MARGIN ? 1 : 0), all + 1]);
  }
  return [...sets].map(([set, [hits, all]]) => `${set} ${hits}/${all}`).join(', ');
}

function source(weights: Float64Array): string {
  const shown = (index: number) => String(Math.round((weights[index] ?? 0) * 100) / 100);
  return [
    '/** Written by `node bench/safety-fit.ts`: what each rule weighs for or against an injection. Do not edit by hand. */',
    `export const INJECTION_BIAS = ${Math.round(((weights[BIAS] ?? 0) - MARGIN) * 100) / 100};`,
    '',
    "/** Of the logarithm of a window's length: many words hold more of everything. */",
    `export const LENGTH_WEIGHT = ${shown(LENGTH)};`,
    '',
    'export const INJECTION_WEIGHTS: Readonly<Record<string, number>> = {',
    ...FEATURE_NAMES.map((name, index) => `  ${name}: ${shown(index)},`),
    '};',
    '',
  ].join('\n');
}
