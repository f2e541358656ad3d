import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { Organization } from './organization.ts';
import { assetStatuses, riskLevels } from './repo.ts';
import { SubOrg } from './sub-org.ts';

/** An editor or browser extension submitted for analysis, by address or as a file. */
export const Extension = defineEntity({
  name: 'Extension',
  tableName: 'extension',
  indexes: [
    { properties: ['orgId', 'id'] },
    { properties: ['subOrgId', 'id'] },
    { properties: ['orgId', 'identity'] },
  ],
  properties: {
    environment: p.enum(['live', 'test'] as const).default('live'),
    id: p.integer().primary().autoincrement(),
    orgId: () => p.manyToOne(Organization).mapToPk().fieldName('org_id').index(false),
    subOrgId: () =>
      p
        .manyToOne(SubOrg)
        .mapToPk()
        .fieldName('sub_org_id')
        .nullable()
        .index(false)
        .deleteRule('restrict'),
    /** Null for an uploaded file. */
    url: p.text().nullable(),
    /** Equal for addresses of the same extension: see `submitted-url.ts`. Null for an uploaded file. */
    identity: p.string().nullable(),
    /** The file's name or the last part of the address. */
    name: p.text(),
    /** SHA-256 of an uploaded file, hexadecimal. */
    fileSha256: p.string().nullable(),
    /** Bytes of an uploaded file. */
    fileSize: p.integer().nullable(),
    status: p.enum(assetStatuses),
    riskLevel: p.enum(riskLevels).nullable(),
    riskScore: p.integer().nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
});

export type Extension = InferEntity<typeof Extension>;
