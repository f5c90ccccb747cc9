/** A list of `count` items, each made in its turn. `Array.from` takes several times as long. */
export function repeated<T>(count: number, make: (index: number) => T): T[] {
  const items: T[] = [];
  for (let index = 0; index < count; index++) items.push(make(index));
  return items;
}
