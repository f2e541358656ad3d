import { z } from 'zod';
import { Job } from '../../database/entities/job.ts';
import { integer } from '../../wire/fields.ts';
import { dataPlane } from '../access.ts';
import { reportRecord } from '../assets/asset.ts';
import { environment } from '../assets/environment.ts';
import { reportOf } from '../assets/report-of.ts';
import { defineOperation } from '../operation.ts';
import { findExtension } from './find-extension.ts';

/** The report of an extension's last completed analysis. */
export const getExtensionReport = defineOperation({
  name: 'extensions.report',
  summary: "An extension's report",
  kind: 'query',
  access: dataPlane('extensions:read', 'read'),
  input: z.strictObject({ extensionId: integer(), environment: environment.optional() }),
  output: reportRecord.extend({ extensionId: z.int() }),
  async run(work, { extensionId, environment: asked }) {
    const extension = await findExtension(work, extensionId, asked);
    const last = await work.em.findOne(
      Job,
      { extensionId, status: 'completed' },
      { orderBy: { id: 'desc' } },
    );
    return { extensionId, ...reportOf(extension, last) };
  },
});
