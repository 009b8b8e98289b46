/**
 * What people talk about when they talk about a product: each aspect with the words it is known by, what is liked and
 * feared about it, and what follows from that. Demo turns are made from it and demo reports find it again, so each
 * sentence names one of its own aspect's words.
 */

export interface Aspect {
  readonly id: string;
  readonly name: string;
  /** In the middle of a sentence. */
  readonly topic: string;
  /** Found in a feature's text, it is about this; found in a sentence, that sentence is. */
  readonly words: RegExp;
  readonly likes: readonly string[];
  readonly worries: readonly string[];
  readonly insight: {
    readonly title: string;
    readonly action: string;
    readonly owner: string;
    readonly effort: 'small' | 'medium' | 'large';
  };
}

export const ASPECTS: readonly Aspect[] = [
  {
    id: 'privacy',
    name: 'Privacy and data',
    topic: 'privacy',
    words:
      /\b(privacy|private|personal data|data|track(s|ed|ing)?|location|camera|microphone|photos?|health|consent)\b/i,
    likes: [
      'I like that I could see what is done with my personal data',
      'It would help me that privacy seems to be thought of from the start',
    ],
    worries: [
      'I am worried about what happens to my personal data afterwards',
      'Nobody has told me yet who can see my data, and that makes me uneasy about privacy',
    ],
    insight: {
      title: 'Say plainly what happens to the data',
      action: 'Show in one screen what is kept, for how long and who sees it, and let people switch it off',
      owner: 'product',
      effort: 'medium',
    },
  },
  {
    id: 'price',
    name: 'Price and value',
    topic: 'the price',
    words:
      /\b(price[ds]?|pricing|cost(s|ly)?|pay(ing|ment|ments)?|paid|subscription|subscribe|free|plan|money|worth|discount|checkout)\b/i,
    likes: [
      'If the price stays as it is, it is worth it for me',
      'I would gladly pay a little for this, it saves real money',
    ],
    worries: [
      'I am afraid this ends in one more subscription that costs me money every month',
      'I do not see yet why it would be worth the price',
    ],
    insight: {
      title: 'Show the value before the price',
      action: 'Name the price up front, offer a trial without a card, and show what it saves with an example',
      owner: 'marketing',
      effort: 'small',
    },
  },
  {
    id: 'trust',
    name: 'Trust in automatic decisions',
    topic: 'trusting the automatic part',
    words:
      /\b(ai|a\.i\.|artificial|automat(ic|ed|ically|ion)|algorithm(s|ic)?|assistant|chatbot|bot|predict(s|ed|ion|ions)?|recommend(s|ed|ation|ations)?|suggest(s|ed|ion|ions)?|generate[ds]?|smart|summar(y|ies|ise|ize|ises|izes))\b/i,
    likes: [
      'An assistant that does the dull part for me would help a lot',
      'Good suggestions at the right moment would be great',
    ],
    worries: [
      'I do not trust an algorithm that cannot tell me why it decided so',
      'If the automatic part is wrong even once, I am the one who has to explain it',
    ],
    insight: {
      title: 'Explain what the automatic part does, and make it easy to undo',
      action: 'Show the reason beside each suggestion, and put undo and "do it myself" next to it',
      owner: 'design',
      effort: 'medium',
    },
  },
  {
    id: 'notifications',
    name: 'Notifications and interruptions',
    topic: 'the notifications',
    words:
      /\b(notif(y|ies|ication|ications)|alert(s|ed)?|remind(s|ed|er|ers)?|email(s)?|message(s)?|messaging|interrupt(s|ed|ion|ions)?|badge(s)?)\b/i,
    likes: [
      'A reminder at the right time would save me',
      'I like that an alert would reach me before it is too late',
    ],
    worries: [
      'I am annoyed by every notification already, and this sounds like more of them',
      'If it sends me messages in the middle of my work, I will not keep it',
    ],
    insight: {
      title: 'Let people decide when they are interrupted',
      action: 'Begin with few notifications, with quiet hours and one switch for each kind',
      owner: 'product',
      effort: 'small',
    },
  },
  {
    id: 'ease',
    name: 'Ease of use',
    topic: 'how easy it is',
    words:
      /\b(eas(y|ier|ily)|simple|simpler|simply|complicated|confus(ing|ed|es)|clear|clearly|screens?|menus?|buttons?|steps?|tap|taps|click|clicks)\b/i,
    likes: [
      'It looks simple, and I could use it without asking anybody',
      'Fewer steps than today, that is clearly better',
    ],
    worries: [
      'For me it sounds complicated, and I would be confused by one more screen',
      'I am afraid I would not find the right button when it matters',
    ],
    insight: {
      title: 'Make the first use simple',
      action:
        'Cut the first use to one screen with one clear next step, and test it with people who rarely use apps',
      owner: 'design',
      effort: 'medium',
    },
  },
  {
    id: 'learning',
    name: 'Learning and help',
    topic: 'getting used to it',
    words:
      /\b(learn(ing|s)?|tutorial(s)?|onboarding|help|instructions?|guide(s|d)?|training|support|used to|habits?|routine)\b/i,
    likes: [
      'With a short guide I would get used to it quickly',
      'A good tutorial would be enough for me to learn it',
    ],
    worries: [
      'I am used to the way it is now, and I have no time to learn it anew',
      'Who do I call for help when I am stuck? A guide alone is not enough for me',
    ],
    insight: {
      title: 'Help people over from what they are used to',
      action:
        'Offer a guided first time, keep the old way for a while, and put a way to reach a person on each page',
      owner: 'support',
      effort: 'medium',
    },
  },
  {
    id: 'speed',
    name: 'Time and speed',
    topic: 'the time it takes',
    words:
      /\b(fast(er)?|quick(er|ly)?|slow(er|ly|s)?|wait(s|ing)?|time|minutes?|seconds?|hurry|instant(ly)?|load(s|ing)?|busy)\b/i,
    likes: ['It would save me time every single day', 'If it is as quick as it sounds, I would love that'],
    worries: [
      'If it makes me wait even a few seconds, I would not use it again',
      'I have no time to set this up on a busy day',
    ],
    insight: {
      title: 'Be quick from the first use on',
      action:
        'Set a limit for the time to the first result, measure it, and have defaults that need no set-up',
      owner: 'engineering',
      effort: 'medium',
    },
  },
  {
    id: 'control',
    name: 'Control and settings',
    topic: 'control over it',
    words:
      /\b(control(s)?|settings?|customi[sz](e|es|ed|ing|able|ation)|configur(e|es|ed|able|ation)|options?|choose|choice|choices|filters?|dashboard(s)?|exports?|reports?|shortcuts?|api)\b/i,
    likes: [
      'I like that I could set it up exactly as I need it, with the options I choose',
      'An export and a few filters, and I would use it every week',
    ],
    worries: [
      'I miss the settings to make it fit the way I work, and that is bad for me',
      'Without an export or an API I have no control, and I would not rely on it',
    ],
    insight: {
      title: 'Give control to those who want it, without burdening the rest',
      action: 'Keep good defaults, and add an advanced page with filters, export and shortcuts',
      owner: 'engineering',
      effort: 'large',
    },
  },
  {
    id: 'sharing',
    name: 'Sharing and working together',
    topic: 'sharing it',
    words:
      /\b(shar(e|es|ed|ing)|team(s)?|colleagues?|famil(y|ies)|friends?|together|collaborat(e|es|ion|ive)|comments?|invite(s|d)?|social|customers?)\b/i,
    likes: ['I would share it with my team at once', 'Great that my family and I could use it together'],
    worries: [
      'I am not sure who else sees it once I share it with my team',
      'My colleagues will not use it, and alone it is useless to me',
    ],
    insight: {
      title: 'Make it clear who sees what is shared',
      action:
        'Show before sharing who will see it, with a way to take it back, and invite others without an account',
      owner: 'product',
      effort: 'medium',
    },
  },
  {
    id: 'security',
    name: 'Signing in and safety',
    topic: 'signing in safely',
    words:
      /\b(password(s)?|passkey(s)?|log ?in|logging in|sign ?in|signing in|security|secure|hack(ed|ers?)?|fraud|fingerprint|face|two-factor|2fa|lock(ed)?|safe|unsafe)\b/i,
    likes: [
      'I like that it is secure without one more password',
      'Signing in would be easier and still safe for me',
    ],
    worries: [
      'I am afraid to be locked out, and then nobody helps me to sign in',
      'One more account is one more password that can be hacked',
    ],
    insight: {
      title: 'Keep people from being locked out',
      action: 'Offer two ways back in, explain them at set-up, and tell of each sign-in from a new device',
      owner: 'security',
      effort: 'medium',
    },
  },
  {
    id: 'mobile',
    name: 'On the go',
    topic: 'using it on the go',
    words:
      /\b(mobile|phone(s)?|tablet|on the go|offline|wifi|wi-fi|signal|connection|internet|travel(s|ling|ing)?|commut(e|es|ing)|battery|device(s)?)\b/i,
    likes: [
      'That it works on my phone makes it useful on the go',
      'If it worked offline too, it would be perfect',
    ],
    worries: [
      'Where I am the connection is bad, and then it is useless to me',
      'I fear it drains my phone, the battery is a problem already',
    ],
    insight: {
      title: 'Make it work where the connection is bad',
      action:
        'Keep the last state on the device, queue what is done offline, and show plainly when it was sent',
      owner: 'engineering',
      effort: 'large',
    },
  },
  {
    id: 'accessibility',
    name: 'Accessibility and looks',
    topic: 'how it looks and reads',
    words:
      /\b(accessib(le|ility)|contrast|dark mode|dark|font(s)?|text size|larger text|read(ing|able|ability)?|screen reader|colou?rs?|eyes|voice|design|looks|layout|subtitles?|captions?)\b/i,
    likes: [
      'It is easier on my eyes, and I like that',
      'The design looks good to me, it is readable at last',
    ],
    worries: [
      'If the contrast is bad or the font small, I cannot use it',
      'I am not sure it is accessible for people who need a screen reader',
    ],
    insight: {
      title: 'Check it with people who see and hear less',
      action: 'Hold contrast, text size and screen readers to WCAG AA, and test with five people who need it',
      owner: 'design',
      effort: 'small',
    },
  },
];
