/** Builds the workflow bundle into the file named by the first argument. Run as a script, also by the image build. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error('Usage: node bundle-workflows.ts FILE');
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const quiet = () => undefined;
const workflowsPath = fileURLToPath(new URL(`./workflows/index.${extension}`, import.meta.url));
const { code } = await bundleWorkflowCode({
  workflowsPath,
  // Our modules keep no state, so they are evaluated once and shared, not once a workflow.
  preloadModules: [workflowsPath],
  logger: {
    log: quiet,
    trace: quiet,
    debug: quiet,
    info: quiet,
    warn: (message) => console.error(message),
    error: (message) => console.error(message),
  },
});
await writeFile(target, code);
