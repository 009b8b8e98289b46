/** The personas to choose from, as cards one ticks; a search narrows what is shown and leaves the choice alone. */
import { useState } from 'react';
import type { Persona } from '../../../../src/core/persona/persona.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { matchesPersona } from '../personas/matches-persona.ts';

const MOST_CHOSEN = 20;

export function PersonaPicker(props: {
  personas: readonly Persona[];
  chosen: ReadonlySet<number>;
  onChange: (chosen: ReadonlySet<number>) => void;
}) {
  const { personas, chosen, onChange } = props;
  const [words, setWords] = useState('');
  const shown = personas.filter((persona) => matchesPersona(persona, words));
  const isFull = chosen.size >= MOST_CHOSEN;
  const toggle = (id: number) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  };
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-[0.8667rem] font-medium">
        Personas <span className="tnum font-normal text-muted">({chosen.size} chosen)</span>
      </legend>
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <SearchField label="Find a persona" value={words} onChange={setWords} />
        <Button
          size="small"
          look="ghost"
          onClick={() => onChange(new Set([...chosen, ...shown.map(({ id }) => id)].slice(0, MOST_CHOSEN)))}
        >
          Select all
        </Button>
        <Button size="small" look="ghost" disabled={chosen.size === 0} onClick={() => onChange(new Set())}>
          Clear
        </Button>
      </div>
      <div className="grid max-h-84 grid-cols-1 gap-2 overflow-y-auto p-0.5 sm:grid-cols-2 xl:grid-cols-3">
        {shown.map((persona) => (
          <Choice
            key={persona.id}
            persona={persona}
            isChosen={chosen.has(persona.id)}
            isDisabled={isFull && !chosen.has(persona.id)}
            onToggle={() => toggle(persona.id)}
          />
        ))}
        {shown.length === 0 && (
          <p className="col-span-full py-4 text-center text-[0.8667rem] text-muted">No persona fits.</p>
        )}
      </div>
      {isFull && <p className="mt-1 text-xs text-muted">At most {MOST_CHOSEN} take part.</p>}
    </fieldset>
  );
}

function Choice(props: { persona: Persona; isChosen: boolean; isDisabled: boolean; onToggle: () => void }) {
  const { id, name, occupation, behavioral_traits: traits, tech_proficiency: level } = props.persona;
  return (
    <label
      title={[`Tech: ${level.toLowerCase()}`, ...traits].join('\n')}
      className="flex min-w-0 items-center gap-2.5 rounded-lg border border-line px-2.5 py-2 hover:border-strong has-checked:border-accent has-checked:bg-accent-soft has-disabled:opacity-50 has-focus-visible:outline-2 has-focus-visible:outline-accent"
    >
      <input
        type="checkbox"
        className="size-4 shrink-0 accent-(--accent) outline-none"
        checked={props.isChosen}
        disabled={props.isDisabled}
        onChange={props.onToggle}
      />
      <Avatar id={id} name={name} />
      <span className="min-w-0">
        <span className="block truncate text-[0.8667rem] font-medium">{name}</span>
        <span className="block truncate text-xs text-muted">{occupation}</span>
      </span>
    </label>
  );
}
