/** A table that decisions read. Every SQL expression takes the alias of a row. */
export interface DecisionTable {
  readonly table: string;
  /** The subjects of a row; see `subjectsOf` in core. */
  readonly subjects: (row: string) => readonly string[];
  /** The subjects that only a new row has. */
  readonly created?: (row: string) => readonly string[];
  /** The columns of each unique constraint, the primary key included. */
  readonly uniques: readonly (readonly string[])[];
  /** The columns whose update changes decisions, with those of the subjects; all when absent. */
  readonly decides?: readonly string[];
  /** False where a new row changes no decision that was made before. */
  readonly insertCounts?: boolean;
}

/**
 * The triggers that invalidate on SQLite. REPLACE, and UPDATE OR REPLACE, delete every row that
 * conflicts through any unique constraint, and no delete trigger fires for it (unless
 * `recursive_triggers` is on). So the rows in the way are found before the write. The hidden `rowid`
 * is one more unique constraint, because a statement may name it.
 *
 * A later migration that adds a unique constraint, or a column that decisions read, calls this again.
 *
 * @returns the statements that replace the table's triggers.
 */
export function coherenceTriggers(options: DecisionTable): readonly string[] {
  const { table, subjects, created = () => [], uniques, decides, insertCounts = true } = options;
  const list = (row: string) => `(${decides?.map((name) => `${row}.${name}`).join(', ')})`;
  const isChanged = decides === undefined ? 'true' : `${list('new')} is not ${list('old')}`;
  const conflicts = [['rowid'], ...uniques]
    .map((names) => names.map((name) => `present.${name} = new.${name}`).join(' and '))
    .map((condition) => `(${condition})`)
    .join(' or ');
  const replaced = `from ${table} as present where ${conflicts}`;
  const pushedOut = `from ${table} as present
    where present.rowid <> old.rowid and (${conflicts})`;

  const before = (event: string, rows: string) =>
    trigger(
      `${event}_replaces`,
      `before ${event}`,
      `exists (select 1 ${rows})`,
      subjects('present').map((subject) => `select ${subject} as subject ${rows}`),
    );
  const after = (event: string, when: string, touched: readonly string[]) =>
    trigger(
      event,
      `after ${event}`,
      when,
      touched.map((subject) => `select ${subject} as subject`),
    );

  function trigger(name: string, event: string, when: string, touched: readonly string[]) {
    // Each trigger takes an epoch of its own, and `union` drops duplicates, so no insert below
    // conflicts: the outer statement's conflict clause would replace the one written here.
    return `
      create trigger touch_${table}_${name} ${event} on ${table} when ${when}
      begin
        update epoch set n = n + 1;
        insert into invalidation
          select n, subject from epoch, (${touched.join(' union ')});
      end
    `;
  }

  return [
    ...['insert', 'update', 'delete'].map(
      (event) => `drop trigger if exists touch_${table}_${event}`,
    ),
    ...['insert', 'update'].map(
      (event) => `drop trigger if exists touch_${table}_${event}_replaces`,
    ),
    before('insert', replaced),
    before('update', pushedOut),
    ...(insertCounts ? [after('insert', 'true', [...subjects('new'), ...created('new')])] : []),
    after('update', isChanged, [...subjects('old'), ...subjects('new'), ...created('new')]),
    after('delete', 'true', subjects('old')),
  ];
}
