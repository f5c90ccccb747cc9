import type { Machine } from '../machine.ts';
import { type Memory, setBounds } from '../memory.ts';
import { showField } from './skb-state.ts';

/** `struct xdp_buff`: where the packet lies, by addresses. */
export interface XdpBuff {
  /** The first byte and the one behind the last that the linear part may come to have. */
  readonly hardStart: number;
  readonly hardEnd: number;
  /** Of the device that the packet came from. */
  readonly ifindex: number;
  dataMeta: number;
  data: number;
  dataEnd: number;
  readonly frags: XdpFrag[];
}

/** What is left of the page of a frag from its first byte on, and how much of that is filled. */
export interface XdpFrag {
  page: Uint8Array;
  sizeBytes: number;
  /** Where it lies instead of in `page`, once a prog has been given a pointer to it. */
  address?: number;
}

/** The page of a frag, wherever it lies. */
export const pageOf = (memory: Memory, { page, address }: XdpFrag): Uint8Array =>
  address === undefined ? page : memory.bytes.subarray(address, address + page.length);

/** The filled part of a frag. */
export const fragBytes = (memory: Memory, frag: XdpFrag): Uint8Array =>
  pageOf(memory, frag).subarray(0, frag.sizeBytes);

export const fragsBytes = ({ frags }: XdpBuff): number =>
  frags.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** `xdp_get_buff_len`. */
export const buffLength = (buff: XdpBuff): number => buff.dataEnd - buff.data + fragsBytes(buff);

/** Lets progs see where the packet begins and ends now. */
export function showBuff(machine: Machine, { dataMeta, data, dataEnd }: XdpBuff): void {
  showField(machine, 'data_meta', dataMeta);
  showField(machine, 'data', data);
  showField(machine, 'data_end', dataEnd);
  setBounds(machine.memory, machine.packetRegion, dataMeta, dataEnd);
}
