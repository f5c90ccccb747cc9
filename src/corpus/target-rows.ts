import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import { settingOfBuild, type TargetInfo } from '../targets/target.ts';
import { OUTCOME_LIMITS } from './outcome-limits.ts';

/** A target by name, and what exactly ran under it. */
export interface StoredTarget {
  readonly name: string;
  readonly info: TargetInfo;
}

export interface TargetRows {
  /** The id of the row that holds exactly this; made where it isn't there yet. */
  add(target: StoredTarget): number;
  byId(id: number): StoredTarget;
}

/** As a `.case` file has it: whatever a corpus holds can be written to one. */
const WordSchema = z.string().regex(/^[!-~]{1,256}$/);

const RowSchema = z.object({
  name: WordSchema,
  kernel: WordSchema,
  arch: WordSchema,
  engine: z.enum(['jit', 'interp', 'hardened', 'emulator']),
  release: z.string().regex(/^\d{1,3}\.\d{1,3}$/),
  endianness: z.enum(['little', 'big']),
  page_bytes: z.number(),
  cpus: z.number(),
  execution: z.enum(['interp', 'jit']),
  build: z.string().max(OUTCOME_LIMITS.textChars),
});
type Row = z.infer<typeof RowSchema>;

/** The table `targets`. */
export function targetRows(db: Database): TargetRows {
  const names = Object.keys(RowSchema.shape);
  const values = names.map((name) => `@${name}`).join(', ');
  const insert = db.prepare<[Row]>(
    `INSERT INTO targets (${names.join(', ')}) VALUES (${values}) ON CONFLICT DO NOTHING`,
  );
  const same = names.map((name) => `${name} = @${name}`).join(' AND ');
  const idOf = db.prepare<[Row], number>(`SELECT id FROM targets WHERE ${same}`).pluck();
  const byId = db.prepare<[number]>('SELECT * FROM targets WHERE id = ?');
  return {
    add(target) {
      const row = rowOf(target);
      insert.run(row);
      return idOf.get(row)!;
    },
    byId: (id) => targetOf(RowSchema.parse(byId.get(id))),
  };
}

const rowOf = ({ name, info: { linux, ...info } }: StoredTarget): Row => ({
  name,
  kernel: info.kernel,
  arch: linux.arch,
  engine: info.engine,
  build: info.build,
  release: linux.release,
  endianness: linux.endianness,
  page_bytes: linux.pageBytes,
  cpus: linux.cpus,
  execution: linux.execution,
});

const targetOf = ({ name, kernel, arch, engine, build, ...linux }: Row): StoredTarget => ({
  name,
  info: {
    kernel,
    engine,
    build,
    linux: {
      release: linux.release,
      arch,
      endianness: linux.endianness,
      pageBytes: linux.page_bytes,
      cpus: linux.cpus,
      execution: linux.execution,
      ...settingOfBuild(build),
    },
  },
});
