/** The anchors: the least a Temporal user would write by hand for the same work. Bundled for the raw worker. */
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';

interface RawActivities {
  work(input: { resource: string }): Promise<unknown>;
  gather(results: unknown[]): Promise<unknown>;
}
const local = proxyLocalActivities<RawActivities>({ startToCloseTimeout: '10 seconds' });
const normal = proxyActivities<RawActivities>({ startToCloseTimeout: '10 seconds' });

export async function oneLocal(): Promise<unknown> {
  return local.work({ resource: 'cpu' });
}

export async function oneNormal(): Promise<unknown> {
  return normal.work({ resource: 'cpu' });
}

export async function fanOut(count: number): Promise<unknown> {
  const results = await Promise.all(Array.from({ length: count }, () => normal.work({ resource: 'cpu' })));
  return normal.gather(results);
}
