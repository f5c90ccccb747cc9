/* An agent that answers each body with itself, or does what tests ask it to suffer. */
#include "transport.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static char text[4096];

static int is(const struct frame *frame, const char *command)
{
	return frame->len == strlen(command) && !memcmp(frame->body, command, frame->len);
}

/* Names in a folder, a line each. */
static uint32_t read_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	uint32_t len = 0;

	while (folder && (entry = readdir(folder)) && len + sizeof(entry->d_name) < sizeof(text))
		len += sprintf(text + len, "%s\n", entry->d_name);
	if (folder)
		closedir(folder);
	return len;
}

static uint32_t read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	uint32_t len = file ? fread(text, 1, sizeof(text), file) : 0;

	if (file)
		fclose(file);
	return len;
}

int main(void)
{
	struct utsname name;
	struct frame frame;
	int got;

	if (transport_open())
		transport_shutdown(1);
	uname(&name);
	if (transport_send(0, name.release, strlen(name.release)))
		transport_shutdown(1);
	while ((got = transport_receive(&frame)) == 1) {
		if (is(&frame, "spin"))
			for (;;)
				;
		if (is(&frame, "quit"))
			break;
		if (is(&frame, "exit"))
			_exit(3);
		if (is(&frame, "wrong seq"))
			frame.seq++;
		if (is(&frame, "say")) {
			fprintf(stderr, "said on the console\n");
			fprintf(stdout, "said on standard output\n");
			fflush(stdout);
		}
		if (frame.len && frame.body[0] == '/') {
			char path[256];

			snprintf(path, sizeof(path), "%.*s", (int)frame.len, frame.body);
			uint32_t len = path[strlen(path) - 1] == '/' ? read_folder(path)
								     : read_file(path);
			transport_send(frame.seq, text, len);
		} else if (is(&frame, "status"))
			transport_send(frame.seq, text, read_file("/proc/self/status"));
		else if (is(&frame, "jit"))
			transport_send(frame.seq, text, read_file("/proc/sys/net/core/bpf_jit_enable"));
		else if (transport_send(frame.seq, frame.body, frame.len))
			break;
	}
	transport_shutdown(got != 1);
}
