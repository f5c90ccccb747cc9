/**
 * The one linear memory that holds everything a prog can address. An address is an offset into one
 * buffer, below 2^31, so that a 32-bit `ctx->data` is a usable pointer as it is.
 *
 *   0          64 KiB
 *   +----------+-------+-----+--------+-------+-------+- - -
 *   | no region| stack | ctx | packet | map 0 | map 1 |        each begins on a page of its own, with
 *   +----------+-------+-----+--------+-------+-------+- - -   a page that no region holds behind it
 *
 * A page belongs to one region at most, so that a table of pages finds the region of an address.
 */
export interface Memory {
  bytes: Uint8Array;
  view: DataView;
  /** Of each page, the region that lies in it; 0 for none. */
  readonly pageRegion: Uint8Array;
  /** By region. Region 0 holds nothing. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly access: Uint8Array;
  /** Bytes from element to element, 0 where the region is one whole. */
  readonly strides: Int32Array;
  /** Bytes of an element that may be touched; the rest up to the stride may not. */
  readonly elementBytes: Int32Array;
  regions: number;
  /** The page on which the next region begins. */
  top: number;
  /** How far into its first page each region begins. */
  readonly offsetBytes: number;
}

/** What may be done with the bytes of a region, as bits. */
export const Access = { NONE: 0, READ: 1, WRITE: 2, BOTH: 3 } as const;

/** An address that no region ever holds. */
export const NOWHERE = -1;

const PAGE_BITS = 12;
const PAGE_BYTES = 1 << PAGE_BITS;
/** Where 8 bytes of luck lie, in no region: what a load of the kernel's own memory gets. */
export const GUESS_START = 0x100;
const GUESS_BYTES = 8;
/** The lowest address that a region may have. */
export const MEMORY_START = 0x10000;
const POINTER_BYTES = 8;
const INITIAL_BYTES = 1 << 20;
/** The most that the regions of one case may fill. */
export const MEMORY_BYTES_MAX = 1 << 27;
const REGIONS_MAX = 256;

export interface RegionSpec {
  readonly sizeBytes: number;
  readonly access: number;
  /** Absent where the region is one whole. */
  readonly elements?: { readonly strideBytes: number; readonly usedBytes: number };
}

/**
 * Where regions begin depends on luck, 0 to 255: in their low and in their high bytes, but for the alignment to 8
 * bytes that kernels see to as well.
 */
export function createMemory(luck = 0): Memory {
  const bytes = new Uint8Array(INITIAL_BYTES);
  bytes.fill(luck, GUESS_START, GUESS_START + GUESS_BYTES);
  return {
    bytes,
    view: new DataView(bytes.buffer),
    pageRegion: new Uint8Array(MEMORY_BYTES_MAX >> PAGE_BITS),
    starts: new Int32Array(REGIONS_MAX),
    ends: new Int32Array(REGIONS_MAX),
    access: new Uint8Array(REGIONS_MAX),
    strides: new Int32Array(REGIONS_MAX),
    elementBytes: new Int32Array(REGIONS_MAX),
    regions: 1,
    top: MEMORY_START + luck * PAGE_BYTES,
    offsetBytes: luck * POINTER_BYTES,
  };
}

/** Whether `sizeBytes` bytes from `address` on lie within what one region lets be touched. */
export function allows(
  memory: Memory,
  address: number,
  sizeBytes: number,
  access: number,
): boolean {
  if (!(address >= 0 && address < memory.top)) return false;
  const region = memory.pageRegion[address >>> PAGE_BITS];
  const into = address - memory.starts[region];
  if (into < 0 || address + sizeBytes > memory.ends[region]) return false;
  if ((memory.access[region] & access) === 0) return false;
  const stride = memory.strides[region];
  return stride === 0 || (into % stride) + sizeBytes <= memory.elementBytes[region];
}

/** A new region of zeros; undefined where it would take memory beyond its limit. */
export function addRegion(memory: Memory, spec: RegionSpec): number | undefined {
  const { top, offsetBytes } = memory;
  const start = top + offsetBytes;
  const next = top + roundUp(offsetBytes + spec.sizeBytes, PAGE_BYTES) + PAGE_BYTES;
  if (next > MEMORY_BYTES_MAX || memory.regions === REGIONS_MAX) return undefined;
  if (next > memory.bytes.length) grow(memory, next);
  const region = memory.regions++;
  memory.pageRegion.fill(region, top >> PAGE_BITS, (next - PAGE_BYTES) >> PAGE_BITS);
  memory.starts[region] = start;
  memory.ends[region] = start + spec.sizeBytes;
  memory.access[region] = spec.access;
  memory.strides[region] = spec.elements?.strideBytes ?? 0;
  memory.elementBytes[region] = spec.elements?.usedBytes ?? 0;
  memory.top = next;
  return region;
}

/** Whether an address is on the pages of a region. */
export const isOnRegion = ({ pageRegion, top }: Memory, address: number): boolean =>
  address < top && pageRegion[address >>> PAGE_BITS] !== 0;

/** Lets the region that an address lies in be read from now on. */
export function letRead({ pageRegion, access }: Memory, address: number): void {
  access[pageRegion[address >>> PAGE_BITS]] |= Access.READ;
}

/** Lets exactly the bytes from `start` up to `end` of a region's pages be touched. */
export function setBounds(memory: Memory, region: number, start: number, end: number): void {
  memory.starts[region] = start;
  memory.ends[region] = end;
}

/** Forgets the regions from number `kept` on, and what they held. */
export function dropRegions(memory: Memory, kept: number): void {
  if (memory.regions === kept) return;
  for (let region = kept; region < memory.regions; region++) {
    memory.bytes.fill(0, memory.starts[region], memory.ends[region]);
  }
  const { starts } = memory;
  memory.pageRegion.fill(0, starts[kept] >> PAGE_BITS, memory.top >> PAGE_BITS);
  memory.top = starts[kept] & -PAGE_BYTES;
  memory.regions = kept;
}

/** Forgets a region that was there for a while, unless others that may be needed lie behind it. */
export function dropLast(memory: Memory, region: number): void {
  if (memory.regions === region + 1) dropRegions(memory, region);
}

export const roundUp = (value: number, multiple: number): number =>
  Math.ceil(value / multiple) * multiple;

function grow(memory: Memory, neededBytes: number): void {
  let sizeBytes = memory.bytes.length;
  while (sizeBytes < neededBytes) sizeBytes *= 2;
  const bytes = new Uint8Array(sizeBytes);
  bytes.set(memory.bytes);
  memory.bytes = bytes;
  memory.view = new DataView(bytes.buffer);
}
