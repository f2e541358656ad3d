import { Initial } from './0001-initial.ts';
import { Coherence } from './0002-coherence.ts';
import { Usage } from './0003-usage.ts';
import { Webhooks } from './0004-webhooks.ts';
import { AuditChain } from './0005-audit-chain.ts';
import { LostHistory } from './0007-lost-history.ts';

/** SQLite's migrations, oldest first. */
export const sqliteMigrations = [
  { name: '0001-initial', class: Initial },
  { name: '0002-coherence', class: Coherence },
  { name: '0003-usage', class: Usage },
  { name: '0004-webhooks', class: Webhooks },
  { name: '0005-audit-chain', class: AuditChain },
  { name: '0007-lost-history', class: LostHistory },
];
