/** Writes `.env.example`. Run it after a change of src/config/settings.ts; a test fails until it was. */
import { writeFileSync } from 'node:fs';
import { envExample } from './env-example.ts';

writeFileSync(new URL('../.env.example', import.meta.url), envExample());
