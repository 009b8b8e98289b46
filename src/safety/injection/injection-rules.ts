/** The structure of injections: what kinds of words come near each other, in which order. */
import { compileRule, type RuleSteps } from './rule-program.ts';

const ROWS = {
  override_prior: [
    'override',
    4,
    ['prior', 'all', 'you', 'model'],
    3,
    ['instruction', 'secretPrompt', 'prior'],
  ],
  order_override_prior: [
    'overrideFirst',
    3,
    ['prior', 'all', 'you', 'model'],
    3,
    ['instruction', 'secretPrompt', 'prior'],
  ],
  model_diverted: ['model', 14, 'override', 3, ['assignment', 'instruction']],
  order_override: ['overrideFirst', 2, ['instruction', 'secretPrompt']],
  order_reveal: ['revealFirst', 4, ['secretPrompt']],
  order_reveal_prior: ['revealFirst', 3, ['prior', 'all'], 2, ['instruction']],
  override_rules: ['override', 3, ['instruction', 'limit', 'secretPrompt']],
  weak_override: ['weakOverride', 3, ['you', 'all', 'model', 'prior'], 3, ['instruction', 'limit']],
  instructions_overridden: [['instruction', 'limit'], 5, ['override', 'weakOverride']],
  no_limits: ['neg', 5, ['limit', 'harm'], 4, ['limit', 'harm', 'instruction']],
  without_rules: ['neg', 1, ['limit', 'instruction']],
  no_rules: ['neg', 6, ['comply'], 5, ['instruction', 'limit']],
  free_of: ['free', 6, ['limit', 'instruction', 'model']],
  free_model: ['free', 4, ['model', 'named', 'answer']],
  model_free: [['model', 'named'], 8, ['free']],
  you_free: [['you', 'youAre'], 5, ['free', 'jailbreak']],
  you_act: [['you', 'youAre', 'enforce'], 3, ['actAs']],
  act: ['actAs'],
  from_now: ['fromNow'],
  from_now_you: ['fromNow', 6, ['you', 'youAre', 'actAs', 'model']],
  jailbreak_name: ['jailbreak'],
  mode_enabled: [['devMode', 'jailbreak'], 3, ['enabled']],
  enter_mode: [['enabled', 'youAre', 'actAs'], 5, ['devMode', 'jailbreak']],
  mode_answer: [['devMode', 'jailbreak'], 6, ['answer', 'you', 'model', 'free']],
  never_refuse: ['neg', 4, ['refuse']],
  must_comply: [['enforce'], 4, ['comply', 'answer'], 5, ['anyRequest', 'all', 'noMatter']],
  any_request: ['anyRequest'],
  no_matter: ['noMatter'],
  no_matter_harm: ['noMatter', 10, ['harm', 'limit']],
  harm_list: ['harm', 3, ['harm'], 3, ['harm']],
  answer_harm: ['answer', 4, ['harm', 'free']],
  model_speaks: ['model', 6, ['refuse', 'answer', 'instruction', 'limit']],
  model_limits: [['model', 'you'], 3, ['limit']],
  two_ways_you: [['you', 'answer', 'enforce'], 12, ['two'], 3, ['ways']],
  label_answer: ['answer', 5, ['label']],
  stay_in_character: ['character'],
  penalty: ['penalty', 12, ['refuse', 'penalty', 'comply', 'character']],
  opening: ['opening'],
  reveal_prompt: ['reveal', 5, ['secretPrompt']],
  reveal_prior: ['reveal', 4, ['prior', 'all'], 3, ['instruction', 'prior']],
  secret_prompt: ['secretPrompt'],
  exactly_prompt: ['secretPrompt', 8, ['exactly']],
  exactly: ['exactly', 5, ['secretPrompt', 'prior', 'instruction']],
  new_rules: ['newRules'],
  new_rules_follow: [['newRules'], 6, ['comply', 'you', 'youAre', 'instruction', 'override']],
  send_secret: ['send', 8, ['credential', 'secretPrompt']],
  reveal_secret: ['reveal', 4, ['credential']],
  authority: ['authority', 8, ['model', 'override', 'limit', 'devMode', 'jailbreak', 'you']],
  always_character: ['enforce', 4, ['named', 'character', 'actAs']],
  you_must: [['you', 'model'], 1, ['enforce']],
  rules_list: ['instruction', 12, ['you', 'model'], 2, ['enforce', 'neg']],
  discuss_attack: [
    'discuss',
    6,
    ['jailbreak', 'devMode', 'override', 'secretPrompt', 'character', 'free', 'instruction'],
  ],
  discuss: ['discuss'],
  you_words: ['you'],
  model_words: ['model'],
  harm_words: ['harm'],
  enforcements: ['enforce'],
} as const satisfies Record<string, RuleSteps>;

/** Seen in the characters rather than in the words. */
export const SYMBOL_PATTERNS = {
  turn_marker:
    /<\|[a-z_]{2,20}\|>|\[\/?INST\]|<<\/?SYS>>|^ {0,3}[#*[(<]{0,6} {0,2}(?:system|assistant|developer|admin|ai)\b[\])>]{0,2} {0,2}(?:message|prompt|note|override|instruction)?s?[*:\]>]/gim,
  end_marker:
    /\b(?:end|start|begin(?:ning)?|stop) (?:of )?(?:the )?(?:user |system )?(?:input|output|prompt|instructions?|context|document|text|conversation|session|query)\b/gi,
  bracket_label: /\[[A-Z][A-Za-z0-9_-]{1,20}\]|^[A-Z][A-Z0-9_-]{1,14}:/gm,
  placeholder: /[[{<(](?:insert|enter|prompt|user|query|question|your)[^\]}>)\n]{0,40}[\]}>)]/gi,
} as const;

export type InjectionFeature = keyof typeof ROWS | keyof typeof SYMBOL_PATTERNS;
export const INJECTION_RULES = Object.entries(ROWS).map(([name, steps]) =>
  compileRule(name, steps as RuleSteps),
);
