/** The checked text with what was found in it marked where it stands. */
import type { Finding } from '../../../../src/core/safety/finding.ts';
import { findingTone } from './finding-tone.ts';
import { markSpans } from './mark-spans.ts';

export function MarkedText(props: {
  text: string;
  findings: readonly Finding[];
  /** The finding that is pointed at in the list. */
  pointed: Finding | null;
}) {
  const { text, findings, pointed } = props;
  return (
    <section
      aria-label="The text with what was found"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: long texts scroll, with the keyboard too
      tabIndex={0}
      className="max-h-96 overflow-y-auto rounded-lg border border-line bg-page px-3.5 py-2.5 font-mono text-[0.8667rem] leading-7 whitespace-pre-wrap wrap-anywhere"
    >
      {markSpans(text, findings).map(({ start, text: piece, found }) => {
        const [widest] = found;
        if (widest === undefined) return <span key={start}>{piece}</span>;
        const isPointed = pointed !== null && found.includes(pointed);
        return (
          <mark
            key={start}
            title={found.map(({ type, note }) => (note === undefined ? type : `${type}: ${note}`)).join('\n')}
            className={`rounded-[3px] py-0.5 underline decoration-2 underline-offset-4 ${findingTone[widest.category].mark} ${isPointed ? 'outline-2 outline-current' : ''}`}
          >
            {piece}
          </mark>
        );
      })}
    </section>
  );
}
