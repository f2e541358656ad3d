import { createRowMacs } from '../../server/crypto/row-macs.ts';

/** What secrets and rows of every test server are stored under. */
export const testPepper = new Uint8Array(32).fill(7);

/** The MACs of every test server's rows. */
export const testRowMacs = createRowMacs([testPepper], () => {});
