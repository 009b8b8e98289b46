/**
 * What a client may ask of the prediction service a day, by its plan. Counted by the ledger, so that caps hold over all
 * processes and a restart; all plans of a client share one count.
 */
import { createHash, randomUUID } from 'node:crypto';
import { type LabPlan, labPlanOf, UNCOUNTED_CAP } from '../core/experiments/lab-plan.ts';
import { resetTime } from '../core/quota/quota-day.ts';
import type { ExperimentStore, QuotaEvent } from '../ports/experiment-store.ts';
import type { LabClient, LabDecision, Monetization } from '../ports/experiments.ts';
import type { Ledger } from '../ports/ledger.ts';

const METER = 'predict_requests';
const RECENT_EVENTS = 20;
/** Longer ids are charged and shown by their hash: an id is no place to store things. */
const MAX_ID_LENGTH = 128;
const ADDRESS = 'ip:';

export interface MonetizationOptions {
  readonly settings: Monetization['settings'];
  readonly ledger: Pick<Ledger, 'take' | 'usedOf' | 'giveBack' | 'day'>;
  readonly store: Pick<ExperimentStore, 'record' | 'quotaEvents'>;
  /** An address as it may be stored: nobody can read it back. */
  readonly hashAddress: (ip: string) => string;
  /** An address as others may see it. */
  readonly shortenAddress: (ip: string) => string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly logger: { warn(fields: Record<string, unknown>, message: string): void };
}

export function createMonetization(options: MonetizationOptions): Monetization {
  const { settings, ledger, store } = options;
  const capOf = (plan: LabPlan) => (plan === 'FREE' ? settings.freeDailyRequests : UNCOUNTED_CAP);
  const subjectOf = ({ id }: LabClient) => {
    if (id.startsWith(ADDRESS)) return `client:${ADDRESS}${options.hashAddress(id.slice(ADDRESS.length))}`;
    return `client:${bounded(id)}`;
  };
  const shownId = ({ id }: LabClient) =>
    id.startsWith(ADDRESS) ? ADDRESS + options.shortenAddress(id.slice(ADDRESS.length)) : bounded(id);

  async function take(client: LabClient, key: string, isTest = false): Promise<LabDecision> {
    if (!settings.isEnabled)
      return { isAllowed: true, used: 0, cap: UNCOUNTED_CAP, allowance: { uses: [], event: null } };
    const cap = capOf(client.plan);
    const taken = await ledger.take({ key, subject: subjectOf(client), meter: METER, limit: cap });
    const outcome: QuotaEvent['outcome'] = `${isTest ? 'TEST_' : ''}${taken.isGranted ? 'ALLOWED' : 'DENIED_CAP'}`;
    const event = {
      atMs: Math.floor(options.now()),
      client: shownId(client),
      plan: client.plan,
      outcome,
      used: taken.used,
      cap,
    };
    const allowance = { uses: taken.uses, event };
    if (!taken.isGranted) {
      // Nobody waits for the note of a refusal.
      store
        .record({ interaction: null, ...allowance })
        .catch((error: unknown) => options.logger.warn({ err: error }, 'a refusal could not be noted'));
    }
    return { isAllowed: taken.isGranted, used: taken.used, cap, allowance };
  }

  const usage: Monetization['usage'] = async (client) => ({
    used: await ledger.usedOf(subjectOf(client), METER),
    cap: capOf(client.plan),
  });

  return {
    settings,
    clientOf(clientId, plan, ip) {
      const id = clientId === undefined || clientId === '' ? ADDRESS + ip : clientId;
      return { id, plan: settings.allowsHeaderPlans ? labPlanOf(plan) : 'FREE' };
    },
    shownId,
    take: (client, key) => take(client, key),
    giveBack: (key, { uses }) => ledger.giveBack(key, uses),
    usage,
    async test(client) {
      const key = randomUUID();
      const { isAllowed, allowance } = await take(client, key, true);
      if (isAllowed && allowance.event !== null) {
        try {
          await store.record({ interaction: null, ...allowance });
        } catch (error) {
          await ledger.giveBack(key, allowance.uses);
          throw error;
        }
      }
      return usage(client);
    },
    events: () => store.quotaEvents(RECENT_EVENTS),
    resetTime: () => resetTime(ledger.day()),
  };
}

function bounded(id: string): string {
  return id.length <= MAX_ID_LENGTH ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`;
}
