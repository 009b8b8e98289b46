/** A menu that opens from a button. Not modal: locking the page's scroll would need styles our policy forbids. */
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  readonly isChosen?: boolean;
  readonly isDanger?: boolean;
  readonly isDisabled?: boolean;
  readonly onSelect: () => void;
}

export function Menu({ trigger, items }: { trigger: ReactNode; items: readonly MenuItem[] }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="z-40 min-w-40 rounded-lg border border-line bg-surface p-1 shadow-lg"
        >
          {items.map((item) => (
            <DropdownMenu.Item
              key={item.label}
              disabled={item.isDisabled === true}
              onSelect={item.onSelect}
              className={`flex cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-1.5 text-[0.9333rem] outline-none data-disabled:cursor-not-allowed data-disabled:opacity-50 data-highlighted:bg-sunken ${item.isDanger === true ? 'text-danger' : ''}`}
            >
              {item.icon !== undefined && <Icon name={item.icon} className="size-4 text-muted" />}
              <span className="flex-1">{item.label}</span>
              {item.isChosen === true && <Icon name="check" className="size-4 text-accent" />}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
