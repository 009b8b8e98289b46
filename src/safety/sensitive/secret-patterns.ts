/** Shapes of keys and tokens, as those who give them out describe them. Bounded, and anchored at their prefixes. */
export const SECRET_PATTERNS = {
  private_key:
    /-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:[^-]{1,8000}-----END [A-Z ]{1,40}-----)?/g,
  aws_access_key: /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])/g,
  anthropic_key: /(?<![A-Za-z0-9])sk-ant-[A-Za-z0-9_-]{20,200}/g,
  openai_key: /(?<![A-Za-z0-9])sk-(?!ant-)(?:proj-|svcacct-|admin-|or-v1-)?[A-Za-z0-9_-]{20,200}/g,
  github_token: /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})/g,
  gitlab_token: /(?<![A-Za-z0-9])gl(?:pat|ptt|rt|soat|dt)-[A-Za-z0-9_-]{20,255}/g,
  slack_token: /(?<![A-Za-z0-9])(?:xox[abeoprs]-[A-Za-z0-9-]{10,250}|xapp-\d-[A-Za-z0-9-]{10,250})/g,
  slack_webhook: /hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9+/]{20,90}/g,
  stripe_key: /(?<![A-Za-z0-9])(?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9+/=]{16,250}/g,
  google_key:
    /(?<![A-Za-z0-9])(?:AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{20,60}|ya29\.[A-Za-z0-9_-]{20,250})/g,
  npm_token: /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/g,
  pypi_token: /(?<![A-Za-z0-9])pypi-AgE[A-Za-z0-9_-]{50,250}/g,
  huggingface_token: /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,60}(?![A-Za-z0-9])/g,
  sendgrid_key: /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}/g,
  twilio_key: /(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])/g,
  telegram_token: /(?<![A-Za-z0-9])\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/g,
  discord_token: /(?<![A-Za-z0-9])[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}/g,
  shopify_token: /(?<![A-Za-z0-9])shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}/g,
  digitalocean_token: /(?<![A-Za-z0-9])do[opr]_v1_[0-9a-f]{64}/g,
  vault_token: /(?<![A-Za-z0-9])hv[sb]\.[A-Za-z0-9_-]{24,250}/g,
  other_token:
    /(?<![A-Za-z0-9])(?:dapi[0-9a-f]{32}|lin_api_[A-Za-z0-9]{32,64}|ntn_[A-Za-z0-9]{40,60}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}|NRAK-[A-Z0-9]{27}|glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}|sbp_[0-9a-f]{40}|ATATT3[A-Za-z0-9_=-]{50,250}|sq0(?:atp|csp)-[A-Za-z0-9_-]{22,50}|key-[0-9a-f]{32}|tg_[A-Za-z0-9_-]{24,120}|re_[A-Za-z0-9]{8,16}_[A-Za-z0-9]{16,32})(?![A-Za-z0-9])/g,
  jwt: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,1000}/g,
  azure_key: /(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,100}={0,2}/g,
  url_password:
    /(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/[^\s:@/"'<>]{0,64}:[^\s:@/"'<>]{3,128}@(?=[A-Za-z0-9[])/g,
} as const;

/** `password: …`, `API_KEY=…`: a name that promises a secret, and the value behind it. */
export const SECRET_ASSIGNMENT =
  /(?<![A-Za-z])(?:pass(?:word|wd|phrase)|pwd|secret|api[_ -]?key|access[_ -]?(?:key|token)|auth[_ -]?token|client[_ -]?secret|bearer)["'`]?(?: is| =>|[ ]?[:=])[ ]?["'`]?([^\s"'`,;<>{}()[\]]{8,128})/gi;
