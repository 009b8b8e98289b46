/** The index of the last item whose place is at most `at`, -1 for none. Items are in the order of their places. */
export function lastBefore<Item>(
  items: readonly Item[],
  at: number,
  placeOf: (item: Item) => number,
): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && placeOf(item) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
