/** Every mutation of an object that other code holds as well. */
const attempts: readonly ((object: Record<string, unknown>) => void)[] = [
  (object) => Object.assign(object, { added: true }),
  (object) => {
    for (const name of Object.keys(object)) object[name] = 'changed';
  },
  (object) => {
    for (const name of Object.keys(object)) delete object[name];
  },
  (object) => {
    for (const name of Object.keys(object)) Object.defineProperty(object, name, { value: 'new' });
  },
  (object) => Object.setPrototypeOf(object, { admin: true }),
  (object) => void (Array.isArray(object) && object.push('admin:*')),
  (object) => void (Array.isArray(object) && object.splice(0, object.length)),
  (object) => void (Array.isArray(object) && object.fill('admin:*')),
];

/** Tries to change everything that a value leads to, the value itself last. */
export function tamper(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const part of Object.values(value)) tamper(part);
  for (const attempt of attempts) {
    try {
      attempt(value as Record<string, unknown>);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
}
