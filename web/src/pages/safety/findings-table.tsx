/** What was found, row by row: kind, place, how sure. */
import type { Finding } from '../../../../src/core/safety/finding.ts';
import { Badge } from '../../ui/badge.tsx';
import { findingTone } from './finding-tone.ts';

export function FindingsTable(props: {
  findings: readonly Finding[];
  onPoint: (finding: Finding | null) => void;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: on narrow screens it scrolls, with the keyboard too
    <section className="overflow-x-auto" aria-label="Findings" tabIndex={0}>
      <table className="tnum w-full min-w-md text-[0.8667rem]">
        <thead>
          <tr className="border-b border-line text-left text-xs text-muted">
            <th scope="col" className="py-1.5 font-medium">
              Finding
            </th>
            <th scope="col" className="font-medium">
              Kind
            </th>
            <th scope="col" className="font-medium">
              Place
            </th>
            <th scope="col" className="text-right font-medium">
              Score
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {props.findings.map((finding) => {
            const { type, category, start, end, score, note } = finding;
            const { name, tone } = findingTone[category];
            return (
              <tr
                key={`${type} ${start} ${end}`}
                onPointerEnter={() => props.onPoint(finding)}
                onPointerLeave={() => props.onPoint(null)}
                className="hover:bg-page"
              >
                <th scope="row" className="py-1.5 pr-3 text-left font-medium">
                  <span className="font-mono text-xs">{type}</span>
                  {note !== undefined && <span className="ml-2 font-normal text-muted">{note}</span>}
                </th>
                <td className="pr-3">
                  <Badge tone={tone}>{name}</Badge>
                </td>
                <td className="pr-3 text-muted">
                  {start}–{end}
                </td>
                <td className="text-right">{score.toFixed(2)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
