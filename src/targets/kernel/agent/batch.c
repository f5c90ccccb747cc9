// SPDX-License-Identifier: MIT
/*
 * The cases of a batch are run by a worker, a fork of the agent, so that a case that kills or hangs
 * its process takes nothing else with it. Request and answer lie in memory that both share: the
 * worker writes outcomes straight into the answer, and says after each how far it has come. Where it
 * dies the agent notes that for the case at hand, and another worker goes on behind it. A worker
 * that lives is kept for the next batch: in UML a fork costs as much as ten cases.
 */
#define _GNU_SOURCE
#include "batch.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach.h"
#include "commands.h"
#include "kmsg.h"
#include "limits.h"
#include "live.h"
#include "load.h"
#include "machine.h"
#include "map-content.h"
#include "program.h"
#include "run.h"
#include "transport.h"

/* How long a killed worker may take to be gone. */
#define KILL_WAIT_MS 1000

#define LOWEST_PRIORITY 19

#define NS_PER_MS 1000000ull

struct batch {
	uint32_t engine, flags, case_timeout_ms, budget_ms, count;
	uint8_t *cases[CASES_MAX + 1]; /* where each begins, and where the last ends */
	uint64_t deadline_ns;
};

/* What the agent and its worker share. */
static struct {
	/* Cases that are done, and behind them the length of the answer so far: one atomic word. */
	_Atomic uint64_t progress;
	/* The agent's wish to have no further case begun. */
	_Atomic uint32_t stop;
	struct batch batch;
	uint8_t request[FRAME_BODY_MAX];
	uint8_t answer[FRAME_BODY_MAX];
} *shared;

/* `bell` carries a byte there when there is work, and one back when it is done. */
static struct {
	pid_t pid; /* 0 where there is none */
	int bell;
} worker;

enum fate {
	FATE_FINISHED,
	FATE_DIED,
	FATE_HUNG,
};

static void set_progress(uint32_t done, const struct writer *answer)
{
	atomic_store(&shared->progress, (uint64_t)done << 32 | (answer->at - shared->answer));
}

static void parse_batch(struct reader *from, struct batch *into)
{
	static struct testcase testcase;

	into->engine = read_bounded(from, ENGINE_HARDENED, "unknown engine");
	into->flags = read_u32(from);
	into->case_timeout_ms = read_u32(from);
	into->budget_ms = read_u32(from);
	into->count = read_bounded(from, CASES_MAX, "a batch has too many cases");
	for (uint32_t i = 0; i < into->count && !from->problem; i++) {
		into->cases[i] = from->at;
		parse_case(from, &testcase);
	}
	into->cases[into->count] = from->at;
	if (from->at != from->end && !from->problem)
		from->problem = "the request goes on behind its end";
}

/*
 * What the kernel said, if it is in trouble. Then the batch ends here: the host replaces a kernel
 * that can't be trusted any more, and what would run on it now would have to run again.
 */
static const char *trouble(size_t *len)
{
	const char *text = kmsg_trouble(len);

	if (*len)
		atomic_store(&shared->stop, 1);
	return text;
}

static void put_trouble(struct writer *to)
{
	size_t len;
	const char *text = trouble(&len);

	put_text(to, text, len);
}

static void put_completed(struct writer *to, const struct testcase *testcase, uint32_t wants)
{
	struct loaded loaded = { 0 };
	int live = live_wanted(testcase);
	struct rejection why = { .step = STEP_NETWORK, .error = live ? live_enter() : 0 };

	if (!why.error)
		why = load_case(testcase, wants, &loaded);
	struct reader runs = testcase->runs;
	struct run_spec run;

	put_u32(to, CASE_COMPLETED);
	put_u32(to, why.error);
	put_u32(to, why.step);
	put_u32(to, why.index);
	put_text(to, why.log, why.log_len);
	int link = why.error ? -1 : attach_prog(testcase, loaded.progs[0]);

	for (uint32_t i = 0; i < testcase->run_count && !why.error; i++) {
		parse_run(&runs, testcase, &run);
		put_run(to, loaded.progs[0], testcase->prog_type, &run);
		if (live_run(testcase->prog_type, &run))
			live_put_frames(to, testcase);
		put_commands(to, testcase, &run, &loaded);
	}
	if (link >= 0)
		close(link);
	for (uint32_t i = 0; i < testcase->map_count && !why.error; i++)
		put_map_content(to, loaded.maps[i], &testcase->maps[i]);
	unload_case(&loaded);
	if (live)
		live_leave();
	put_trouble(to);
}

/* The worker's part in a batch: goes on where `progress` says, as far as there is time and room. */
static void work(void)
{
	static struct testcase testcase;
	const struct batch *batch = &shared->batch;
	uint64_t progress = atomic_load(&shared->progress);
	struct writer to = {
		.at = shared->answer + (uint32_t)progress,
		.end = shared->answer + sizeof(shared->answer) - 4ull * batch->count,
	};

	for (uint32_t i = progress >> 32; i < batch->count && !atomic_load(&shared->stop); i++) {
		struct reader from = { .at = batch->cases[i], .end = batch->cases[i + 1] };

		parse_case(&from, &testcase);
		put_completed(&to, &testcase, batch->flags);
		if (to.overflow)
			return;
		set_progress(i + 1, &to);
	}
}

static _Noreturn void be_worker(int bell)
{
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/*
	 * The kernel frees what cases had in threads of its own. They must keep up: in UML to free a
	 * prog takes the longer the more of them wait for it.
	 */
	if (machine.is_init)
		setpriority(PRIO_PROCESS, 0, LOWEST_PRIORITY);
	/* So that no fd of a case is 0, which a command names whose bpf_attr has no bytes. */
	if (fcntl(0, F_GETFD) < 0)
		(void)!socket(AF_UNIX, SOCK_STREAM, 0);
	while (read(bell, &byte, 1) == 1) {
		work();
		if (write(bell, "", 1) != 1)
			break;
	}
	_exit(0);
}

/* Returns 0, or -1. */
static int hire_worker(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -1;
	worker.pid = fork();
	if (!worker.pid) {
		/* The lower number, so that fds of cases lie side by side. */
		dup2(ends[1], ends[0]);
		close(ends[1]);
		be_worker(ends[0]);
	}
	close(ends[1]);
	if (worker.pid < 0) {
		worker.pid = 0;
		close(ends[0]);
		return -1;
	}
	worker.bell = ends[0];
	return 0;
}

/* A worker that SIGKILL does not end is stuck in its kernel: nothing more can be learnt there. */
static int bury_worker(void)
{
	uint64_t give_up_ns = machine_ns() + KILL_WAIT_MS * NS_PER_MS;
	int status = 0;

	kill(worker.pid, SIGKILL);
	while (waitpid(worker.pid, &status, WNOHANG) != worker.pid) {
		if (machine_ns() > give_up_ns) {
			fprintf(stderr, "bpfdiff agent: a worker can't be killed\n");
			transport_shutdown(1);
		}
		poll(NULL, 0, 1);
	}
	close(worker.bell);
	worker.pid = 0;
	return status;
}

/* One that died while it had nothing to do is replaced. */
static int wake_worker(void)
{
	if (worker.pid && write(worker.bell, "", 1) == 1)
		return 0;
	if (worker.pid)
		bury_worker();
	return hire_worker() || write(worker.bell, "", 1) != 1 ? -1 : 0;
}

/* Waits for the bell. A worker that died has closed its end. */
static enum fate wait_for_worker(const struct batch *batch)
{
	struct pollfd bell = { .fd = worker.bell, .events = POLLIN };
	uint64_t progress = atomic_load(&shared->progress);
	uint64_t since_ns = machine_ns();
	char byte;

	for (;;) {
		if (poll(&bell, 1, batch->case_timeout_ms / 4 + 1) > 0)
			return read(worker.bell, &byte, 1) == 1 ? FATE_FINISHED : FATE_DIED;
		uint64_t now_ns = machine_ns();
		uint64_t now_at = atomic_load(&shared->progress);

		if (now_ns > batch->deadline_ns)
			atomic_store(&shared->stop, 1);
		if (now_at != progress) {
			progress = now_at;
			since_ns = now_ns;
		} else if (now_ns - since_ns > batch->case_timeout_ms * NS_PER_MS) {
			return FATE_HUNG;
		}
	}
}

static void put_casualty(struct writer *to, enum fate fate, int status)
{
	char text[128 + CONSOLE_BYTES_MAX];
	size_t len = 0, trouble_len;
	const char *said = trouble(&trouble_len);

	put_u32(to, fate == FATE_HUNG ? CASE_HUNG : CASE_CRASHED);
	if (fate == FATE_DIED && WIFSIGNALED(status))
		len = snprintf(text, 128, "bpfdiff: the worker was killed by signal %d\n",
			       WTERMSIG(status));
	else if (fate == FATE_DIED)
		len = snprintf(text, 128, "bpfdiff: the worker ended with status %d\n",
			       WEXITSTATUS(status));
	memcpy(text + len, said, trouble_len);
	put_text(to, text, len + trouble_len);
}

/* Runs the cases from `first` on. Returns how many of the batch are done then, or -1. */
static int64_t run_from(uint32_t first, struct writer *to)
{
	const struct batch *batch = &shared->batch;

	set_progress(first, to);
	if (wake_worker())
		return -1;
	enum fate fate = wait_for_worker(batch);
	int status = fate == FATE_FINISHED ? 0 : bury_worker();
	uint64_t progress = atomic_load(&shared->progress);
	uint32_t done = progress >> 32;

	to->at = shared->answer + (uint32_t)progress;
	if (fate == FATE_FINISHED || done == batch->count)
		return done;
	struct writer before = *to;

	put_casualty(to, fate, status);
	if (!to->overflow)
		return done + 1;
	*to = before;
	return done;
}

static void put_error(struct writer *to, enum error_code code, const char *text)
{
	to->at = shared->answer;
	put_u32(to, ANSWER_ERROR);
	put_u32(to, code);
	put_text(to, text, strlen(text));
}

static void run_batch(struct reader *request, struct writer *answer)
{
	uint64_t start_ns = machine_ns();
	struct batch *batch = &shared->batch;
	uint32_t done = 0;
	int64_t reached = 0;

	parse_batch(request, batch);
	if (request->problem)
		return put_error(answer, ERROR_MALFORMED, request->problem);
	if (machine_engine(batch->engine))
		return put_error(answer, ERROR_ENGINE, "the kernel has no such engine");

	batch->deadline_ns = start_ns + batch->budget_ms * NS_PER_MS;
	atomic_store(&shared->stop, 0);
	put_u32(answer, ANSWER_BATCH);
	put_u32(answer, batch->count);
	struct writer time = *answer;

	put_u64(answer, 0);
	/* Room for CASE_NOT_RUN of all cases, whatever the worker writes. */
	answer->end -= 4ull * batch->count;
	while (done < batch->count && !atomic_load(&shared->stop)) {
		reached = run_from(done, answer);
		if (reached < 0 || reached == done)
			break;
		done = reached;
	}
	answer->end += 4ull * batch->count;
	if (reached < 0)
		return put_error(answer, ERROR_WORKER, "no worker could be started");
	if (!done && batch->count)
		return put_error(answer, ERROR_TOO_LONG, "one answer is longer than a frame");
	for (; done < batch->count; done++)
		put_u32(answer, CASE_NOT_RUN);
	put_u64(&time, machine_ns() - start_ns);
}

static void run_program(struct reader *request, struct writer *answer)
{
	struct program_spec program;

	parse_program(request, &program);
	if (request->problem)
		return put_error(answer, ERROR_MALFORMED, request->problem);
	if (machine_engine(program.engine))
		return put_error(answer, ERROR_ENGINE, "the kernel has no such engine");
	put_u32(answer, ANSWER_PROGRAM);
	if (put_program(answer, &program))
		return put_error(answer, ERROR_PROGRAM, "the program could not be started");
	put_trouble(answer);
}

int batch_setup(void)
{
	void *memory = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return -1;
	shared = memory;
	return 0;
}

int batch_answer(const struct frame *frame)
{
	struct reader request = { .at = shared->request, .end = shared->request + frame->len };
	struct writer answer = { .at = shared->answer, .end = shared->answer + FRAME_BODY_MAX };

	memcpy(shared->request, frame->body, frame->len);
	uint32_t kind = read_u32(&request);

	if (kind == REQUEST_BATCH)
		run_batch(&request, &answer);
	else if (kind == REQUEST_PROGRAM)
		run_program(&request, &answer);
	else
		put_error(&answer, ERROR_MALFORMED, "unknown request");
	return transport_send(frame->seq, shared->answer, answer.at - shared->answer);
}
