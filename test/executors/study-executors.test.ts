/** What is special about the executors of studies; the contract is tested for all. */
import { describe, expect, it } from 'vitest';
import feedbackReport from '../../executors/feedback-report-executor.ts';
import personaConversation from '../../executors/persona-conversation-executor.ts';
import personaTurn from '../../executors/persona-turn-executor.ts';
import conversationCheck from '../../executors/study-check-executor.ts';
import studyPersonas from '../../executors/study-personas-executor.ts';
import studyRound from '../../executors/study-round-executor.ts';
import studyStore from '../../executors/study-store-executor.ts';
import { AppError } from '../../src/core/errors.ts';
import type { AnyExecutor, ExecutorContext } from '../../src/core/executor.ts';
import type { ExecutorServices } from '../../src/core/executor-services.ts';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import type { ChatRequest, LlmClient } from '../../src/core/llm/chat.ts';
import type { PersonaEntry } from '../../src/core/persona/persona.ts';
import type { FinishedStudy } from '../../src/core/study/finished-study.ts';
import { SAMPLE_PERSONAS } from '../core/study/sample-personas.ts';
import { reportOn } from '../llm/study-answers.ts';
import { makeContext } from './make-context.ts';

const FEATURE = 'Dark mode';
const NO_EXIT = { exit: null, findings: [], elapsed_ms: 1 };
const EXIT = { reason: 'jailbreak_detected', severity: 'medium', message: 'No.', details: {} };
const turn = (persona_id: number, text: string, more: object = {}) => ({
  persona_id,
  name: `P${persona_id}`,
  round: 1,
  text,
  ...more,
});
const results = (...values: JsonValue[]) =>
  new Map(values.map((value, index) => [`task-${index}`, value] as const));

function run<Output>(
  executor: { run(context: never): Promise<Output> },
  input: JsonObject,
  overrides: Partial<ExecutorContext<unknown>> = {},
): Promise<Output> {
  return executor.run(makeContext(executor as unknown as AnyExecutor, input, overrides) as never);
}

function withPersonas(
  getMany: (ids: readonly number[]) => Promise<readonly PersonaEntry[]>,
): ExecutorServices {
  const { services } = makeContext(studyPersonas as AnyExecutor, { persona_ids: [1] });
  return { ...services, personas: { ...services.personas, getMany: (ids) => getMany(ids) as never } };
}

/** A model that says the same to everybody, piece by piece. */
function saying(text: string, asked: ChatRequest[] = [], isDemo = false): LlmClient {
  const answer = {
    text,
    toolCalls: [],
    finishReason: 'stop',
    model: 'm',
    provider: 'p',
    usage: { inputTokens: 3, outputTokens: 2 },
    isDemo,
  } as const;
  return {
    chat: async (request) => {
      asked.push(request);
      return answer;
    },
    async *stream(request) {
      asked.push(request);
      for (const word of text.split(/(?<= )/))
        yield { type: 'delta', text: word, ...(isDemo ? { isDemo: true as const } : {}) };
      yield { type: 'final', answer };
    },
    route: async () => {
      throw new AppError('task_failed', 'not asked');
    },
  };
}

describe('a turn', () => {
  const input = { feature: FEATURE, personas: SAMPLE_PERSONAS as unknown as JsonValue, persona_id: 2 };

  it('streams what the model says, and keeps it without the name', async () => {
    const context = makeContext(personaTurn as AnyExecutor, input, {
      llm: saying('Tom Okafor: Fine with me.'),
    });
    const said = await personaTurn.run(context as never);
    expect(said).toEqual({ persona_id: 2, name: 'Tom Okafor', round: 1, text: 'Fine with me.', model: 'm' });
    expect(context.deltas.join('')).toBe('Tom Okafor: Fine with me.');
  });

  it('speaks by rules where the answer was canned, and shows none of the canned words', async () => {
    const context = makeContext(personaTurn as AnyExecutor, input, {
      llm: saying('This is simulated', [], true),
    });
    const said = await personaTurn.run(context as never);
    expect(said.model).toBeNull();
    expect(said.text).not.toContain('simulated');
    expect(context.deltas).toEqual([]);
  });

  it('of a model that says nothing is tried again; of a persona that is not there it is not', async () => {
    await expect(run(personaTurn, input, { llm: saying(' \u0000 ') })).rejects.toMatchObject({
      code: 'task_transient',
      retryable: true,
    });
    await expect(run(personaTurn, { ...input, persona_id: 99 })).rejects.toMatchObject({
      code: 'task_input_invalid',
      message: expect.stringContaining('99'),
    });
  });
});

describe('a round', () => {
  it('hands on what was said, in order, and what is a demo', async () => {
    const before = turn(1, 'before');
    const { result } = await run(
      studyRound,
      { conversation: [before] },
      {
        dependencies: results({ other: 1 }, turn(2, 'b', { model: 'm' }), turn(1, 'a', { demo_mode: true })),
      },
    );
    expect(result.said).toEqual([turn(2, 'b'), turn(1, 'a', { demo: true })]);
    expect(result.conversation).toEqual([before, ...result.said]);
  });

  it('without turns is a mistake in the tree', async () => {
    await expect(run(studyRound, {}, { dependencies: results({ result: 1 }) })).rejects.toThrow('No turn');
  });
});

describe('loading the personas', () => {
  const services = withPersonas(async (ids) =>
    ids.flatMap((id) => SAMPLE_PERSONAS.filter((persona) => persona.id === id)),
  );

  it('gives what a study knows of them, and nothing else', async () => {
    const { result } = await run(
      studyPersonas,
      { persona_ids: [3, 1] },
      { services, dependencies: results(NO_EXIT) },
    );
    expect(result.personas).toEqual([SAMPLE_PERSONAS[2], SAMPLE_PERSONAS[0]]);
  });

  it('ends the study where the check stands against it', async () => {
    await expect(
      run(
        studyPersonas,
        { persona_ids: [1] },
        { services, dependencies: results({ ...NO_EXIT, exit: EXIT }) },
      ),
    ).rejects.toThrow('jailbreak_detected');
  });
});

describe('the check of what was said', () => {
  const finding = { type: 'email', category: 'pii', start: 5, end: 12, score: 1 };
  const check = async (_id: string, { text }: JsonObject) =>
    String(text).includes('@')
      ? { ...NO_EXIT, exit: EXIT, findings: [finding] }
      : { ...NO_EXIT, findings: [finding] };

  it('masks the turns it finds something in, and says what it was', async () => {
    const rounds = results(
      { result: { said: [turn(1, 'fine'), turn(2, 'mail a@b.com now')], conversation: [] } },
      { result: { said: [turn(1, 'more')], conversation: [] } },
    );
    const { result } = await run(conversationCheck, {}, { dependencies: rounds, runExecutor: check });
    expect(result.conversation.map(({ text }) => text)).toEqual(['fine', 'mail [email] now', 'more']);
    expect(result.conversation[1]?.redacted).toBe(true);
    expect(result).toMatchObject({ redacted_turns: 1, output_exit: EXIT });
  });

  it('fails when the check cannot be understood: nothing unchecked goes on', async () => {
    const turns = [turn(1, 'x')];
    await expect(run(conversationCheck, { turns }, { runExecutor: async () => ({}) })).rejects.toThrow(
      'exit',
    );
    await expect(run(conversationCheck, {})).rejects.toThrow('No conversation');
  });
});

describe('a conversation in one task', () => {
  const services = withPersonas(async () => SAMPLE_PERSONAS.slice(0, 2));

  it('has everybody speak in each round as a step, knowing the rounds before', async () => {
    const asked: ChatRequest[] = [];
    const steps: string[] = [];
    const llm = saying('Yes.', asked);
    const { conversation, usage } = await run(
      personaConversation,
      { feature: FEATURE, persona_ids: [1, 2], turns: 2 },
      {
        services,
        llm,
        step: (name, work) => {
          steps.push(name);
          return work({ idempotencyKey: name, llm, runExecutor: async () => null });
        },
      },
    );
    expect(steps).toEqual([
      'round 1: Maria Keller',
      'round 1: Tom Okafor',
      'round 2: Maria Keller',
      'round 2: Tom Okafor',
    ]);
    expect(conversation.map(({ persona_id, round }) => [persona_id, round])).toEqual([
      [1, 1],
      [2, 1],
      [1, 2],
      [2, 2],
    ]);
    expect(usage).toEqual({ input_tokens: 12, output_tokens: 8 });
    const heard = asked.map(
      ({ messages }) => String(messages[1]?.content).match(/"text": "Yes\."/g)?.length ?? 0,
    );
    expect(heard).toEqual([0, 0, 2, 2]);
  });

  it('by rules is the same each time', () => {
    const demo = () =>
      personaConversation.demo({
        input: { feature: FEATURE, persona_ids: [3, 3, 8], turns: 2 },
        task: { id: 't', name: 't' },
      });
    expect(demo()).toEqual(demo());
    expect(demo().conversation.map(({ persona_id }) => persona_id)).toEqual([3, 8, 3, 8]);
  });
});

describe('a report', () => {
  it('is the model’s, else the rules’', async () => {
    const conversation = [turn(1, 'I like the price.'), turn(2, 'I am worried about my data.')];
    const wanted = reportOn(conversation.map((one, index) => ({ ...one, turn: index + 1 })));
    const made = await run(
      feedbackReport,
      { feature: FEATURE, conversation },
      { llm: saying(JSON.stringify(wanted)) },
    );
    expect(made).toMatchObject({ summary: wanted.summary, repairs: 0, dropped_quotes: 0, model: 'm' });
    const canned = await run(
      feedbackReport,
      { feature: FEATURE, conversation },
      { llm: saying('{}', [], true) },
    );
    expect(canned.model).toBeNull();
    expect(canned.themes.map(({ name }) => name)).toContain('Privacy and data');
  });
});

describe('keeping a study', () => {
  const kept: FinishedStudy[] = [];
  const studies = {
    save: async (study: FinishedStudy) => {
      kept.push(study);
    },
  };
  const input = { feature: FEATURE, persona_ids: [1, 2], turns: 1, demo_reason: 'no_llm_key' };
  const services = { ...makeContext(studyStore as AnyExecutor, input).services, studies };
  const checked = {
    result: { conversation: [turn(1, 'a', { demo: true })], output_exit: null, redacted_turns: 0 },
  };

  it('writes what its tasks came to, under its own id', async () => {
    const report = {
      ...reportOn([{ ...turn(1, 'a'), turn: 1 }]),
      model: null,
      repairs: 0,
      dropped_quotes: 0,
    };
    const dependencies = results(
      NO_EXIT,
      { result: { personas: SAMPLE_PERSONAS.slice(0, 1) } } as never,
      checked,
      report,
    );
    const answer = await run(studyStore, input, { services, dependencies });
    expect(answer).toEqual({
      study_id: 'task-1',
      status: 'completed',
      exit_reason: null,
      turns: 1,
      demo_turns: 1,
      summary: report.summary,
    });
    expect(kept.at(-1)).toMatchObject({
      studyId: 'task-1',
      userId: 'user-1',
      demoReason: 'no_llm_key',
      topic: { feature: FEATURE, persona_ids: [1, 2], turns: 1 },
      conversation: [{ turn: 1, round: 1, persona_id: 1, demo: true }],
    });
  });

  it('writes why a study was blocked', async () => {
    const dependencies = results({ ...NO_EXIT, exit: EXIT });
    const answer = await run(studyStore, input, { services, dependencies });
    expect(answer).toMatchObject({ status: 'blocked', exit_reason: 'jailbreak_detected', turns: 0 });
    expect(kept.at(-1)).toMatchObject({ status: 'blocked', exit: EXIT, conversation: [], report: null });
  });

  it('with nothing to keep is a mistake in the tree', async () => {
    await expect(run(studyStore, input, { services, dependencies: results(NO_EXIT) })).rejects.toThrow(
      'Nothing to keep',
    );
  });
});
