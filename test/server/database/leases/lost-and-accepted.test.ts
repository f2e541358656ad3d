import { expect, test } from 'vitest';
import { LeaseHolder } from '../../../../server/database/leases/lease-holder.ts';
import type {
  History,
  HolderPort,
  Invalidations,
  Report,
} from '../../../../server/database/leases/ports.ts';
import { ManualClock } from './manual-clock.ts';

test('LeaseHolder empties its cache when a loss and its acceptance are found at once', async () => {
  const clock = new ManualClock();
  let found: Pick<History, 'holdsHeads' | 'restorations'> = { holdsHeads: true, restorations: [] };
  const history = (): History => ({ epoch: 5, head: { seq: 9, mac: 'a' }, ...found });
  const told = async (_id: string, { mark }: Report): Promise<Invalidations> => ({
    history: history(),
    mine: { mark, subjects: [] },
  });
  const port: HolderPort = {
    join: async () => ({ ...history(), holdsHeads: true }),
    renew: told,
    acknowledge: told,
    leave: async () => {},
    prune: async () => {},
  };
  const heard: unknown[] = [];
  const lost: unknown[] = [];
  let ids = 0;
  const holder = new LeaseHolder({
    ...{ port, clock, timing: { length: 2_000, margin: 100 }, newId: () => `${ids++}` },
    onLost: (loss) => lost.push(loss),
  });
  await holder.poll();
  holder.subscribe((subjects) => heard.push(subjects));
  holder.committed({ seq: 10, mac: 'b' });
  found = { holdsHeads: false, restorations: [{ id: 'r', accepted: true }] };
  await holder.poll();
  expect(lost.length).toBe(1);
  expect(heard).toContain('everything');
});
