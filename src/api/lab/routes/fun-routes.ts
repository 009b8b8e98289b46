/** Greetings, dice and a teapot. */
import { randomInt } from 'node:crypto';
import { pythonIso } from '../../../core/experiments/python-text.ts';
import type { ApiDeps } from '../../api-deps.ts';
import { DetailError } from '../fastapi/detail.ts';
import { readQuery } from '../fastapi/read-query.ts';
import { getRoute } from '../get-route.ts';
import { EMOJI_QUERY, GREET_QUERY, ROLL_QUERY } from '../lab-models.ts';
import type { LabRoute } from '../lab-route.ts';
import { LAB_SERVICE } from '../lab-service.ts';
import { sendJson } from '../send-json.ts';
import { LOGO, MOODS, QUOTES, TAGLINES, TIPS } from './fun-texts.ts';

const DAY_MS = 86_400_000;
const TEAPOT = { code: 418, status: 'teapot', message: "I'm a teapot! ☕" };

export function funRoutes({ lab, clock }: ApiDeps): LabRoute[] {
  const { build } = lab;
  const asOf = () => pythonIso(clock.now());
  return [
    getRoute('/fun/greet', (context) => {
      const { name } = readQuery(GREET_QUERY, context.querystring);
      const minute = new Date(clock.now()).getUTCMinutes();
      return { message: `Hey ${name}!`, tagline: TAGLINES[minute % TAGLINES.length], as_of: asOf() };
    }),
    getRoute('/fun/motd', () => {
      const day = dayOfYear(clock.now()) % QUOTES.length;
      return {
        logo: LOGO,
        quote: QUOTES[day],
        tip: TIPS[day],
        build: {
          service: LAB_SERVICE.name,
          version: LAB_SERVICE.version,
          host: build.host,
          port: build.port,
        },
        as_of: asOf(),
      };
    }),
    getRoute('/fun/emoji', (context) => {
      const mood = readQuery(EMOJI_QUERY, context.querystring)['mood'] as string;
      if (!Object.hasOwn(MOODS, mood)) throw new DetailError(400, 'Unsupported mood');
      return { mood, emoji: MOODS[mood], as_of: asOf() };
    }),
    getRoute('/fun/roll', (context) => {
      const query = readQuery(ROLL_QUERY, context.querystring);
      const [sides, count] = [query['d'] as number, query['n'] as number];
      const rolls = Array.from({ length: count }, () => randomInt(1, sides + 1));
      return { sides, count, rolls, total: rolls.reduce((sum, roll) => sum + roll, 0), as_of: asOf() };
    }),
    {
      method: 'GET',
      path: '/fun/teapot',
      answer: (context) => sendJson(context, JSON.stringify(TEAPOT), 418),
    },
  ];
}

/** From 1. */
function dayOfYear(epochMs: number): number {
  const newYear = Date.UTC(new Date(epochMs).getUTCFullYear(), 0);
  return Math.floor((epochMs - newYear) / DAY_MS) + 1;
}
