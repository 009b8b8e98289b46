/** The rows of A/B experiments in memory. */
import type { Policy } from '../../../src/core/experiments/policy.ts';
import type {
  ExperimentStore,
  Interaction,
  KeptAnswer,
  NewFeedback,
  QuotaEvent,
} from '../../../src/ports/experiment-store.ts';

export function memoryExperiments(): ExperimentStore {
  const interactions: Interaction[] = [];
  const events: QuotaEvent[] = [];
  const feedback: (NewFeedback & { readonly of: Interaction | undefined })[] = [];
  const policies = new Map<string, Policy>();
  const answers = new Map<string, KeptAnswer>();
  let resetAtMs = 0;
  const pairs = (given: readonly Interaction[]) =>
    [...Map.groupBy(given, ({ group, style }) => `${group} ${style}`)]
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([, same]) => ({ group: same[0]?.group ?? 'A', style: same[0]?.style ?? '', count: same.length }));
  const tally = (names: readonly string[]) =>
    [...Map.groupBy(names, (name) => name)].map(([name, same]) => [name, same.length] as const);
  return {
    record: async ({ interaction, event }) => {
      if (interaction !== null) interactions.push(interaction);
      if (event !== null) events.push(event);
    },
    addFeedback: async (given) => {
      const of = interactions.find(({ id }) => id === given.interactionId);
      if (given.interactionId !== null && of === undefined) return false;
      feedback.push({ ...given, of });
      return true;
    },
    counts: async () => pairs(interactions.filter(({ atMs }) => atMs >= resetAtMs)),
    resetCounts: async (atMs) => {
      resetAtMs = atMs;
    },
    leaderboard: async (sinceMs) =>
      pairs(interactions.filter(({ atMs }) => atMs >= sinceMs)).map(({ group, style }) => {
        const scores = feedback
          .filter(
            ({ of }) => of !== undefined && of.atMs >= sinceMs && of.group === group && of.style === style,
          )
          .map(({ score }) => score);
        return {
          group,
          style,
          count: scores.length,
          total: scores.reduce((sum, score) => sum + score, 0),
          positive: scores.filter((score) => score >= 4).length,
          negative: scores.filter((score) => score <= 2).length,
        };
      }),
    histogram: async (sinceMs) =>
      new Map(
        tally(feedback.filter(({ atMs }) => atMs >= (sinceMs ?? 0)).map(({ score }) => String(score))).map(
          ([score, count]) => [Number(score), count],
        ),
      ),
    recentFeedback: async (limit) => feedback.toReversed().slice(0, limit),
    rewards: async () =>
      [...Map.groupBy(feedback, ({ of }) => `${of?.policy} ${of?.style}`)].map(([, same]) => ({
        policy: same[0]?.of?.policy ?? '',
        style: same[0]?.of?.style ?? '',
        count: same.length,
        total: same.reduce((sum, { score }) => sum + score, 0),
      })),
    policies: async () => [...policies.values()],
    putPolicy: async (policy) => void policies.set(policy.name, policy),
    quotaEvents: async (recent) => ({
      plans: tally(events.map(({ plan }) => plan)),
      clients: tally(events.map(({ client }) => client))
        .toSorted((left, right) => right[1] - left[1])
        .slice(0, 10),
      recent: events.slice(-recent),
    }),
    keptAnswer: async (key, nowMs) => {
      const kept = answers.get(key);
      return kept !== undefined && kept.expiresMs > nowMs ? kept : null;
    },
    keepAnswer: async (answer, most) => {
      answers.set(answer.key, answer);
      for (const key of [...answers.keys()].slice(0, -most)) answers.delete(key);
    },
    purge: async () => undefined,
  };
}
