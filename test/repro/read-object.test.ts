import { describe, expect, it } from 'vitest';
import { FORMS, insnOf } from '../../src/isa/forms.ts';
import { asmText, sectionOf } from '../../src/repro/asm.ts';
import { readProg } from '../../src/repro/read-object.ts';
import { progObject } from '../../src/targets/kernel/bpftool/prog-object.ts';
import { compileBpf, hasBpfCompiler } from '../../src/targets/kernel/compile-bpf.ts';
import { disagreementOn, SMALL } from './example.ts';

const KSYMS = `case kernel symbols
prog_type xdp
ksym bpf_cast_to_kern_ctx
ksym bpf_prog_active

prog
  r2 = var_addr(1) ll
  call kfunc#0
  r0 = 0
  exit

run
  data 0000000000000000000000000000
`;

const MAPS = `case maps, by fd and by value
prog_type xdp

map m array key 4 value 16 max_entries 1

prog
  r1 = map_by_fd(0) ll
  r2 = map_val(map_by_fd(0)) +8 ll
  r0 = *(u64 *)(r2 +0)
  r3 = 5
  lock *(u64 *)(r2 +0) += r3
  r3 = atomic64_fetch_xor((u64 *)(r2 -8), r3)
  exit

run
  data 0000000000000000000000000000
`;

describe.each([
  ['functions', SMALL],
  ['maps', MAPS],
])('a prog with %s', (_what, text) => {
  const disagreement = disagreementOn(text);
  const { insns } = disagreement.testCase.progs[0];

  it.each(['little', 'big'] as const)('comes back out of our own object, %s-endian', (order) => {
    const object = progObject(disagreement.testCase, 0, 'xdp', order)!;
    expect(readProg(object.bytes, 'xdp', order)).toEqual(insns);
  });

  it('is refused with words where the object is cut anywhere', () => {
    const { bytes } = progObject(disagreement.testCase, 0, 'xdp', 'little')!;
    for (let length = 0; length < bytes.length; length += 7) {
      const cut = () => readProg(bytes.subarray(0, length), 'xdp', 'little');
      expect(cut).toThrow(/cut short|no ELF file|Expected/);
    }
  });
});

describe.each([
  ['functions', SMALL],
  ['maps', MAPS],
  ['kernel symbols', KSYMS],
])('a prog with %s', (_what, text) => {
  it.each([
    'little',
    'big',
  ] as const)('comes back out of what clang assembles, %s-endian', async (order) => {
    if (!(await hasBpfCompiler())) return;
    const disagreement = disagreementOn(text);
    const { subject, testCase } = disagreement;
    const linux = { ...subject.info.linux, endianness: order };
    const source = asmText(
      { ...disagreement, subject: { ...subject, info: { ...subject.info, linux } } },
      [],
    );
    const options = { endianness: order, signal: new AbortController().signal };
    const object = await compileBpf('repro.s', source, options);
    expect(readProg(object, sectionOf(0), order)).toEqual(testCase.progs[0].insns);
  });
});

describe('what clang assembles of each form', () => {
  const LACKS = new Set(['kfunc', 'var_addr', 'map_by_fd', 'map_val_by_fd']);
  const forms = FORMS.filter((form) => {
    const kind = form.kind === 'lddw' ? form.pseudo : form.kind === 'call' ? form.callee : '';
    return !LACKS.has(kind);
  });
  const insns = forms.map((form) => insnOf(form, { dst: 1, src: 2, off: 1, imm: 1 }));

  it('is the same insn', async () => {
    if (!(await hasBpfCompiler())) return;
    const { testCase, ...rest } = disagreementOn(SMALL);
    const source = asmText({ ...rest, testCase: { ...testCase, progs: [{ insns }] } }, []);
    const options = { endianness: 'little', signal: new AbortController().signal } as const;
    const object = await compileBpf('repro.s', source, options);
    expect(readProg(object, sectionOf(0), 'little')).toEqual(insns);
  });
});
