import type { Network } from './connection.ts';
import { type SimulatedKey, simulatedKeys } from './keys.ts';
import type { Machine } from './machine.ts';
import type { Rules } from './rules.ts';
import { World } from './world.ts';

/** The length of a run: a dozen leases. */
const duration = 1200;

const calmNetwork: Network = { slow: 0, lossy: 0, forgedEvery: 0 };

/** The results of a run. */
export type Run = Pick<World, 'violations' | 'waits' | 'requests' | 'refused' | 'hits'>;

/**
 * Runs one seed: processes that serve requests, operations that change the data behind the
 * decisions, and every possible fault.
 *
 * @param seed - picks everything.
 * @param rules - the code under test.
 * @param calm - leaves the faults out.
 */
export async function simulate(seed: number, rules: Rules, calm = false): Promise<Run> {
  const network = calm ? calmNetwork : networkOf(seed);
  const world = new World(seed, rules, network);
  const { choices, schedule } = world;
  const operator = world.machine();

  // Most keys are there from the start.
  for (const { subjects } of simulatedKeys.slice(0, 4)) {
    world.database.transact(
      { subjects: subjects.slice(0, 1), epochFirst: true, takes: 0 },
      () => {},
    );
  }
  for (let n = choices.pick([1, 2, 3]); n >= 0; n--) {
    schedule.in(choices.between(0, 20), () => world.start());
  }
  every(world, 5, () => traffic(world));
  every(world, 45, () => operation(world, operator));
  if (!calm) every(world, choices.between(40, 200), () => trouble(world, operator));
  if (network.forgedEvery > 0) every(world, network.forgedEvery, () => forge(world));

  while (world.violations.length === 0 && schedule.step(duration)) {
    // All that the event set going in the code under test runs before the next one.
    await new Promise(setImmediate);
  }
  return world;
}

function networkOf(seed: number): Network {
  const quality = [0, 0.02, 0.1, 0.3];
  const at = (place: number) => quality[(seed >> place) % 4] ?? 0;
  return { slow: at(0), lossy: at(2) / 3, forgedEvery: [0, 0, 3, 12][(seed >> 4) % 4] ?? 0 };
}

function every(world: World, milliseconds: number, run: () => void): void {
  const again = () => {
    run();
    world.schedule.in(world.choices.between(0, 2 * milliseconds), again);
  };
  world.schedule.in(world.choices.between(0, 2 * milliseconds), again);
}

function traffic(world: World): void {
  const { choices } = world;
  const serving = world.serving();
  if (serving.length === 0) return;
  const process = choices.pick(serving);
  const key = choices.pick(simulatedKeys);
  const burst = choices.chance(0.2) ? 3 : 1;
  for (let n = 0; n < burst; n++) {
    world.schedule.in(choices.between(0, 2), () => world.request(process, key));
  }
}

function operation(world: World, operator: ReturnType<World['machine']>): void {
  const { choices } = world;
  const running = world.serving().filter(({ machine }) => machine.running);
  const place = choices.pick([operator, ...running]);
  const key = choices.pick(simulatedKeys);
  const probe = () => probeEverywhere(world, key);
  if (choices.chance(0.2)) {
    world.repeat(place.machine, place.connection, probe);
    return;
  }
  const [lookup = '', secret = ''] = key.subjects;
  const subject = choices.pick(key.subjects);
  const change = {
    subjects: subject === lookup ? [lookup, secret] : [subject],
    epochFirst: choices.chance(0.5),
    takes: choices.chance(0.3) ? choices.between(0, 60) : choices.between(0, 2),
  };
  world.change(place, change, probe);
}

/**
 * Sends a request to every process together, and again for a while: a broken promise would show
 * here.
 */
function probeEverywhere(world: World, key: SimulatedKey): void {
  for (const process of world.serving()) {
    for (const later of [0, world.choices.between(0, 5), world.choices.between(5, 100)]) {
      world.schedule.in(later, () => world.request(process, key));
    }
  }
}

/**
 * The way to evict a process that is alive. The database crashes and loses the process's report;
 * the process is silent for most of a lease, reports once more, and is cut off. Then something
 * changes when the operation that has waited for it ends.
 */
function burial(world: World, operator: ReturnType<World['machine']>, machine: Machine): void {
  const { choices, schedule, database } = world;
  const change = () => operation(world, operator);
  const afterReport = (run: () => void) => {
    database.onReport = (id) => {
      if (!id.startsWith(`${machine.name}/`)) return;
      database.onReport = null;
      schedule.in(choices.between(0, 3), run);
    };
  };
  change();
  if (choices.chance(0.5)) schedule.in(choices.between(0, 5), change);
  afterReport(() => {
    database.crash();
    machine.pause(choices.between(0, 100));
    afterReport(() => machine.cutOffFor(choices.between(100, 200)));
  });
  for (let n = 0; n < 3; n++) schedule.in(choices.between(90, 140), change);
}

/** An attacker with a connection announces a possible next epoch, and its possible subjects. */
function forge(world: World): void {
  const { choices } = world;
  const serving = world.serving();
  if (serving.length === 0) return;
  const process = choices.pick(serving);
  const key = choices.pick(simulatedKeys);
  const subjects = choices.pick([[], key.subjects, [choices.pick(key.subjects)]]);
  const epoch = process.holder.epoch() + choices.pick([1, 1, 1, 2]);
  world.announce(process, { epoch, subjects });
  world.forgeAcknowledgement();
}

/** The database loses commits while processes run, and things change before they have noticed. */
function restore(world: World, operator: ReturnType<World['machine']>, lasting: number): void {
  const { choices, schedule, database } = world;
  const isStopped = choices.chance(0.3);
  if (isStopped) database.up = false;
  schedule.in(isStopped ? lasting / 2 : 0, () => {
    database.up = true;
    world.restore(choices.pick(['restore', 'failOver', 'failOver']));
    for (let n = choices.pick([0, 3, 6]); n > 0; n--) {
      schedule.in(choices.between(0, 20), () => operation(world, operator));
    }
  });
}

function trouble(world: World, operator: ReturnType<World['machine']>): void {
  const { choices, schedule, database } = world;
  const lasting = choices.between(0, choices.pick([20, 150, 400]));
  const process = world.serving().length > 0 ? choices.pick(world.serving()) : world.start();
  const { machine, holder } = process;
  const troubles = {
    pause: () => machine.pause(lasting),
    suspend: () => machine.suspend(lasting),
    cutOff: () => machine.cutOffFor(lasting),
    restore: () => restore(world, operator, lasting),
    burial: () => burial(world, operator, machine),
    away: () => {
      if (choices.chance(0.5)) database.crash();
      database.up = false;
      schedule.in(lasting / 2, () => {
        database.up = true;
      });
    },
    clockSet: () => machine.setWall(choices.between(-50, 500)),
    crash: () => {
      machine.crash();
      schedule.in(lasting, () => world.start());
    },
    leave: () => {
      machine.deliver(() => holder.leave().catch(() => {}));
      schedule.in(lasting, () => world.start());
    },
    join: () => {
      if (world.serving().length < 5) world.start();
    },
  };
  choices.pick(Object.values(troubles))();
}
