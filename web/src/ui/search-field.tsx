/** A field that narrows what is shown, as one types. */
import { Icon } from './icon.tsx';

export function SearchField(props: {
  label: string;
  value: string;
  onChange: (text: string) => void;
  className?: string;
}) {
  return (
    <div className={`relative min-w-48 flex-1 sm:max-w-xs ${props.className ?? ''}`}>
      <Icon
        name="search"
        className="pointer-events-none absolute left-2.5 top-1/2 size-4 -translate-y-1/2 text-muted"
      />
      <input
        type="search"
        aria-label={props.label}
        placeholder={props.label}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        className="control pl-8"
      />
    </div>
  );
}
