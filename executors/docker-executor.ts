/** Runs a command in a container of its own. Any exit code is a result; only a command that never ran fails. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor, secretNames } from '../src/core/executor.ts';
import { CREDENTIAL_VARIABLE } from '../src/core/secrets/secret-field.ts';
import { containerRequest } from './_container-request.ts';
import { Deadline } from './_deadline.ts';
import { splitCommand } from './_split-command.ts';

const ID = 'docker_executor';
const MAX_TIMEOUT_SECONDS = 24 * 3_600;
const OFF =
  'Containers are disabled by default for security. An operator can switch them on: set ' +
  'TASKGROVE_ALLOW_EXECUTORS=docker_executor, and DOCKER_HOST where the engine is not at its usual place.';
const DEMO_IMAGE = 'python:3.11';
const DEMO_COMMAND = 'python -c \'print("Hello")\'';

const limit = (description: string, pattern: RegExp) =>
  z.string().regex(pattern).nullable().default(null).describe(description);

const input = z.object({
  image: z
    .string()
    .max(500)
    .regex(/^[A-Za-z0-9][\w./:@-]*$/)
    .describe('Docker image name (required)'),
  command: z.string().min(1).describe('Command to execute in container (required)'),
  env: z
    .record(z.string().regex(/^[^=\0]+$/), z.string())
    .nullable()
    .default(null)
    .meta(secretNames(CREDENTIAL_VARIABLE))
    .describe('Environment variables dict (optional)'),
  volumes: z
    .record(z.string().min(1), z.string().regex(/^\/[^:]*(:r[ow])?$/))
    .nullable()
    .default(null)
    .describe(
      'Volume mounts dict {"host_path": "container_path"} (optional); "container_path:ro" is read-only',
    ),
  working_dir: z.string().nullable().default(null).describe('Working directory in container (optional)'),
  timeout: z
    .number()
    .min(1)
    .max(MAX_TIMEOUT_SECONDS)
    .default(60)
    .describe('Command timeout in seconds (default: 60)'),
  remove: z.boolean().default(true).describe('Remove container after execution (default: True)'),
  resources: z
    .object({
      cpu: limit('CPU limit (e.g., "1.0" or "0.5")', /^(?=.*[1-9])\d{1,4}(\.\d{1,3})?$/),
      memory: limit('Memory limit (e.g., "512m" or "1g")', /^[1-9]\d{0,14}[bkmgBKMG]?$/),
    })
    .nullable()
    .default(null)
    .describe('Resource limits dict (optional)'),
});
const given = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);

export default defineExecutor({
  id: ID,
  name: 'Docker Executor',
  description: 'Execute commands in Docker containers',
  tags: ['docker', 'container', 'isolated'],
  type: 'docker',
  examples: [
    'Run command in Docker container',
    'Execute script in isolated environment',
    'Containerized task execution',
  ],
  input,
  output: z.object({
    success: z.boolean().describe('Whether the exit code was 0'),
    image: z.string().describe('The image as given'),
    command: z.string().describe('The command as given'),
    container_id: z.string().describe('The container; gone unless `remove` was false'),
    exit_code: z
      .number()
      .int()
      .describe('Exit code; 137 when it was killed, for instance at its memory limit'),
    logs: z.string().describe('Standard output and error as they came, up to 1 MiB'),
    stdout: z.string().describe('Standard output, up to 512 KiB'),
    stderr: z.string().describe('Standard error, up to 512 KiB'),
    truncated: z.boolean().describe('Whether output was dropped'),
  }),
  placement: 'activity',
  unsafe: OFF,
  timeoutMs: MAX_TIMEOUT_SECONDS * 1_000,
  // All attempts share one container, so another one only looks on.
  maxAttempts: 3,
  demoInput: { image: DEMO_IMAGE, command: DEMO_COMMAND },
  demoDelayMs: 1_000,
  demo: ({ input: shown }) => ({
    success: true,
    image: given(shown['image'], DEMO_IMAGE),
    command: given(shown['command'], DEMO_COMMAND),
    container_id: 'demo-container-123',
    exit_code: 0,
    logs: 'Hello from Docker\nDemo Docker execution result',
    stdout: 'Hello from Docker\nDemo Docker execution result',
    stderr: '',
    truncated: false,
  }),
  async run(context) {
    const { input: wanted, settings, signal, idempotencyKey, network, emit, logger } = context;
    // The caller checks too; this executor is one that must not depend on it.
    if (!settings.allowedExecutors.has(ID)) throw new AppError('executor_unavailable', OFF);
    const deadline = new Deadline(signal, wanted.timeout);
    const request = await containerRequest(wanted, splitCommand(wanted.command), settings);
    const { runContainer } = await import('./_run-container.ts');
    const result = await runContainer(
      { address: settings.containers?.address ?? null, network, logger },
      {
        request,
        idempotencyKey,
        isKept: !wanted.remove,
        signal: deadline.signal,
        onPull: (progress, message) => emit(progress, message),
      },
    ).catch((error: unknown) => {
      throw deadline.failure(`The container of ${wanted.image}`, error);
    });
    return {
      success: result.exitCode === 0,
      image: wanted.image,
      command: wanted.command,
      container_id: result.containerId,
      exit_code: result.exitCode,
      logs: result.logs,
      stdout: result.stdout,
      stderr: result.stderr,
      truncated: result.isTruncated,
    };
  },
});
