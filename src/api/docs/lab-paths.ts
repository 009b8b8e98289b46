/** The routes of the lab as OpenAPI paths: parameters and bodies from the models that check them. */
import type { Field } from '../lab/fastapi/field.ts';
import {
  EMOJI_QUERY,
  ENGAGEMENT_QUERY,
  FEEDBACK_MODEL,
  GENERATE_MODEL,
  GENERATE_V2_MODEL,
  GREET_QUERY,
  LEADERBOARD_QUERY,
  POLICY_QUERY,
  PREDICT_MODEL,
  REASON_QUERY,
  ROLL_QUERY,
} from '../lab/lab-models.ts';

interface Described {
  readonly verb: 'get' | 'post';
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  /** Of the query (GET) or the body (POST). */
  readonly fields?: readonly Field[];
}

const get = (path: string, id: string, summary: string, fields: readonly Field[] = []): Described => ({
  verb: 'get',
  path,
  id,
  summary,
  fields,
});
const post = (path: string, id: string, summary: string, fields?: readonly Field[]): Described => ({
  verb: 'post',
  path,
  id,
  summary,
  ...(fields === undefined ? {} : { fields }),
});

const ROUTES: readonly Described[] = [
  post('/predict_ab', 'predictAb', 'An answer in the style of the group of the user', PREDICT_MODEL),
  post('/feedback', 'feedback', 'What was thought of an answer', FEEDBACK_MODEL),
  get('/leaderboard', 'leaderboard', 'Feedback by group and style', LEADERBOARD_QUERY),
  get('/engagement/summary', 'engagementSummary', 'Feedback summed, and the newest', ENGAGEMENT_QUERY),
  get('/ab/summary', 'abSummary', 'Picks since the last reset'),
  post('/ab/reset', 'abReset', 'Counts picks anew'),
  get('/policy', 'policy', 'Weights of a policy', POLICY_QUERY),
  get('/monetization/status', 'monetizationStatus', 'What this client has used today'),
  get('/monetization/config', 'monetizationConfig', 'The settings of plans'),
  get('/monetization/exits', 'monetizationExits', 'What clients are told beyond their cap'),
  get(
    '/monetization/metrics',
    'monetizationMetrics',
    'Decisions of a week by plan and client, and the newest',
  ),
  post('/monetization/test', 'monetizationTest', 'Takes one request of today'),
  post(
    '/safety/generate',
    'safetyGenerate',
    'The safety rules on a prompt; exits are answers',
    GENERATE_MODEL,
  ),
  post('/safety/generate_v2', 'safetyGenerateV2', 'A text by a model, or the fallback', GENERATE_V2_MODEL),
  get('/safety/config', 'safetyConfig', 'The settings of the safety rules'),
  get('/safety/exits', 'safetyExits', 'Every exit and what a client should do'),
  get('/safety/test', 'safetyTest', 'An exit to try', REASON_QUERY),
  get(
    '/safety/inference_metrics',
    'inferenceMetrics',
    'Counts and times of generated texts, of this process',
  ),
  get('/version', 'version', 'The service and where it listens'),
  get('/__meta', 'meta', 'Build and process'),
  get('/fun/greet', 'funGreet', 'A greeting', GREET_QUERY),
  get('/fun/motd', 'funMotd', 'Logo, quote and tip of the day'),
  get('/fun/emoji', 'funEmoji', 'An emoji for a mood', EMOJI_QUERY),
  get('/fun/roll', 'funRoll', 'Dice', ROLL_QUERY),
  get('/fun/teapot', 'funTeapot', 'A teapot: 418'),
  get('/fun/playground', 'funPlayground', 'A page to try these routes'),
];

export const labPaths = Object.fromEntries(
  ROUTES.map((route) => [route.path, { [route.verb]: operationOf(route) }]),
);

function operationOf({ verb, id, summary, fields }: Described) {
  const isChecked = fields !== undefined && fields.length > 0;
  return {
    operationId: id,
    tags: ['experiments'],
    summary,
    security: [],
    ...(verb === 'get' ? { parameters: (fields ?? []).map(parameterOf) } : {}),
    ...(verb === 'post' && fields !== undefined ? { requestBody: bodyOf(fields) } : {}),
    responses: {
      200: { description: 'Done' },
      ...(isChecked
        ? { 422: { description: 'Wrong fields: `{detail: [{type, loc, msg, input, ctx}]}`' } }
        : {}),
    },
  };
}

function parameterOf(field: Field) {
  return { name: field.name, in: 'query', required: isRequired(field), schema: schemaOf(field) };
}

function bodyOf(fields: readonly Field[]) {
  const schema = {
    type: 'object',
    required: fields.filter(isRequired).map(({ name }) => name),
    properties: Object.fromEntries(fields.map((field) => [field.name, schemaOf(field)])),
  };
  return { required: true, content: { 'application/json': { schema } } };
}

function isRequired(field: Field): boolean {
  return field.fallback === undefined;
}

function schemaOf(field: Field) {
  const type = { text: 'string', whole: 'integer', flag: 'boolean' }[field.kind];
  return {
    type: field.isNullable === true ? [type, 'null'] : type,
    ...(field.fallback === undefined ? {} : { default: field.fallback }),
    ...(field.kind === 'text' && field.minLength !== undefined ? { minLength: field.minLength } : {}),
    ...(field.kind === 'text' && field.maxLength !== undefined ? { maxLength: field.maxLength } : {}),
    ...(field.kind === 'whole' && field.minimum !== undefined ? { minimum: field.minimum } : {}),
    ...(field.kind === 'whole' && field.maximum !== undefined ? { maximum: field.maximum } : {}),
  };
}
