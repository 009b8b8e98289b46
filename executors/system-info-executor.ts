/** Facts about the machine the worker runs on, by native calls: no shell, no privileges. */
import { statfs } from 'node:fs/promises';
import { cpus, platform, totalmem } from 'node:os';
import { z } from 'zod';
import { defineExecutor } from '../src/core/executor.ts';

const SYSTEMS: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'Linux',
  darwin: 'Darwin',
  win32: 'Windows',
};
const UNITS = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

const cpuSchema = z.object({ system: z.string(), cores: z.number().nullable(), brand: z.string() });
const memorySchema = z.object({ total: z.string(), system: z.string() });
const diskSchema = z.object({
  total: z.string(),
  used: z.string(),
  available: z.string(),
  system: z.string(),
});
const allSchema = z.object({ cpu: cpuSchema, memory: memorySchema, disk: diskSchema });

export default defineExecutor({
  id: 'system_info_executor',
  name: 'System Info Executor',
  description: 'Query system resource information (CPU, memory, disk)',
  tags: ['stdio', 'system', 'info', 'safe'],
  type: 'stdio',
  examples: [
    'Get CPU information',
    'Get memory information',
    'Get disk information',
    'Get all system resources',
  ],
  input: z.looseObject({
    resource: z.enum(['cpu', 'memory', 'disk', 'all']).default('all').describe('Resource type to query'),
    timeout: z.number().int().min(1).default(30).describe('Command execution timeout in seconds'),
  }),
  output: z.union([cpuSchema, memorySchema, diskSchema, allSchema]),
  placement: 'inline',
  batchable: true,
  demoInput: { resource: 'all' },
  demo: ({ input }) => pick(input['resource'], { cpu: DEMO_CPU, memory: DEMO_MEMORY, disk: DEMO_DISK }),
  async run({ input }) {
    if (input.resource === 'cpu') return cpu();
    if (input.resource === 'memory') return memory();
    if (input.resource === 'disk') return disk();
    return { cpu: cpu(), memory: memory(), disk: await disk() };
  },
});

const DEMO_CPU = { system: 'Linux', cores: 4, brand: 'Cortex-A76' };
const DEMO_MEMORY = { total: '8.0Gi', system: 'Linux' };
const DEMO_DISK = { total: '117Gi', used: '31Gi', available: '81Gi', system: 'Linux' };

function pick(resource: unknown, all: z.infer<typeof allSchema>) {
  return resource === 'cpu' || resource === 'memory' || resource === 'disk' ? all[resource] : all;
}

function cpu(): z.infer<typeof cpuSchema> {
  const cores = cpus();
  return { system: system(), cores: cores.length || null, brand: cores[0]?.model.trim() || 'unknown' };
}

function memory(): z.infer<typeof memorySchema> {
  return { total: readable(totalmem()), system: system() };
}

async function disk(): Promise<z.infer<typeof diskSchema>> {
  const { blocks, bfree, bavail, bsize } = await statfs('/');
  const sizes = { total: blocks * bsize, used: (blocks - bfree) * bsize, available: bavail * bsize };
  return {
    total: readable(sizes.total),
    used: readable(sizes.used),
    available: readable(sizes.available),
    system: system(),
  };
}

function system(): string {
  return SYSTEMS[platform()] ?? platform();
}

/** `23Gi`, `8.0Gi`: one digit behind the point below ten, as `free -h` and `df -h` print. */
function readable(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < UNITS.length - 1) {
    value /= 1_024;
    unit++;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.floor(value)}${UNITS[unit]}`;
}
