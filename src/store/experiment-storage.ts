/** The verbs on the rows of A/B experiments, written once for both databases. */
import type { AbGroup, Policy, PolicyKind } from '../core/experiments/policy.ts';
import { uuidV7 } from '../core/ids.ts';
import type {
  ExperimentEntry,
  ExperimentStore,
  Interaction,
  NewFeedback,
  QuotaEvent,
  StyleScore,
} from '../ports/experiment-store.ts';
import { GroupWriter } from './group-writer.ts';
import type { Row } from './schema.ts';
import type { Database, Session } from './session.ts';
import { confirmUses } from './use-storage.ts';

const RESET_MARK = 'counts_reset';
/** What `/monetization/metrics` looks back on. */
const KEPT_EVENTS_MS = 7 * 86_400_000;

/** `write`: one transaction that may be repeated after a lost connection. */
export function createExperimentStorage(database: Pick<Database, 'read' | 'write'>): ExperimentStore & {
  drained(): Promise<void>;
} {
  const writer = new GroupWriter<ExperimentEntry>((entries) =>
    database.write((session) => writeEntries(session, entries)),
  );
  const read = (sql: string, parameters: (string | number)[] = []) =>
    database.read((session) => session.query(sql, parameters));
  return {
    record: (entry) => writer.add(entry),
    drained: () => writer.drained(),
    addFeedback: (feedback) => database.write((session) => writeFeedback(session, feedback)),
    counts: async () => {
      const rows = await read(
        `SELECT ab_group, style, CAST(count(*) AS integer) AS times FROM interactions
         WHERE at_ms >= coalesce((SELECT max(at_ms) FROM experiment_marks WHERE name = $1), 0)
         GROUP BY ab_group, style ORDER BY ab_group, style`,
        [RESET_MARK],
      );
      return rows.map((row) => ({
        group: row['ab_group'] as AbGroup,
        style: String(row['style']),
        count: Number(row['times']),
      }));
    },
    resetCounts: (atMs) =>
      database.write((session) =>
        session.insert('experiment_marks', [{ name: RESET_MARK, at_ms: atMs }], 'upsert'),
      ),
    leaderboard: (sinceMs) => database.read((session) => readLeaderboard(session, sinceMs)),
    histogram: async (sinceMs) => {
      const rows = await read(
        `SELECT score, CAST(count(*) AS integer) AS times FROM feedback
         WHERE at_ms >= $1 GROUP BY score`,
        [sinceMs ?? 0],
      );
      return new Map(rows.map((row) => [Number(row['score']), Number(row['times'])]));
    },
    recentFeedback: async (limit) => {
      const rows = await read(
        'SELECT id, interaction_id, session_id, score, notes, at_ms FROM feedback ORDER BY at_ms DESC, id LIMIT $1',
        [limit],
      );
      return rows.map(rowToFeedback);
    },
    rewards: async () => {
      const rows = await read(
        `SELECT policy, style, CAST(count(*) AS integer) AS times, CAST(sum(score) AS integer) AS total FROM feedback
         WHERE policy <> $1 GROUP BY policy, style`,
        [''],
      );
      return rows.map((row) => ({
        policy: String(row['policy']),
        style: String(row['style']),
        count: Number(row['times']),
        total: Number(row['total']),
      }));
    },
    policies: async () =>
      (await read('SELECT name, kind, weights FROM policies ORDER BY name')).map(rowToPolicy),
    putPolicy: ({ name, kind, weights }, at) =>
      database.write((session) =>
        session.insert(
          'policies',
          [{ name, kind, weights: JSON.stringify(weights), updated_at: at }],
          'upsert',
        ),
      ),
    ...quotaVerbs(database),
    ...answerVerbs(database),
    purge: (nowMs) =>
      database.write(async (session) => {
        await session.query('DELETE FROM quota_events WHERE at_ms < $1', [nowMs - KEPT_EVENTS_MS]);
        await session.query('DELETE FROM kept_answers WHERE expires_ms < $1', [nowMs]);
      }),
  };
}

async function writeEntries(session: Session, entries: readonly ExperimentEntry[]): Promise<void> {
  await confirmUses(
    session,
    entries.flatMap(({ uses }) => uses),
  );
  await session.insert(
    'interactions',
    entries.flatMap(({ interaction }) => (interaction === null ? [] : [interactionToRow(interaction)])),
    'once',
  );
  const events = entries.flatMap(({ event }) => (event === null ? [] : [eventToRow(event)]));
  await session.insert('quota_events', events, 'once');
}

async function writeFeedback(session: Session, feedback: NewFeedback): Promise<boolean> {
  const [interaction] =
    feedback.interactionId === null
      ? []
      : await session.query('SELECT at_ms, ab_group, style, policy FROM interactions WHERE id = $1', [
          feedback.interactionId,
        ]);
  if (feedback.interactionId !== null && interaction === undefined) return false;
  const row = {
    id: feedback.id,
    interaction_id: JSON.stringify(feedback.interactionId),
    session_id: JSON.stringify(feedback.sessionId),
    score: feedback.score,
    notes: JSON.stringify(feedback.notes),
    at_ms: feedback.atMs,
    ab_group: interaction?.['ab_group'] ?? '',
    style: interaction?.['style'] ?? '',
    policy: interaction?.['policy'] ?? '',
    interaction_at_ms: interaction === undefined ? null : Number(interaction['at_ms']),
  };
  await session.insert('feedback', [row], 'once');
  return true;
}

async function readLeaderboard(session: Session, sinceMs: number): Promise<StyleScore[]> {
  const since = [sinceMs];
  const pairs = await session.query(
    `SELECT DISTINCT ab_group, style FROM interactions WHERE at_ms >= $1 ORDER BY ab_group, style`,
    since,
  );
  const scores = await session.query(
    `SELECT ab_group, style, CAST(count(*) AS integer) AS times, CAST(sum(score) AS integer) AS total,
       CAST(sum(CASE WHEN score >= 4 THEN 1 ELSE 0 END) AS integer) AS positive,
       CAST(sum(CASE WHEN score <= 2 THEN 1 ELSE 0 END) AS integer) AS negative
     FROM feedback WHERE interaction_at_ms >= $1 GROUP BY ab_group, style`,
    since,
  );
  const byPair = new Map(scores.map((row) => [`${row['ab_group']} ${row['style']}`, row]));
  return pairs.map((pair) => {
    const score = byPair.get(`${pair['ab_group']} ${pair['style']}`);
    return {
      group: pair['ab_group'] as AbGroup,
      style: String(pair['style']),
      count: Number(score?.['times'] ?? 0),
      total: Number(score?.['total'] ?? 0),
      positive: Number(score?.['positive'] ?? 0),
      negative: Number(score?.['negative'] ?? 0),
    };
  });
}

function quotaVerbs(database: Pick<Database, 'read'>): Pick<ExperimentStore, 'quotaEvents'> {
  return {
    quotaEvents: (recent) =>
      database.read(async (session) => {
        const tally = async (column: string, rest: string) =>
          (
            await session.query(
              `SELECT ${column} AS name, CAST(count(*) AS integer) AS times FROM quota_events GROUP BY ${column} ${rest}`,
            )
          ).map((row) => [String(row['name']), Number(row['times'])] as const);
        const newest = await session.query(
          'SELECT id, at_ms, client, plan, outcome, used, cap FROM quota_events ORDER BY at_ms DESC, id DESC LIMIT $1',
          [recent],
        );
        return {
          plans: await tally('plan', 'ORDER BY plan'),
          clients: await tally('client', 'ORDER BY times DESC, client LIMIT 10'),
          recent: newest.reverse().map(rowToEvent),
        };
      }),
  };
}

function answerVerbs(
  database: Pick<Database, 'read' | 'write'>,
): Pick<ExperimentStore, 'keptAnswer' | 'keepAnswer'> {
  return {
    keptAnswer: (key, nowMs) =>
      database.read(async (session) => {
        const [row] = await session.query('SELECT * FROM kept_answers WHERE key = $1 AND expires_ms > $2', [
          key,
          nowMs,
        ]);
        if (row === undefined) return null;
        const { fingerprint, answer } = row;
        return {
          key,
          fingerprint: String(fingerprint),
          answer: String(answer),
          expiresMs: Number(row['expires_ms']),
        };
      }),
    keepAnswer: ({ key, fingerprint, answer, expiresMs }, most, nowMs) =>
      database.write(async (session) => {
        await session.query('DELETE FROM kept_answers WHERE expires_ms <= $1', [nowMs]);
        await session.insert('kept_answers', [{ key, fingerprint, answer, expires_ms: expiresMs }], 'upsert');
        await session.query(
          'DELETE FROM kept_answers WHERE key IN (SELECT key FROM kept_answers ORDER BY expires_ms DESC, key OFFSET $1)',
          [most],
        );
      }),
  };
}

function interactionToRow({ id, atMs, sessionId, group, style, policy }: Interaction): Row {
  return { id, at_ms: atMs, session_id: JSON.stringify(sessionId), ab_group: group, style, policy };
}

function eventToRow({ atMs, client, plan, outcome, used, cap }: QuotaEvent): Row {
  return { id: uuidV7(atMs), at_ms: atMs, client, plan, outcome, used, cap };
}

function rowToEvent(row: Row): QuotaEvent {
  return {
    atMs: Number(row['at_ms']),
    client: String(row['client']),
    plan: String(row['plan']),
    outcome: row['outcome'] as QuotaEvent['outcome'],
    used: Number(row['used']),
    cap: Number(row['cap']),
  };
}

function rowToFeedback(row: Row): NewFeedback {
  const text = (name: string) => JSON.parse(String(row[name])) as string | null;
  return {
    id: String(row['id']),
    interactionId: text('interaction_id'),
    sessionId: text('session_id'),
    score: Number(row['score']),
    notes: text('notes'),
    atMs: Number(row['at_ms']),
  };
}

function rowToPolicy(row: Row): Policy {
  return {
    name: String(row['name']),
    kind: row['kind'] as PolicyKind,
    weights: JSON.parse(String(row['weights'])) as Policy['weights'],
  };
}
