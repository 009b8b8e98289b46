/** One of a few choices, side by side. */
import { ToggleGroup } from 'radix-ui';

export function Segmented<Value extends string>(props: {
  label: string;
  value: Value;
  options: readonly { readonly value: Value; readonly label: string }[];
  onChange: (value: Value) => void;
}) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={props.label}
      value={props.value}
      // Pressing the chosen one again would choose none.
      onValueChange={(value) => value !== '' && props.onChange(value as Value)}
      className="inline-flex rounded-[0.4375rem] border border-strong bg-sunken p-0.5"
    >
      {props.options.map(({ value, label }) => (
        <ToggleGroup.Item
          key={value}
          value={value}
          className="h-7 rounded-[0.3125rem] px-2.5 text-[0.8667rem] font-medium text-muted hover:text-ink data-[state=on]:bg-raised data-[state=on]:text-ink data-[state=on]:shadow-(--shadow)"
        >
          {label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
