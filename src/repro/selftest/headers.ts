import { HELPERS } from '../../isa/helpers.ts';

/**
 * Stand-ins for what a test of selftests/bpf/progs includes, by the path, with as much as ours use: of libbpf's
 * bpf_helpers.h, where helpers are pointers, and of bpf_misc.h (6.12).
 */
export const VERIFIER_TEST_HEADERS: Readonly<Record<string, string>> = {
  // Of the machine that a header is for; BPF has none.
  'asm/types.h': '#include <asm-generic/types.h>\n',
  'asm/bitsperlong.h': '#define __BITS_PER_LONG 64\n#include <asm-generic/bitsperlong.h>\n',
  'asm/posix_types.h': '#include <asm-generic/posix_types.h>\n',
  'bpf/bpf_helpers.h': `
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, val) int (*name)[val]
typedef enum bpf_helper_id { ${HELPERS.map((name, id) => `bpf_${name} = ${id}`).join(', ')} } bpf_helper_id;
`,
  'bpf_misc.h': `
#define __naked __attribute__((naked))
#define __tag(text) __attribute__((btf_decl_tag(text)))
#define __description(desc) __tag("comment:test_description=" desc)
#define __success __tag("comment:test_expect_success")
#define __failure __tag("comment:test_expect_failure")
#define __retval(val) __tag("comment:test_retval=" #val)
#define __flag(flag) __tag("comment:test_prog_flags=" #flag)
#define __clobber_all "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "memory"
#define __imm(name) [name]"i"(name)
#define __imm_addr(name) [name]"i"(&name)
`,
};
