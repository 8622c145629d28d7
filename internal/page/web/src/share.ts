/**
 * share gives back what is equal in the old value, so that a component that got an equal part of a new snapshot is not
 * drawn again. Both values are JSON.
 */
export function share<T>(old: unknown, fresh: T): T {
  if (Object.is(old, fresh)) return fresh;
  if (typeof old !== "object" || typeof fresh !== "object" || old === null || fresh === null) return fresh;
  if (Array.isArray(old) !== Array.isArray(fresh)) return fresh;
  const before = old as Record<string, unknown>;
  const after = fresh as Record<string, unknown>;
  const keys = Object.keys(after);
  let equal = keys.length === Object.keys(before).length;
  for (const key of keys) {
    after[key] = share(before[key], after[key]);
    if (!(key in before) || !Object.is(before[key], after[key])) equal = false;
  }
  return equal ? (old as T) : fresh;
}
