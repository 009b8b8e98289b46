/** Started by download-cli.ts: lets the SDK download the CLI into the folder given, by starting and stopping it once. */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const folder = process.argv[2];
if (folder === undefined) throw new Error('The folder to download into is missing');

try {
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir: folder } },
  });
  await environment.teardown();
} catch (error) {
  console.error(error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error));
  process.exitCode = 1;
}
