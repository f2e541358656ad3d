// Compares a warm verification with one hash, on the runtime that it is started with, and prints the
// result as JSON.
import { compare } from './compare.ts';
import { verificationAndHash } from './runtime-work.ts';

const { ours, hash } = await verificationAndHash();
console.log(JSON.stringify(await compare(ours, hash)));
