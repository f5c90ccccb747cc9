import { describe, expect, it } from 'vitest';
import { caseOf, LINUX, oneRun, run } from './driver.ts';

/** An IPv4 packet of 46 bytes behind nothing. */
const IPV4 = Uint8Array.from({ length: 46 }, (_, i) => ({ 12: 8, 14: 0x45, 15: 1 })[i] ?? 0);

const call = (helper: string, ...args: readonly (number | string)[]) =>
  `${args.map((arg, i) => `r${i + 2} = ${arg}`).join('\n')}\nr1 = r6\ncall ${helper}\n`;

const redirect = (flags: number) => `r1 = 1\nr2 = ${flags}\ncall redirect\n`;

/** What the last helper returned, and the packet's length then. */
const SCHED: readonly (readonly [what: string, prog: string, retval: number, length: number])[] = [
  ['makes a packet longer', call('skb_change_tail', 100, 0), 0, 100],
  ['makes a packet shorter', call('skb_change_tail', 14, 0), 0, 14],
  ['leaves the Ethernet header', call('skb_change_tail', 13, 0), -22, 46],
  ['knows no flags', call('skb_change_tail', 60, 1), -22, 46],
  ['has an end', call('skb_change_tail', 16065, 0), -22, 46],
  ['makes room in front', call('skb_change_head', 14, 0), 0, 60],
  ['pulls no more than there is', call('skb_pull_data', 47), -12, 46],
  ['makes IPv6 of IPv4', call('skb_change_proto', 0xdd86, 0), 0, 66],
  ['makes nothing else of it', call('skb_change_proto', 0x0081, 0), -524, 46],
  ['adds room behind the IP header', call('skb_adjust_room', 8, 0, 0), 0, 54],
  ['takes room from there', call('skb_adjust_room', -8, 0, 0), 0, 38],
  ['leaves the IP header', call('skb_adjust_room', -20, 0, 0), -524, 46],
  ['adds one tunnel', call('skb_adjust_room', 20, 1, 2).repeat(2), -114, 66],
  ['adds no more than 4095 bytes', call('skb_adjust_room', 4096, 0, 0), -14, 46],
  ['puts the first tag beside the packet', call('skb_vlan_push', 0x81, 1), 0, 46],
  ['puts the second tag into it', call('skb_vlan_push', 0x81, 1).repeat(2), 0, 50],
  ['knows four types', call('skb_change_type', 4), -22, 46],
  ['has no checksum to update', call('csum_update', 1), -524, 46],
  ['has no checksum level', call('csum_level', 0), -13, 46],
  ['counts checksum levels from 0', call('csum_level', 1) + call('csum_level', 0), 0, 46],
  ['marks congestion', call('skb_ecn_set_ce'), 1, 46],
  ['is redirected', redirect(1), 7, 46],
  ['is dropped for a flag', redirect(2), 2, 46],
  ['keeps checksums at even places', call('l3_csum_replace', 25, 0, 0, 0), -14, 46],
  ['replaces 0, 2 or 4 bytes', call('l4_csum_replace', 24, 0, 0, 1), -22, 46],
];

const XDP: typeof SCHED = [
  ['moves its beginning', call('xdp_adjust_head', 4), 0, 42],
  ['leaves 14 bytes', call('xdp_adjust_head', 33), -22, 46],
  ['leaves what the frame needs', call('xdp_adjust_head', -217), -22, 46],
  ['moves its end', call('xdp_adjust_tail', 10), 0, 56],
  ['ends before the page does', call('xdp_adjust_tail', 3475), -22, 46],
  ['gets metadata', call('xdp_adjust_meta', -4), 0, 50],
  ['gets metadata by the word', call('xdp_adjust_meta', -3), -13, 46],
  ['is as long as it is', call('xdp_get_buff_len'), 46, 46],
  ['is redirected', redirect(0), 4, 46],
  ['is aborted for a flag', redirect(1), 0, 46],
];

describe.each([
  ['sched_cls', SCHED],
  ['xdp', XDP],
] as const)('a packet of %s', (progType, rows) => {
  it.each(rows)('%s', async (_what, prog, retval, length) => {
    const runs = [run({ data: IPV4 })];
    const testCase = caseOf(`r6 = r1\n${prog}exit`, { progType, runs });
    const outcome = await oneRun(testCase, { linux: { ...LINUX, release: '6.1' } });
    expect([outcome.retval | 0, outcome.dataSizeOut]).toEqual([retval, length]);
  });
});
