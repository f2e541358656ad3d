import { expect, test } from 'vitest';
import {
  KnownHistory,
  type LostHistory,
} from '../../../../server/database/leases/known-history.ts';
import type { History } from '../../../../server/database/leases/ports.ts';

const at = (seq: number) => ({ seq, mac: `mac${seq}` });
const standing = (differences: Partial<History> = {}): History => ({
  ...{ epoch: 5, head: at(10), holdsHeads: true, restorations: [], ...differences },
});

/** A process that has seen the database once. */
function known(first: Partial<History> = {}) {
  const lost: LostHistory[] = [];
  const history = new KnownHistory((loss) => lost.push(loss));
  const see = (differences: Partial<History>) => history.see(standing(differences), history.heads);
  see(first);
  return { history, see, lost };
}

test('KnownHistory knows nothing of the time before its first look', () => {
  const { history, lost } = known();
  expect([history.isRestored, lost, history.heads]).toEqual([false, [], [at(10)]]);
});

for (const [what, found] of [
  ['whose epoch went back', { epoch: 4 }],
  ['whose audit log lacks a row', { holdsHeads: false, head: at(8) }],
] as const) {
  test(`KnownHistory notices a database ${what}, once, until a restore is accepted`, () => {
    const { history, see, lost } = known();
    see(found);
    see(found);
    // Later epochs belong to another history, though their numbers are higher.
    see({ epoch: 7 });
    expect(history.isRestored).toBe(true);
    expect(lost).toEqual([{ seen: at(10), found: 'head' in found ? found.head : at(10) }]);
    see({ epoch: 4, restorations: [{ id: 'r', accepted: true }] });
    expect(history.isRestored).toBe(false);
    see({ epoch: 3, restorations: [{ id: 'r', accepted: true }] });
    expect([history.isRestored, lost.length]).toEqual([true, 2]);
  });
}

test('KnownHistory takes no restore for accepted that it knew before the loss', () => {
  const r1 = { id: 'r1', accepted: true };
  const r2 = { id: 'r2', accepted: true };
  const { history, see } = known({ restorations: [r1, r2] });
  see({ epoch: 4, restorations: [r1] });
  expect(history.isRestored).toBe(true);
  see({ epoch: 4, restorations: [r1, { id: 'r3', accepted: false }] });
  expect(history.isRestored).toBe(true);
  see({ epoch: 4, restorations: [r1, { id: 'r3', accepted: true }] });
  expect(history.isRestored).toBe(false);
});

test('KnownHistory that missed loss and acceptance goes on from what it finds', () => {
  const { history, see, lost } = known();
  see({ epoch: 4, restorations: [{ id: 'r', accepted: true }] });
  expect([history.isRestored, lost.length]).toEqual([false, 1]);
});

test('KnownHistory is restored while a restore is declared and not accepted, loss or not', () => {
  const { history, see, lost } = known({ restorations: [{ id: 'r', accepted: false }] });
  expect([history.isRestored, lost]).toEqual([true, []]);
  see({ restorations: [{ id: 'r', accepted: true }] });
  expect(history.isRestored).toBe(false);
});

test('KnownHistory asks for what the process committed itself until the database has shown it', () => {
  const { history, see, lost } = known();
  history.committed(at(11));
  expect(history.heads).toEqual([at(10), at(11)]);
  const asked = history.heads;
  history.committed(at(12));
  history.see(standing({ head: at(12) }), asked);
  expect(history.heads).toEqual([at(12), at(12)]);
  history.committed(at(13));
  expect(history.heads).toEqual([at(12), at(12), at(13)]);
  see({ head: at(13) });
  expect(history.heads).toEqual([at(13)]);
  history.committed(at(14));
  // The log went back to row 13, and on again: its newest row belongs to another history.
  history.committed({ seq: 14, mac: 'other' });
  see({ holdsHeads: false, head: at(14) });
  expect(lost).toEqual([{ seen: at(14), found: at(14) }]);
});
