/**
 * The patterns of personal data. Each begins where a run of its characters begins and is bounded, so that a text costs its
 * length times a constant (a test holds them to it). What a pattern finds is only a candidate.
 */
export const SENSITIVE_PATTERNS = {
  email:
    /(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}_%+'-][\p{L}\p{N}._%+'-]{0,63}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}])/gu,
  card: /(?<![\p{L}\p{N}]|\d[.,-])\d(?:[ -]{0,3}\d){11,38}(?![\p{L}\p{N}]|[ -]{0,3}\d)/gu,
  ssn: /(?<![\p{L}\p{N}]|\d[.,-]|[-–])\d{3}([- .]?)\d{2}\1\d{4}(?![\p{L}\p{N}]|[-.,]\d|[-–])/gu,
  ibanStart: /(?<![\p{L}\p{N}])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9])/gu,
  ipv4: /(?<![\p{L}\p{N}.-])(?:\d{1,3}\.){3}\d{1,3}(?![\p{L}\p{N}]|[.-]\d)/gu,
  ipv6: /(?<![\p{L}\p{N}:.])[0-9a-fA-F:]{2,39}(?:\d{1,3}(?:\.\d{1,3}){3})?(?![\p{L}\p{N}:])/gu,
  phone:
    /(?<![\p{L}\p{N}/=_-]|\d[., ])(?:\+|00)?\(?\d(?:[ ./()-]{0,3}\d){5,14}(?: ?(?:x|ext\.?|extension) ?\d{1,6})?(?![\p{L}\p{N}=_]|[.,/-]\d)/giu,
} as const;

export const CONTEXT_WORDS = {
  card: /card|credit|debit|visa|master|maestro|amex|american express|diners|discover|jcb|\bcc\b|payment|karte|tarjeta|carte|cartao|carta|карт/i,
  ssn: /ssn|social.{0,3}sec|soc.{0,3}sec|taxpayer|\btin\b/i,
  phone:
    /phone|mobile|\bcell|\btel\b|\btel[.:]|telephone|\bcall|\bfax|whats ?app|\bsms\b|text me|texting|messages? (?:to|on|at)|message on|contact|answering|reach|\bring\b|registered|dial|hotline|(?:my|his|her|your|our|their|new) number|telefon|handy|t[ée]l[ée]phone|movil|celular|numero|rufnummer|номер|телефон|电话|手机|電話|전화/i,
  phoneLabelBefore: /(?:office|desk|home|work|number)\s{0,2}[:#]\s{0,3}$/i,
  phoneLabelBehind: /^\W{0,2}(?:office|desk|home|work)\b/i,
} as const;
