/** A model's report is held against what was said. */
import { describe, expect, it } from 'vitest';
import type { ChatAnswer, ChatRequest, LlmClient } from '../../../src/core/llm/chat.ts';
import { makeReport } from '../../../src/core/study/make-report.ts';
import { numberTurns } from '../../../src/core/study/number-turns.ts';
import { placeQuote } from '../../../src/core/study/place-quote.ts';
import { readReport } from '../../../src/core/study/read-report.ts';
import { reportOn } from '../../llm/study-answers.ts';

const turns = numberTurns([
  { persona_id: 1, name: 'Ana', text: 'I’d use it —  if the\nprice stays. İstanbul is far.' },
  { persona_id: 2, name: 'Bo', text: 'Never. It is not for me.' },
  { persona_id: 1, name: 'Ana', text: 'Bo, it is not for me either.' },
]);

describe('a quotation', () => {
  const place = (text: string, turn = 1, persona_id = 1) => placeQuote({ text, turn, persona_id }, turns);

  it('is found as it stands, however it was typed', () => {
    expect(place('"i\'d USE it - if the price stays."')).toEqual({
      persona_id: 1,
      turn: 1,
      text: 'I’d use it —  if the\nprice stays.',
    });
    expect(place('…istanbul is')).toBeNull();
    expect(place('İstanbul is far')?.text).toBe('İstanbul is far');
  });

  it('is moved to where it was said, to the named turn or persona first', () => {
    expect(place('It is not for me', 7, 2)).toMatchObject({ turn: 2, persona_id: 2 });
    expect(place('it is not for me', 3, 2)).toMatchObject({
      turn: 3,
      persona_id: 1,
      text: 'it is not for me',
    });
    expect(place('never', 1, 1)).toEqual({ persona_id: 2, turn: 2, text: 'Never' });
  });

  it('that nobody said is none', () => {
    for (const text of ['I love it', '', '…', '""', 'I', 'price stays. Never'])
      expect(place(text)).toBeNull();
  });
});

describe('a report', () => {
  const good = reportOn(turns);

  it('keeps only personas that were there, and names them as they are called', () => {
    const [insight] = good.insights;
    const { report, problems } = readReport(
      JSON.stringify({
        ...good,
        insights: [{ ...insight, persona_ids: [99, 1, 1] }],
        sentiment: [
          ...good.sentiment.map((one) => ({ ...one, name: 'Evil <b>' })),
          { ...good.sentiment[0], persona_id: 99 },
        ],
      }),
      turns,
    );
    expect(problems).toEqual([]);
    expect(report?.insights[0]?.persona_ids).toEqual([1]);
    expect(report?.sentiment.map(({ name }) => name)).toEqual(['Ana', 'Bo']);
  });

  it.each([
    ['no JSON', 'Here you are!', 'JSON'],
    ['cut off', JSON.stringify(good).slice(0, 80), 'JSON'],
    [
      'a wrong word',
      JSON.stringify({ ...good, insights: [{ ...good.insights[0], severity: 'huge' }] }),
      'severity',
    ],
    ['somebody left out', JSON.stringify({ ...good, sentiment: good.sentiment.slice(1) }), 'persona 1'],
    ['no summary', JSON.stringify({ ...good, summary: ' ' }), 'summary'],
  ])('%s goes back with the reason', (_what, text, reason) => {
    const { report, problems } = readReport(text, turns);
    expect(report).toBeNull();
    expect(problems.join()).toContain(reason);
  });

  it('is asked for again at most twice, with what was wrong', async () => {
    const asked: ChatRequest[] = [];
    const client = (answers: string[]): LlmClient => ({
      chat: async (request) => {
        asked.push({ ...request, messages: [...request.messages] });
        return answer(answers.shift() ?? '');
      },
      // biome-ignore lint/correctness/useYield: not used here
      async *stream() {
        throw new Error('not asked');
      },
      route: async () => {
        throw new Error('not asked');
      },
    });
    const wish = { feature: 'f', turns, model: undefined, provider: undefined };
    const made = await makeReport(client(['no', '{}', JSON.stringify(good)]), wish);
    expect(made).toMatchObject({ repairs: 2, droppedQuotes: 0, report: { summary: good.summary } });
    expect(asked.map(({ messages }) => messages.length)).toEqual([2, 4, 6]);
    await expect(makeReport(client(['no', 'no', 'no', 'never']), wish)).rejects.toThrow('after 2 repairs');
    expect(asked).toHaveLength(6);
  });
});

function answer(text: string): ChatAnswer {
  return {
    text,
    toolCalls: [],
    finishReason: 'stop',
    model: 'm',
    provider: 'p',
    usage: null,
    isDemo: false,
  };
}
