/**
 * The fields of a ctx, none yet. Which of them are set is a matter of chance: an object without a prototype is
 * a table from its start, where V8 would make a class of every combination.
 */
export const noFields = (): Record<string, bigint> => Object.create(null);
