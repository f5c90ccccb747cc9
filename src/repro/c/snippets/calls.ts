import type { Snippet } from './snippet.ts';

/** Map commands, and loads. */
export const CALLS: readonly Snippet[] = [
  {
    names: ['map_command'],
    text: `
static void map_command(const char *name, int cmd, const __u8 *told, __u32 len)
{
	int error = bpf(cmd);
	char what[64];

	say("%s: errno %d", name, -error);
	snprintf(what, sizeof(what), "%s: gives", name);
	if (!error && told && len)
		say_bytes(what, told, len);
}`,
  },
  {
    names: ['map_percpu_command'],
    text: `
static void map_percpu_command(const char *name, int cmd, __u8 *told, __u32 len)
{
	int error = bpf(cmd);
	char what[64];

	say("%s: errno %d", name, -error);
	snprintf(what, sizeof(what), "%s: gives", name);
	if (!error)
		say_bytes(what, pack_values(told, len, CPUS), CPUS * len);
}`,
  },
  {
    names: ['map_batch'],
    text: `
static void map_batch(const char *name, int cmd)
{
	int error = bpf(cmd);

	say("%s: errno %d, count %u", name, -error, attr.batch.count);
}`,
  },
  {
    names: ['map_lookup_batch'],
    text: `
static void map_lookup_batch(const char *name, int cmd, __u32 key_size, __u32 value_size)
{
	__u32 room = attr.batch.count;
	int error = bpf(cmd);
	__u32 count = attr.batch.count;
	char what[64];

	say("%s: errno %d, count %u", name, -error, count);
	/* ENOENT: that was the end of the map. */
	if ((error && error != -ENOENT) || count > room)
		return;
	snprintf(what, sizeof(what), "%s: key", name);
	for (__u32 i = 0; i < count; i++)
		say_bytes(what, key_out + i * key_size, key_size);
	snprintf(what, sizeof(what), "%s: value", name);
	for (__u32 i = 0; i < count && value_size; i++)
		say_bytes(what, value_out + i * value_size, value_size);
}`,
  },
  {
    names: ['prog_load'],
    text: `
/* Fills in attr what is always the same, loads, and where that fails prints the verifier's log. */
static int prog_load(const struct bpf_insn *insns, __u32 insn_cnt)
{
	static char log[16 << 20];

	attr.insns = PTR(insns);
	attr.insn_cnt = insn_cnt;
	attr.license = PTR("GPL");
	int fd = bpf(BPF_PROG_LOAD), error = fd;

	if (fd >= 0)
		return fd;
	attr.log_level = 1;
	attr.log_buf = PTR(log);
	attr.log_size = sizeof(log);
	bpf(BPF_PROG_LOAD);
	for (char *line = strtok(log, "\\n"); line; line = strtok(NULL, "\\n"))
		printf("# %s\\n", line);
	rejected("BPF_PROG_LOAD", error);
	return -1;
}`,
  },
];
