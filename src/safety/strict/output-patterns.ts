/** What an answer must not bring into a page that shows it, and words of a model that talks about its own orders. */
export const OUTPUT_PATTERNS = {
  script: /<script[\s/>]|<\/script/gi,
  frame: /<(?:iframe|object|embed|applet|base|form|meta)[\s/>]/gi,
  handler: /<[a-z][^<>]{0,300}[\s"'/]on[a-z]{3,24}\s{0,4}=/gi,
  script_url: /(?:javascript|vbscript)\s{0,4}:|data\s{0,4}:\s{0,4}text\/html/gi,
  srcdoc: /\ssrcdoc\s{0,4}=/gi,
} as const;

/** An image that tells its server something when it is shown. */
export const TELLING_IMAGE = /!\[[^\][\n]{0,200}\]\(\s{0,4}https?:\/\/[^\s)?]{1,300}\?[^\s)]{1,2000}\)/gi;

/** In a fence or in backticks a page shows it as text. */
export const CODE = /```[\s\S]{0,20000}?```|`[^`\n]{1,2000}`/g;

export const LEAK_MARKERS =
  /\b(?:my|the) (?:system|initial|original|hidden) (?:prompt|instructions?|message)s? (?:is|are|was|were|reads?|says?|states?)\b|\bmy instructions (?:are|say|read)\b|\bI (?:was|have been|am) (?:instructed|told|configured|programmed) (?:to|not to|as follows)\b|\bhere (?:is|are) (?:my|the) (?:full |exact |complete )?(?:system |initial |original )?(?:prompt|instructions)\b/gi;
