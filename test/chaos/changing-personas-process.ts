/**
 * A process that changes personas as fast as it can, several at a time, and says each change once it is answered. The
 * test kills it. Argument: the data folder.
 */
import { writeSync } from 'node:fs';
import { startPersonas } from '../../src/personas/start-personas.ts';
import { openStore } from '../../src/store/open-store.ts';
import { samplePersona } from './sample-persona.ts';

const LANES = 3;

const dataDir = process.argv[2] ?? '';
const say = (text: string) => void writeSync(1, `${text}\n`);
const quiet = () => undefined;
const logger = {
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: (_: object, text: string) => say(`error ${text}`),
};
const store = await openStore({ databaseUrl: null, dataDir, logger });
const personas = await startPersonas({
  store: store.personas,
  dataDir,
  mostPerUser: 100,
  logger,
  cloud: null,
  now: Date.now,
});
const mine = async (owner: string) =>
  (await store.personas.list({ viewer: owner, only: 'owned', limit: 100, offset: 0 })).personas;

/** One persona whose name counts its changes. */
const count = async (lane: number) => {
  const owner = `lane-${lane}`;
  let [current] = await mine(owner);
  if (current === undefined) {
    [current] = await personas.create(owner, [samplePersona('change 0')]);
    say(`${lane} 0`);
  }
  if (current === undefined) throw new Error('There is no persona');
  for (let change = Number(current.name.split(' ')[1]) + 1; ; change++) {
    await personas.update({ id: current.id, owner, fields: { name: `change ${change}` } });
    say(`${lane} ${change}`);
  }
};
/** Comes and goes, so that the file gets longer and shorter. */
const comeAndGo = async () => {
  for (;;) {
    for (const { id } of await mine('guest')) await personas.remove(id, 'guest');
    const many = Array.from({ length: Math.ceil(Math.random() * 20) }, (_, index) =>
      samplePersona(`g ${index}`),
    );
    await personas.create('guest', many);
  }
};
// What a killed predecessor had committed and could not answer any more counts from here on: a start has written it.
for (let lane = 0; lane < LANES; lane++) {
  const [standing] = await mine(`lane-${lane}`);
  if (standing !== undefined) say(`${lane} ${standing.name.split(' ')[1]}`);
}
say('ready');
await Promise.all([...Array.from({ length: LANES }, (_, lane) => count(lane)), comeAndGo()]);
