/**
 * Clones a repository with isomorphic-git alone, files checked out: what a scan is compared with.
 *
 * @module
 */
import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import git from 'isomorphic-git';
import http from 'isomorphic-git/http/node';
import { answering } from '../processes/answering.ts';

/** Clones, and measures milliseconds and the process's highest memory in bytes. */
async function clone({ url }: { readonly url: string }) {
  const dir = await mkdtemp(join(tmpdir(), 'clone-alone-'));
  const started = performance.now();
  await git.clone({ fs, http, dir, url, depth: 1, singleBranch: true, noTags: true });
  const took = performance.now() - started;
  await rm(dir, { recursive: true });
  return { took, bytes: process.resourceUsage().maxRSS * 1024 };
}

const commands = { clone };

/** The commands of this process. */
export type CloneCommands = typeof commands;

answering(commands);
