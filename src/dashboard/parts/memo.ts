/** Remembers what a function of two objects gave for as long as both live: views are drawn ten times a second, and mostly from the same parts. */
export function byIdentity<A extends object, B extends object, R>(compute: (a: A, b: B) => R): (a: A, b: B) => R {
  const known = new WeakMap<A, WeakMap<B, {readonly result: R}>>();
  return (a, b) => {
    const inner = known.get(a) ?? new WeakMap<B, {readonly result: R}>();
    known.set(a, inner);
    const found = inner.get(b) ?? {result: compute(a, b)};
    inner.set(b, found);
    return found.result;
  };
}

/** As byIdentity, of one object and a word that stands for everything else; of the words only the last one is kept. */
export function byLastWord<A extends object, R>(): (a: A, word: string, compute: () => R) => R {
  const known = new WeakMap<A, {readonly word: string; readonly result: R}>();
  return (a, word, compute) => {
    const last = known.get(a);
    if (last?.word === word) return last.result;
    const result = compute();
    known.set(a, {word, result});
    return result;
  };
}
