import { MAP_TYPES, type MapType } from '../../case/map-type.ts';
import { PROG_TYPES, type ProgType } from '../../case/prog-type.ts';

/** What headers of Linux 5.10 have is named; what is younger is a number. */
const OLD_PROG_TYPES = 1 + PROG_TYPES.indexOf('sk_lookup');
const OLD_MAP_TYPES = 1 + MAP_TYPES.indexOf('task_storage');

export const progTypeName = (type: ProgType): string => {
  const number = PROG_TYPES.indexOf(type);
  const name = `BPF_PROG_TYPE_${type.toUpperCase()}`;
  return number < OLD_PROG_TYPES ? name : `${number} /* ${name} */`;
};

export const mapTypeName = (type: MapType): string => {
  const number = MAP_TYPES.indexOf(type);
  const name = `BPF_MAP_TYPE_${type.toUpperCase()}`;
  return number < OLD_MAP_TYPES ? name : `${number} /* ${name} */`;
};
