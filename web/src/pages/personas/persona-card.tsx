/** One persona as a card, with what its owner may do with it. */
import type { Persona } from '../../../../src/core/persona/persona.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Badge } from '../../ui/badge.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { Menu } from '../../ui/menu.tsx';

export interface PersonaActions {
  readonly edit: (persona: Persona) => void;
  readonly duplicate: (persona: Persona) => void;
  readonly remove: (persona: Persona) => void;
}

export function PersonaCard({ persona, actions }: { persona: Persona; actions: PersonaActions }) {
  const { id, name, occupation, location, tech_proficiency: level, behavioral_traits: traits } = persona;
  const isOwn = !persona.is_shipped;
  return (
    <article
      aria-label={name}
      className="flex h-full flex-col rounded-xl border border-line bg-surface p-4 shadow-(--shadow)"
    >
      <div className="flex items-start gap-3">
        <Avatar id={id} name={name} className="size-10 text-sm" />
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold wrap-anywhere">{name}</h2>
          <p className="text-[0.8667rem] text-muted wrap-anywhere">
            {occupation} · {location}
          </p>
        </div>
        <Menu
          trigger={<IconButton icon="more" label={`What to do with ${name}`} className="-mr-2 -mt-1" />}
          items={[
            ...(isOwn
              ? [{ label: 'Edit', icon: 'edit', onSelect: () => actions.edit(persona) } as const]
              : []),
            { label: 'Duplicate', icon: 'copy', onSelect: () => actions.duplicate(persona) },
            ...(isOwn
              ? [
                  {
                    label: 'Delete',
                    icon: 'trash',
                    isDanger: true,
                    onSelect: () => actions.remove(persona),
                  } as const,
                ]
              : []),
          ]}
        />
      </div>
      <ul
        aria-label="Traits"
        className="my-3 list-disc space-y-0.5 pl-4 text-[0.8667rem] text-muted marker:text-strong"
      >
        {traits.map((trait) => (
          <li key={trait} className="wrap-anywhere">
            {trait}
          </li>
        ))}
      </ul>
      <p className="mt-auto flex items-center gap-1.5">
        <Badge>Tech: {level.toLowerCase()}</Badge>
        {isOwn ? <Badge tone="good">yours</Badge> : <Badge>shipped</Badge>}
        <span className="tnum ml-auto text-2xs text-muted">#{id}</span>
      </p>
    </article>
  );
}
