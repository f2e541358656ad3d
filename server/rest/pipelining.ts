import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection that may wait for the answers before them. */
const maxWaiting = 4;

/**
 * Bytes that are parsed in one step outside a body, some twenty requests. One read may hold 1,400.
 */
const sliceSize = 1024;

/** The unanswered requests of one connection. */
interface Connection {
  /** Answers that have not begun, after the current one. */
  readonly turns: (() => void)[];
  /** The latest request. */
  latest: IncomingMessage | undefined;
  /** Received bytes that are not parsed yet. */
  unparsed: Buffer;
  /** The first parsed bytes after the latest request: they begin with the next one's line. */
  begun: Buffer | undefined;
  /** True after bytes that are no request: nothing after them is parsed. */
  isBroken: boolean;
  isFeeding: boolean;
  /** Whether reading stopped because of waiting requests, and for no other reason. */
  isHeld: boolean;
  parse(bytes: Buffer): void;
}

/** The order of one server's answers. */
export interface Turns {
  /** Begins an answer when the ones before it on its connection were taken. */
  begin(incoming: IncomingMessage, outgoing: ServerResponse, answer: () => void): void;
  /**
   * Answers bytes that are no request. If earlier requests still wait for their answers, the
   * connection ends after these instead.
   *
   * @param answer - gets the first bytes of the bad request, as far as known.
   */
  refuse(socket: Socket, answer: (begun: Buffer | undefined) => void): void;
}

/**
 * Answers the requests of one connection one after the other, each when its client has taken the
 * answer before: answers to pipelined requests would otherwise all be held for a client that reads
 * slowly, or never. While many wait, nothing further is parsed or read.
 */
export function createTurns(server: Server): Turns {
  const connections = new WeakMap<Socket, Connection>();
  const soon = createTurnstile();

  server.on('connection', (socket: Socket) => {
    // The HTTP server's own listener, set before this one: it parses all bytes that it gets.
    const [parse] = socket.listeners('data');
    const connection: Connection = {
      turns: [],
      latest: undefined,
      unparsed: Buffer.alloc(0),
      begun: undefined,
      isBroken: false,
      isFeeding: false,
      isHeld: false,
      parse: (bytes) => parse?.call(socket, bytes),
    };
    connections.set(socket, connection);
    socket.removeAllListeners('data');
    socket.on('data', (bytes: Buffer) => {
      // Nothing after the bad request is parsed.
      if (connection.isBroken) return;
      const { unparsed } = connection;
      connection.unparsed = unparsed.length === 0 ? bytes : Buffer.concat([unparsed, bytes]);
      feed(socket, connection);
    });
  });

  return {
    begin(incoming, outgoing, answer) {
      const { socket } = incoming;
      const connection = connections.get(socket);
      if (connection === undefined) {
        answer();
        return;
      }
      const { turns } = connection;
      connection.latest = incoming;
      connection.begun = undefined;
      outgoing.once('close', () => {
        turns.shift();
        if (socket.destroyed) return;
        if (connection.isBroken && turns.length === 0) end(socket);
        const [next] = turns;
        if (next === undefined && connection.unparsed.length === 0) feed(socket, connection);
        // Other connections first: this one may have a thousand requests left.
        else soon(() => goOn(socket, connection, next));
      });
      turns.push(answer);
      if (turns.length === 1) answer();
    },
    refuse(socket, answer) {
      const connection = connections.get(socket);
      if (connection === undefined) {
        answer(undefined);
        return;
      }
      connection.isBroken = true;
      connection.unparsed = Buffer.alloc(0);
      // Within a body, the fault is in the request itself.
      const isWithin = connection.latest?.complete === false;
      if (isWithin || connection.turns.length === 0) {
        answer(connection.begun);
        cutOff(socket);
      }
      // Reading stops: a client that takes no answer is then cut off by its idle timeout.
      else socket.pause();
    },
  };
}

/** Lets one piece of work through in each round of the event loop, in order. */
function createTurnstile(): (work: () => void) => void {
  const waiting: (() => void)[] = [];
  const letOneThrough = () => {
    const work = waiting.shift();
    if (waiting.length > 0) setImmediate(letOneThrough);
    work?.();
  };
  return (work) => {
    if (waiting.push(work) === 1) setImmediate(letOneThrough);
  };
}

/** Begins the next answer, where one waits, and parses on. */
function goOn(socket: Socket, connection: Connection, next: (() => void) | undefined): void {
  if (socket.destroyed) return;
  if (next !== undefined && connection.turns[0] === next) next();
  feed(socket, connection);
}

/** Time for a client to take the last answer, in milliseconds. */
const goodbyeMs = 5_000;

/** Ends a connection whose client may go on sending. */
function end(socket: Socket): void {
  socket.end();
  socket.resume();
  cutOff(socket);
}

function cutOff(socket: Socket): void {
  setTimeout(() => socket.destroy(), goodbyeMs).unref();
}

/** Parses received bytes until enough requests wait; reads on when all are parsed. */
function feed(socket: Socket, connection: Connection): void {
  if (connection.isFeeding || connection.isBroken) return;
  connection.isFeeding = true;
  while (
    connection.unparsed.length > 0 &&
    connection.turns.length < maxWaiting &&
    !connection.isBroken
  ) {
    const { unparsed, latest } = connection;
    const size = latest?.complete === false ? unparsed.length : sliceSize;
    connection.unparsed = unparsed.subarray(size);
    const slice = unparsed.subarray(0, size);
    connection.begun ??= slice;
    connection.parse(slice);
  }
  connection.isFeeding = false;
  const isLeft = connection.unparsed.length > 0 && !connection.isBroken;
  if (isLeft === connection.isHeld) return;
  connection.isHeld = isLeft;
  if (isLeft) socket.pause();
  else socket.resume();
}
