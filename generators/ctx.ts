import type { Random } from 'fast-check';
import type { CtxInput } from '../src/case/case.ts';
import { SK_BUFF, XDP_MD } from '../src/case/ctx.ts';
import type { GeneratedType } from './ctx-access.ts';
import { noFields } from './no-fields.ts';
import { OWN_CTX } from './own-ctx.ts';
import { ETHERNET_BYTES } from './packet.ts';
import { oneIn, percent, pick } from './random.ts';
import { drawU64, type Pool } from './values.ts';

/** A ctx that goes with a packet of that length; now and then one that the command refuses. */
export const drawCtx = (
  random: Random,
  type: GeneratedType,
  dataBytes: number,
  pool: Pool,
): CtxInput =>
  type === 'xdp'
    ? drawXdp(random, dataBytes)
    : (OWN_CTX[type]?.(random, pool) ?? drawSkb(random, type, dataBytes, pool));

/** An interface that no machine has. */
const NO_IFINDEX = 0x7ffffff0n;
/** Longer than the struct is fine as long as what is behind it is zero. */
const LONGER_BYTES = 8;

/** Rules of `convert___skb_to_skb` (net/bpf/test_run.c, 6.1). */
function drawSkb(random: Random, type: GeneratedType, dataBytes: number, pool: Pool): CtxInput {
  const fields = noFields();
  const u32 = () => BigInt.asUintN(32, drawU64(random, pool));
  for (const name of OFTEN) {
    if (percent(random, 40)) fields[name] = u32();
  }
  for (const name of TIMES) {
    if (percent(random, 20)) fields[name] = drawU64(random, pool);
  }
  if (percent(random, 15)) fields.ifindex = 1n;
  if (percent(random, 20)) fields.gso_segs = BigInt(random.nextInt(0, 0xffff));
  if (percent(random, 20)) fields.gso_size = u32();
  const isL2 = type === 'sched_cls' || type === 'sched_act';
  const lenBytes = isL2 ? dataBytes : dataBytes - ETHERNET_BYTES;
  if (percent(random, 15)) fields.wire_len = BigInt(random.nextInt(Math.max(lenBytes, 1), 65536));
  if (oneIn(random, 25)) breakSkb(random, fields);
  return { sizeBytes: drawSize(random, SK_BUFF.sizeBytes), fields };
}

const OFTEN = ['mark', 'priority', 'ingress_ifindex', 'cb0', 'cb1', 'cb2', 'cb3', 'cb4'];
const TIMES = ['tstamp', 'hwtstamp'];

/** What the command refuses, each for its own reason. */
function breakSkb(random: Random, fields: Record<string, bigint>): void {
  const [name, value] = pick(random, [
    ['len', 1n],
    ['hash', 1n],
    ['vlan_tci', 0xffffffffn],
    ['data', 1n],
    ['tstamp_type', 1n],
    ['family', 2n],
    ['gso_segs', 0x10000n],
    ['wire_len', 1n],
    ['wire_len', 0x10001n],
    ['ifindex', NO_IFINDEX],
  ] as const);
  fields[name] = value;
}

/** Rules of `bpf_prog_test_run_xdp` and `xdp_convert_md_to_buff` (net/bpf/test_run.c, 6.1). */
function drawXdp(random: Random, dataBytes: number): CtxInput {
  const metaBytes = percent(random, 40) ? 4 * random.nextInt(1, 8) : 0;
  const fields = noFields();
  fields.data_end = BigInt(dataBytes);
  if (metaBytes > 0 && metaBytes <= dataBytes) fields.data = BigInt(metaBytes);
  if (percent(random, 15) && metaBytes < dataBytes) {
    fields.data_end = BigInt(random.nextInt(metaBytes, dataBytes));
  }
  if (percent(random, 30)) fields.ingress_ifindex = 1n;
  if (oneIn(random, 20)) breakXdp(random, fields);
  return { sizeBytes: drawSize(random, XDP_MD.sizeBytes), fields };
}

function breakXdp(random: Random, fields: Record<string, bigint>): void {
  const [name, value] = pick(random, [
    ['data', 2n],
    ['data', 36n],
    ['data_end', 1n],
    ['data_end', 0xffffn],
    ['data_meta', 4n],
    ['egress_ifindex', 1n],
    ['rx_queue_index', 1n],
    ['ingress_ifindex', NO_IFINDEX],
  ] as const);
  fields[name] = value;
}

function drawSize(random: Random, sizeBytes: number): number {
  if (!oneIn(random, 12)) return sizeBytes;
  return oneIn(random, 2) ? sizeBytes + LONGER_BYTES : 4 * random.nextInt(1, sizeBytes / 4);
}
