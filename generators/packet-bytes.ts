/** Copies from the packet to the stack, and back. */
export type PacketBytesFragment =
  | ({ readonly kind: 'load-bytes' } & PacketRange)
  | ({ readonly kind: 'store-bytes'; readonly flags: number } & PacketRange);

/** Which bytes of the packet, and where on the stack: hints, as all numbers of a plan. */
interface PacketRange {
  readonly off: number;
  readonly src: number;
  readonly len: number;
  readonly at: number;
}
