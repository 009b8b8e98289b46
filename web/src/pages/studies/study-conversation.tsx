/** What the personas say, round by round; while it happens, also who is speaking. */
import { useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { Study } from '../../../../src/core/study/study.ts';
import type { StudyTurn } from '../../../../src/core/study/study-turn.ts';
import type { Speaking } from '../../data/speaking.ts';
import { isStudyOpen } from '../../data/studies.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { roundsOf } from './rounds-of.ts';

export function StudyConversation(props: {
  study: Study;
  speaking: readonly Speaking[];
  /** Stands beside the report and scrolls by itself. */
  isBeside: boolean;
}) {
  const { study, speaking, isBeside } = props;
  const hash = useRouterState({ select: (state) => state.location.hash });
  const names = new Map(study.personas.map(({ id, name }) => [id, name]));
  const total = study.persona_ids.length * study.turns;
  const said = study.conversation.length;
  // Where all of them are demos, the study says so once.
  const isMixed = study.conversation.some(({ demo }) => !demo);
  const isEmpty = said === 0 && speaking.length === 0;
  useShowTurn(hash, said > 0);
  return (
    <Card
      title="Conversation"
      note={`${said} of ${total} turns`}
      isPadded={false}
      className={isBeside ? 'lg:sticky lg:top-4' : ''}
    >
      {isStudyOpen(study) && (
        <div className="h-0.5 bg-sunken" aria-hidden="true">
          <div
            className="h-full bg-accent transition-[width] duration-300"
            style={{ width: `${(100 * said) / total}%` }}
          />
        </div>
      )}
      <section
        aria-label="What is said"
        aria-live="polite"
        tabIndex={isBeside ? 0 : undefined}
        className={`px-4 py-3 ${isBeside ? 'lg:max-h-[calc(100dvh-6.5rem)] lg:overflow-y-auto' : ''}`}
      >
        {isEmpty && (
          <p className="py-2 text-[0.9333rem] text-muted">The safety check looks at the question first …</p>
        )}
        {roundsOf(study.conversation, speaking).map(({ round, turns, speaking: talking }) => (
          <div key={round} className="mb-4 last:mb-1">
            <h3 className="mb-2.5 flex items-center gap-3 text-xs font-medium text-muted after:h-px after:flex-1 after:bg-line">
              Round {round}
            </h3>
            <ol className="space-y-3.5">
              {turns.map((turn) => (
                <Turn
                  key={turn.turn}
                  turn={turn}
                  isMarked={isMixed && turn.demo}
                  isPointed={hash === `turn-${turn.turn}`}
                />
              ))}
              {talking.map(({ personaId, text }) => (
                <Talking
                  key={personaId}
                  id={personaId}
                  name={names.get(personaId) ?? `Persona ${personaId}`}
                  text={text}
                />
              ))}
            </ol>
          </div>
        ))}
      </section>
    </Card>
  );
}

/** A link to a turn, from a quote or from outside, leads to it once it is there. */
function useShowTurn(hash: string, isThere: boolean): void {
  useEffect(() => {
    if (isThere && hash.startsWith('turn-'))
      document.getElementById(hash)?.scrollIntoView({ block: 'center' });
  }, [hash, isThere]);
}

function Turn({ turn, isMarked, isPointed }: { turn: StudyTurn; isMarked: boolean; isPointed: boolean }) {
  return (
    <li
      id={`turn-${turn.turn}`}
      className={`arrive flex gap-3 rounded-lg ${isPointed ? '-mx-2 bg-accent-soft px-2 py-2' : ''}`}
    >
      <Avatar id={turn.persona_id} name={turn.name} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-1.5 text-[0.8667rem]">
          <span className="font-medium">{turn.name}</span>
          <span className="tnum text-2xs text-muted">{turn.turn}</span>
          {isMarked && <Badge tone="warn">demo</Badge>}
          {turn.redacted && <Badge tone="bad">masked</Badge>}
        </p>
        <p className="text-[0.9333rem] whitespace-pre-wrap wrap-anywhere">{turn.text}</p>
      </div>
    </li>
  );
}

function Talking({ id, name, text }: { id: number; name: string; text: string }) {
  return (
    <li className="flex gap-3">
      <Avatar id={id} name={name} />
      <div className="min-w-0 flex-1">
        <p className="text-[0.8667rem] font-medium">{name}</p>
        <p className="caret text-[0.9333rem] text-muted whitespace-pre-wrap wrap-anywhere">{text}</p>
      </div>
    </li>
  );
}
