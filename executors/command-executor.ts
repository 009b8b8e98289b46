/** Runs a program of the operator's choosing: off by default, never through a shell, ended with all it started. */
import { mkdir } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor } from '../src/core/executor.ts';
import { checkProgram } from './_check-program.ts';
import { runProgram } from './_run-program.ts';
import { splitCommand } from './_split-command.ts';

const ID = 'command_executor';
const MAX_TIMEOUT_SECONDS = 3_600;
const MAX_OUTPUT_BYTES = 1024 * 1024;
const OFF =
  'Command execution is disabled by default for security. An operator can switch it on: set TASKGROVE_ALLOW_COMMAND=1 ' +
  'and TASKGROVE_COMMAND_WHITELIST to the programs that may run.';

export default defineExecutor({
  id: ID,
  name: 'Command Executor',
  description: 'Execute shell commands via stdio communication (MCP-style)',
  tags: ['stdio', 'command', 'process', 'mcp'],
  type: 'stdio',
  examples: ['Execute shell command via stdio', 'Run Python script', 'Execute system commands'],
  input: z.looseObject({
    command: z.string().min(1).describe('Shell command to execute (requires APFLOW_STDIO_ALLOW_COMMAND=1)'),
    timeout: z
      .number()
      .positive()
      .max(MAX_TIMEOUT_SECONDS)
      .default(30)
      .describe('Command timeout in seconds (default: 30)'),
  }),
  output: z.object({
    command: z.string().describe('The command as given'),
    success: z.boolean().describe('Always true: a command that fails fails the task'),
    return_code: z.number().int().describe('Exit code'),
    stdout: z.string().describe('Standard output, up to 1 MiB'),
    stderr: z.string().describe('Standard error, up to 1 MiB'),
    truncated: z.boolean().describe('Whether output was dropped'),
  }),
  placement: 'activity',
  unsafe: OFF,
  timeoutMs: MAX_TIMEOUT_SECONDS * 1_000,
  maxAttempts: 1,
  demoInput: { command: 'echo "Hello, World!"' },
  demo: ({ input }) => ({
    command: typeof input['command'] === 'string' ? input['command'] : 'echo',
    success: true,
    return_code: 0,
    stdout: 'Hello, World!\nDemo execution result',
    stderr: '',
    truncated: false,
  }),
  async run({ input, settings, signal }) {
    // The caller checks too; this executor is the one that must not depend on it.
    if (!settings.allowedExecutors.has(ID)) throw new AppError('executor_unavailable', OFF);
    const words = splitCommand(input.command);
    const program = words[0] as string;
    checkProgram(program, settings.commandWhitelist);
    await mkdir(settings.filesDir, { recursive: true });
    const result = await runProgram(words, {
      cwd: settings.filesDir,
      timeoutMs: Math.ceil(input.timeout * 1_000),
      signal,
      maxOutputBytes: MAX_OUTPUT_BYTES,
    }).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new AppError('task_failed', `Command '${program}' cannot be started: ${reason}`, { cause });
    });
    if (result.ended === 'abort') throw new AppError('task_cancelled', 'The command was cancelled');
    if (result.ended === 'timeout') {
      throw new AppError('task_failed', `Command timeout after ${input.timeout} seconds`);
    }
    if (result.exitCode !== 0) {
      const code = result.exitCode ?? 'none (ended by a signal)';
      throw new AppError('task_failed', `Command failed with return code ${code}: ${result.stderr}`);
    }
    return {
      command: input.command,
      success: true,
      return_code: 0,
      stdout: result.stdout,
      stderr: result.stderr,
      truncated: result.isTruncated,
    };
  },
});
