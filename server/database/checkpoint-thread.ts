/**
 * A thread that moves the log of a SQLite file into the file. Its handle writes nothing else.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite3 from 'better-sqlite3';

const database = new BetterSqlite3(String(workerData), { fileMustExist: true, timeout: 0 });

parentPort?.on('message', (message: 'move' | 'close') => {
  // A passive one waits for no reader and no writer: it moves what it can.
  if (message === 'move') database.pragma('wal_checkpoint(passive)');
  else {
    database.close();
    parentPort?.close();
  }
});
