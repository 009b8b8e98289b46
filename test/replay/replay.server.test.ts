/** Workflow code must replay every history ever recorded; code that was reordered must not. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { workflowBundle } from '../../src/temporal/workflow-bundle.ts';

const folder = new URL('./histories/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const history = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));

describe('recorded histories', () => {
  let codePath: string;
  beforeAll(async () => {
    codePath = await workflowBundle();
  });

  it('has one for each path', () => {
    expect(names.length).toBeGreaterThanOrEqual(11);
  });

  it.each(names)('%s replays', async (name) => {
    await Worker.runReplayHistory({ workflowBundle: { codePath } }, history(name));
  });
});

describe('a deliberate reorder', () => {
  it('is found by every history', async () => {
    const { code } = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('./reordered-workflows.ts', import.meta.url)),
      logger: new DefaultLogger('ERROR'),
    });
    for (const name of names) {
      await expect(
        Worker.runReplayHistory({ workflowBundle: { code } }, history(name)),
        name,
      ).rejects.toThrow(/[Nn]ondeterminism|DeterminismViolation/);
    }
  });
});
