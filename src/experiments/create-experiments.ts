/** A/B experiments over the store: who is answered in which style, what was thought of it, and what follows from that. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import type { LeaderboardRow } from '../core/experiments/experiment-services.ts';
import { GROUP_POLICIES, type Policy } from '../core/experiments/policy.ts';
import { pythonIso } from '../core/experiments/python-text.ts';
import { styleText } from '../core/experiments/style-text.ts';
import { wilsonLowerBound } from '../core/experiments/wilson.ts';
import type { ExperimentStore, StyleScore } from '../ports/experiment-store.ts';
import type { Assignment, Experiments, PolicyState } from '../ports/experiments.ts';
import { assignGroup } from './assign-group.ts';
import { PolicyBook } from './policy-book.ts';

const DAY_MS = 86_400_000;
/** Anybody may send one, and each is stored. */
const MOST_SESSION_ID = 200;
const SCORES = ['1', '2', '3', '4', '5'] as const;

export interface ExperimentsOptions {
  readonly store: ExperimentStore;
  /** Epoch ms, with fractions. */
  readonly now: () => number;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly logger: { warn(fields: Record<string, unknown>, message: string): void };
}

export function createExperiments(options: ExperimentsOptions): Experiments {
  const { store, now, random } = options;
  const book = new PolicyBook(options);

  async function assign(userId: string, isDeterministic: boolean, policy?: string): Promise<Assignment> {
    const group = assignGroup(userId);
    const name = policy ?? GROUP_POLICIES[group];
    const entry = await book.entry(name);
    return {
      group,
      policy: entry.policy.name,
      style: book.pick(entry, isDeterministic),
      weights: entry.weights,
    };
  }

  return {
    assign,
    async predict({ userId, prompt, sessionId, isDeterministic }, interactionId, { uses, event }) {
      const assignment = await assign(userId, isDeterministic);
      const atMs = now();
      const text = styleText(assignment.style, prompt, pythonIso(atMs), random());
      const { group, style, policy } = assignment;
      const interaction = {
        id: interactionId,
        atMs: Math.floor(atMs),
        sessionId: sessionId?.slice(0, MOST_SESSION_ID) ?? null,
        group,
        style,
        policy,
      };
      await store.record({ interaction, uses, event });
      return { ...assignment, interactionId, text };
    },
    weightsOf: async (name) => (await book.entry(name)).weights,
    policies: async () => (await book.all()).map(stateOf),
    async setPolicy(policy: Policy) {
      await book.put(policy);
      return stateOf(await book.entry(policy.name));
    },
    counts: () => store.counts(),
    resetCounts: () => store.resetCounts(Math.floor(now()) + 1),
    leaderboard: async (days) => {
      const cutoffMs = Math.floor(now() / 1_000) * 1_000 - days * DAY_MS;
      return (await store.leaderboard(cutoffMs)).map(rowOf);
    },
    async addFeedback(feedback) {
      const id = randomUUID();
      const isKnown = await store.addFeedback({ ...feedback, id, atMs: Math.floor(now()) });
      if (!isKnown)
        throw new AppError(
          'not_found',
          `interaction_id ${feedback.interactionId} is not known: send one that /predict_ab has answered with, or none`,
        );
      return id;
    },
    async feedbackSummary(sinceMs) {
      const found = await store.histogram(sinceMs);
      const histogram = Object.fromEntries(SCORES.map((score) => [score, found.get(Number(score)) ?? 0]));
      const count = Object.values(histogram).reduce((sum, times) => sum + times, 0);
      const total = Object.entries(histogram).reduce((sum, [score, times]) => sum + Number(score) * times, 0);
      return { count, average: count === 0 ? null : total / count, histogram };
    },
    recentFeedback: (limit) => store.recentFeedback(limit),
  };
}

function rowOf({ group, style, count, total, positive, negative }: StyleScore): LeaderboardRow {
  return {
    group,
    persona: style,
    n_feedback: count,
    avg_score: count === 0 ? 0 : total / count,
    pos: positive,
    neg: negative,
    wilson_lb: wilsonLowerBound(positive, count),
  };
}

function stateOf(entry: Awaited<ReturnType<PolicyBook['entry']>>): PolicyState {
  const { policy, weights, beliefs, rewards } = entry;
  if (beliefs === null) return { ...policy, weights, learned: null };
  const learned = Object.keys(beliefs).map((style) => {
    const { count, total } = rewards[style] ?? { count: 0, total: 0 };
    return [style, { count, average: count === 0 ? null : total / count, share: weights[style] ?? 0 }];
  });
  return { ...policy, learned: Object.fromEntries(learned) };
}
